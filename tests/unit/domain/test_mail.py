import email
from email import policy
from email.utils import parseaddr

import pytest

from kairos.domain.mail import address, compose, one_line

LONG = "https://links.example/u/" + "aB3-_" * 60
HEADERS = {
    "From": "Nordlys <hello@nordlys.example>",
    "Date": "Wed, 18 Nov 2026 11:06:40 +0000",
    "Message-ID": "<abcdefghijklmnopqrstuvwxyz@nordlys.example>",
    "List-Unsubscribe": f"<{LONG}>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def mail(**changed):
    parts = {"to": "ada@example.com", "subject": "Hi", "text": "text\n", "html": "<p>html</p>", "headers": HEADERS}
    return compose(**(parts | changed))


def parsed(raw):
    message = email.message_from_bytes(raw, policy=policy.strict)
    assert not message.defects
    return message


@pytest.mark.parametrize(
    "subject",
    ["Plain", "Æbler & pærer – 15 % til dig 🎁", "lang " * 60, "æøå " * 60, "word" * 60, "ø" * 300, "=?utf-8?q?x?="],
)
def test_a_subject_arrives_as_it_was_written(subject):
    raw = mail(subject=subject)
    assert parsed(raw)["Subject"].split() == subject.split()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    raw.decode("ascii")


@pytest.mark.parametrize(
    "hostile", ["Hi\r\nBcc: all@example.com", "Hi\nBcc: x@y.example", "Hi\u2028Bcc: x", "a\x00b\x85c"]
)
def test_a_subject_adds_no_header(hostile):
    message = parsed(mail(subject=hostile))
    assert message["Bcc"] is None
    assert message.keys().count("Subject") == 1


def test_addresses_in_headers_stay_as_they_are_however_long():
    raw = mail()
    assert f"List-Unsubscribe: <{LONG}>\r\n".encode() in raw
    assert b"Message-ID: <abcdefghijklmnopqrstuvwxyz@nordlys.example>\r\n" in raw


def test_a_header_adds_no_header():
    message = parsed(mail(headers=HEADERS | {"From": "Nord\r\nBcc: x@y.example\r\nlys <hello@nordlys.example>"}))
    assert message["Bcc"] is None


def test_a_sender_with_foreign_letters_arrives_whole():
    message = parsed(mail(headers=HEADERS | {"From": "Nordlys på Strandgade <hello@nordlys.example>"}))
    assert parseaddr(str(message["From"])) == ("Nordlys på Strandgade", "hello@nordlys.example")


def test_text_comes_before_html_and_both_survive():
    message = parsed(mail(text="Æ text\n.\nFrom me\n", html="<p>Ø" + "x" * 2000 + "</p>"))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert message.get_body(("plain",)).get_content().splitlines() == ["Æ text", ".", "From me"]
    assert message.get_body(("html",)).get_content().strip() == "<p>Ø" + "x" * 2000 + "</p>"


def test_every_line_ends_with_crlf_and_is_short_enough():
    raw = mail(text="a\nb\r\nc\rd", html="<p>" + "y" * 5000 + "</p>")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("ada@example.com", "ada@example.com"),
        (" ada@example.com ", "ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken(written, wire):
    assert address(written) == wire


@pytest.mark.parametrize(
    "text",
    ["", "ada", "@example.com", "ada@", "ada@localhost", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example",
     "Ada <ada@example.com>", "pær@example.com", "a b@example.com", "ada@exa mple.com", "ada@" + "x" * 80 + ".example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError):
        mail(to=text)


def test_one_line_keeps_words_and_drops_control():
    assert one_line(" a\r\n\tb\x00 c ") == "a b c"
