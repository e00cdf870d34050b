"""Nothing that a customer, an event or a profile holds changes a message's structure, headers or links: 0 of the corpus get through.

Every value goes into each place of a mail, text message, push and WhatsApp message where its kind can stand. Whatever becomes of
it, the HTML has the same elements and attributes, the mail the same headers, and links lead to the same hosts as with a harmless one.
"""

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import html5lib
import pytest
from click.testing import CliRunner

from kairos.adapters.rendering import JinjaRenderer
from kairos.catalog.templates import compile_folder
from kairos.domain.coupons import REDEEMED, handed_in
from kairos.domain.events import Event
from kairos.domain.mail import compose
from kairos.domain.tokens import Link, verify
from kairos.service.ports import BrokenTemplate, Outgoing
from local.cli import kairos
from tests.hostile import Row, rows
from tests.unit.adapters.rendered import ADDRESSES, BRAND, KEYS, NOW, PUT, dossier

BASE = "https://links.example"
OWN = Event(id="e", type=REDEEMED, time=NOW, received=NOW)
HOSTS = ["nordlys.example", "pay.example"]
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
HIDDEN = re.compile(r"[\u00ad\u034f\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\uffa0\U000e0001]")

NAME = "{{ customer.name | default('friend') }}"
MAIL = (
    "<mjml><mj-body><mj-section><mj-column>"
    f'<mj-image src="https://nordlys.example/a.png" alt="{NAME}" title="{NAME}" /><mj-text>Hi {NAME}!</mj-text>'
    f"<mj-table><tr><td>{NAME}</td></tr></mj-table><mj-button href=\"{{{{ link('https://nordlys.example/') }}}}\">{NAME}</mj-button>"
    "</mj-column></mj-section></mj-body></mjml>"
)
FILES = {
    "name.email.mjml": f'---\nsubject: "Hi {NAME}"\npreheader: "For {NAME}"\n---\n{MAIL}',
    "name.sms.txt": f"Hi {NAME}",
    "name.push.yaml": f'title: "Hi {NAME}"\nbody: "{NAME}"\nlink: "{{{{ link(\'https://nordlys.example/\') }}}}"\n',
    "name.whatsapp.yaml": f'template: hi\nlanguage: da\nparameters: ["{NAME}"]\n',
}
PLACES = {
    "text": "<p>{{ event.properties.v }}</p>",
    "link": "<a href=\"{{ link(event.properties.v) }}\">{{ link(event.properties.v) }}</a>",
    "path": '<a href="https://nordlys.example/p/{{ event.properties.v }}">x</a>',
    "query": '<a href="https://nordlys.example/?q={{ event.properties.v }}">x</a>',
    "style": '<p style="color: {{ event.properties.v }}">x</p>',
    "image": '<img alt="" src="{{ event.properties.v }}">',
    "money": "<p>{{ money(event.properties.v) }}</p>",
    "date": "<p>{{ date(event.properties.v) }}</p>",
    "locale": "<p>{{ locale }} {{ money(1234.5) }} {{ date('2026-12-24', 'long') }}</p>",
    "timezone": "<p>{{ now.hour }} {{ date('2026-12-24T23:30:00Z', 'HH:mm') }}</p>",
    "sender": "<p>x</p>",
    "reply": "<p>x</p>",
}  # fmt: skip
FRONT = {
    "sender": 'from: "{{ event.properties.v }} via Nordlys <hello@nordlys.example>"\n',
    "reply": 'reply_to: "{{ event.properties.v }}"\n',
}
HARMLESS = {
    "link": "https://nordlys.example/", "style": "red", "image": "https://nordlys.example/a.png", "money": "5", "date": "2026-12-24",
    "reply": "a@b.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> JinjaRenderer:
    folder = tmp_path_factory.mktemp("hostile")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    for name, text in PLACES.items():
        (folder / f"{name}.email.html").write_text(
            f"---\nsubject: S\n{FRONT.get(name, '')}---\n<html><body>{text}</body></html>"
        )
    found = compile_folder(folder)
    assert not found.problems
    bundle = {"brand": BRAND, "locale": "da", "timezone": "Europe/Copenhagen", "currency": "DKK", "hosts": HOSTS,
              "campaigns": {"cart": found.templates}}  # fmt: skip
    return JinjaRenderer(bundle, lambda: KEYS, BASE)


def rendered(renderer: JinjaRenderer, where: str, value: str, channel: str = "email") -> Outgoing:
    attributes = {"name": value} if where == "name" else {where: value} if where in ("locale", "timezone") else {}
    event = {"properties": {"v": value}, "browser": True}
    put = replace(PUT, template=where, channel=channel)
    return renderer.render(dossier(put, attributes, event, ADDRESSES | {"whatsapp": "+4520123456"}), NOW)


def mail_of(made: Outgoing) -> Any:
    raw = compose(to=made.to["email"], subject=made.subject, text=made.text, html=made.html, headers=made.headers)
    mail = message_from_bytes(raw, policy=policy.strict)
    assert not mail.defects
    return mail


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in tree.iter()]


