"""The mail on the wire: what receivers and RFCs ask of its bytes."""

import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.adapters.ses import mailbox, mime
from kairos.domain.mail import one_line
from kairos.service.ports import Outgoing

NOW = 1_780_000_000_000
SENDER = "Nordlys <hello@nordlys.example>"
LONG = f"<https://shop.example/u/{'a' * 600}>"
MAIL = Outgoing(
    message="m1", customer="c-1", campaign="welcome", step="send", variant="", channel="email",
    to={"email": "ann@shop.example"}, subject="Åse, du glemte noget – 10 € rabat på det hele, kun i dag og i morgen",
    text="Hej Åse\n" + "x" * 2000, html="<p>Hej Åse " + "y" * 5000 + "</p>", headers={"List-Unsubscribe": LONG},
)  # fmt: skip


def parsed(mail: Outgoing):
    return message_from_bytes(mime(mail, SENDER, NOW), policy=policy.default)


def test_lines_end_with_crlf_are_ascii_and_short_enough():
    raw = mime(MAIL, SENDER, NOW)
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_subject_and_bodies_come_back_as_written():
    mail = parsed(MAIL)
    assert mail["Subject"] == MAIL.subject
    assert mail.get_body(("plain",)).get_content().split() == MAIL.text.split()
    assert mail.get_body(("html",)).get_content().rstrip() == MAIL.html


def test_a_long_unsubscribe_link_stays_a_link():
    assert LONG.encode() in mime(MAIL, SENDER, NOW)


def test_equal_mails_are_equal_bytes():
    assert mime(MAIL, SENDER, NOW) == mime(MAIL, SENDER, NOW)


def test_text_alone_is_a_mail_of_one_part():
    mail = parsed(replace(MAIL, html=""))
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("name", ["subject", "header"])
def test_no_value_can_start_a_header_of_its_own(name):
    evil = "x\r\nBcc: eve@shop.example"
    mail = replace(MAIL, subject=evil) if name == "subject" else replace(MAIL, headers={"X-Thing": evil})
    assert parsed(mail)["Bcc"] is None


def test_a_header_of_the_message_replaces_our_own():
    assert parsed(replace(MAIL, headers={"Message-ID": "<own@shop.example>"})).get_all("Message-ID") == [
        "<own@shop.example>"
    ]


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("hello@nordlys.example", "hello@nordlys.example"),
        ("Nordlys <hello@nordlys.example>", "Nordlys <hello@nordlys.example>"),
        ("Smørbrød <hello@nordlys.example>", "=?utf-8?b?U23DuHJicsO4ZA==?= <hello@nordlys.example>"),
    ],
)
def test_a_sender_is_written_as_headers_allow(given, wire):
    assert mailbox(given) == wire


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zl", "Zp"]), max_size=200))
def test_any_subject_comes_back(subject):
    assert parsed(replace(MAIL, subject=subject))["Subject"] == one_line(subject)