def leads(html: str) -> list[str]:
    """The hosts that links of a page lead to."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    found = [value for element in tree.iter() for name, value in element.attrib.items() if name in ("href", "src")]
    assert all(urlsplit(value).scheme == "https" for value in found)
    return [urlsplit(value).hostname or "" for value in found]


def words(html: str) -> str:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return " ".join("".join(tree.itertext()).split())


class Form(NamedTuple):
    """All of a mail but its words."""

    skeleton: list[tuple[str, tuple[str, ...]]]
    leads: list[str]
    headers: list[str]
    parts: list[str]


@cache
def harmless(renderer: JinjaRenderer, where: str) -> Form:
    made = rendered(renderer, where, HARMLESS.get(where, "Ada"))
    mail = mail_of(made)
    parts = [part.get_content_type() for part in mail.walk()]
    return Form(skeleton(made.html), leads(made.html), sorted(mail.keys()), parts)


def same_but_for_the_value(renderer: JinjaRenderer, where: str, made: Outgoing) -> None:
    expected = harmless(renderer, where)
    assert skeleton(made.html) == expected.skeleton
    assert where == "image" or leads(made.html) == expected.leads
    mail = mail_of(made)
    assert sorted(mail.keys()) == expected.headers
    assert [part.get_content_type() for part in mail.walk()] == expected.parts
    for text in (made.subject, made.text, made.html, *made.headers.values()):
        assert not UNSEEN.search(text)
    assert not HIDDEN.search(made.subject)


def plain(value: str) -> str:
    return " ".join(value.split())


def letter_by_letter(value: str, made: Outgoing) -> None:
    assert plain(value) in mail_of(made)["Subject"]
    assert plain(value) in plain(made.text)
    assert plain(value) in words(made.html)


def one_line(value: str, made: Outgoing) -> None:
    assert made.subject == plain(f"Hi {plain(value)}")


def cut(value: str, made: Outgoing) -> None:
    assert len(made.subject) <= 200
    assert made.subject.endswith("…")
    assert len(made.html.encode()) < 1_000_000


def nobody(value: str, made: Outgoing) -> None:
    assert made.subject == "Hi friend"
    assert value not in made.text
    assert "evil" not in made.html.lower()


def seen(value: str, made: Outgoing) -> None:
    """What is left of it is its visible letters."""
    left = plain(HIDDEN.sub("", UNSEEN.sub("", value.replace("\x85", ""))))
    assert left in made.subject


NAMED: dict[str, Callable[[str, Outgoing], None]] = {
    "escaped": letter_by_letter, "never run": letter_by_letter, "shown": letter_by_letter, "one line": one_line,
    "unseen": seen, "cut": cut, "no name": nobody,
}  # fmt: skip


@pytest.mark.parametrize("row", rows("name"), ids=str)
def test_a_name_is_a_name_in_every_message(renderer: JinjaRenderer, row: Row) -> None:
    made = rendered(renderer, "name", row.value)
    same_but_for_the_value(renderer, "name", made)
    NAMED[row.reason](row.value, made)
    for channel in ("sms", "push", "whatsapp"):
        if row.reason == "cut":  # too long for that channel, which says so
            with pytest.raises(BrokenTemplate, match="expected at most"):
                rendered(renderer, "name", row.value, channel)
            continue
        other = rendered(renderer, "name", row.value, channel)
        for text in (other.subject, other.text):
            assert not UNSEEN.search(text)
        assert leads(f'<a href="{other.data["link"]}">') == ["links.example"] if channel == "push" else True
        if row.reason in ("escaped", "never run", "shown"):
            assert plain(row.value) in plain(other.text)


@pytest.mark.parametrize(
    "row", rows("text", "link", "path", "query", "style", "image", "money", "date", "reply"), ids=str
)
def test_a_value_is_what_can_stand_there_or_the_message_is_not_sent(renderer: JinjaRenderer, row: Row) -> None:
    if row.outcome == "refused":
        with pytest.raises(BrokenTemplate) as broken:
            rendered(renderer, row.where, row.value)
        assert str(broken.value).partition(": ")[2] == row.reason or str(broken.value) == row.reason
        assert len(row.value) < 5 or row.value not in str(broken.value)
        return
    made = rendered(renderer, row.where, row.value)
    same_but_for_the_value(renderer, row.where, made)
    assert row.reason in ("encoded", "own host", "shown", "one address")
    if row.reason == "own host":
        url = verify(made.text.split()[-1].removeprefix(f"{BASE}/l/"), Link, keys=KEYS, now=NOW).url
        assert url == row.value
        assert any((urlsplit(url).hostname or "").rstrip(".").endswith(host) for host in HOSTS)
    elif row.reason == "encoded" and row.where != "image":
        tree = html5lib.parse(made.html, namespaceHTMLElements=False)
        (anchor,) = tree.iter("a")
        _, _, part = (anchor.get("href") or "").partition("?q=" if row.where == "query" else "/p/")
        assert unquote(part) in (row.value, unquote(row.value))
    elif row.reason == "one address":
        assert len(mail_of(made)["Reply-To"].addresses) == 1


@pytest.mark.parametrize("row", rows("sender"), ids=str)
def test_a_sender_is_one_address_whatever_the_name(renderer: JinjaRenderer, row: Row) -> None:
    made = rendered(renderer, "sender", row.value)
    same_but_for_the_value(renderer, "sender", made)
    (address,) = mail_of(made)["From"].addresses
    assert address.addr_spec == "hello@nordlys.example"


@pytest.mark.parametrize("row", rows("locale", "timezone"), ids=str)
def test_a_setting_that_is_none_is_the_policy_s(renderer: JinjaRenderer, row: Row) -> None:
    usual = rendered(renderer, row.where, {"locale": "da", "timezone": "Europe/Copenhagen"}[row.where])
    assert rendered(renderer, row.where, row.value).html == usual.html


@pytest.mark.parametrize("row", rows("coupon"), ids=str)
def test_what_is_no_code_is_neither_looked_up_nor_imported(row: Row, tmp_path: Path) -> None:
    told = {"coupon": row.value, "coupons": [row.value], "discount_codes": [{"code": row.value}], "code": row.value}
    assert handed_in(replace(OWN, properties=told)) == ()
    file = tmp_path / "codes.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([["code"], [row.value]])
    ran = CliRunner().invoke(kairos, ["coupons", "import", "summer", str(file)])
    assert ran.exit_code == 1
    assert f": {row.reason}: letters, digits, - and _" in ran.output
    assert "nothing was imported" in ran.output


def test_the_corpus_is_large_and_every_row_is_tried() -> None:
    tried = {"name", "sender", *PLACES} | {
        "email",
        "customer",
        "type",
        "time",
        "attribute",
        "consent",
        "token",
        "coupon",
    }
    assert len(rows()) >= 300
    assert {row.where for row in rows()} == tried
    assert {row.outcome for row in rows()} == {"refused", "neutralised"}
