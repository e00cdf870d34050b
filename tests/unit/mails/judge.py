"""What a mailbox provider and a careful reader would hold against a mail, as a list of sentences; none is the best verdict.

Sources: RFC 5322 (form), RFC 2046 § 5.1.4 (alternatives), RFC 8058 and RFC 2369 (ways out), Gmail's clip at 102 KB.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import urlsplit

import html5lib

CLIP: Final = 102 * 1024
"""Bytes of HTML that Gmail shows; the way out stands at the end."""
LONGEST_LINE: Final = 998
ONCE: Final = ("From", "To", "Subject", "Date", "Message-ID")
_UNRESOLVED: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|kj\d+x|\bNone\b|\bundefined\b|<built-in|object at 0x|&lt;[a-z]|&amp;(?:amp|lt|#\d+);"
)
_UNESCAPED: Final = re.compile(r"&(?:amp|lt|gt|quot|#\d+);")


def judge(raw: bytes, *, marketing: bool) -> list[str]:
    """Everything that is wrong with a mail as it goes out."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    verdicts = [*_bytes(raw), *_headers(mail, raw), *_parts(mail)]
    return verdicts + ([*_ways_out(mail)] if marketing else [])


def _bytes(raw: bytes) -> Iterator[str]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "a line end is not CRLF"
    if max(map(len, raw.splitlines())) > LONGEST_LINE:
        yield f"a line is longer than {LONGEST_LINE}"


def _headers(mail: EmailMessage, raw: bytes) -> Iterator[str]:
    if not re.split(rb"(?:\r?\n){2}", raw, maxsplit=1)[0].isascii():
        yield "a header is not ASCII"
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            yield f"{name} is not there once"
    sender: Any = mail["From"]
    if sender is None or len(sender.addresses) != 1:
        yield "it is not from one address"
    for part in mail.walk():
        yield from (f"{type(defect).__name__} in {part.get_content_type()}" for defect in part.defects)
        defects = [defect for _, header in part.items() for defect in getattr(header, "defects", ())]
        yield from (f"{type(defect).__name__} in a header" for defect in defects)


def _parts(mail: EmailMessage) -> Iterator[str]:
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    if mail.get_content_type() != "multipart/alternative" or kinds != ["text/plain", "text/html"]:
        yield "text is not the alternative of HTML"
        return
    text, html = (part.get_content() for part in mail.iter_parts())
    if len(text.split()) < 5:
        yield "the text says next to nothing"
    if _UNESCAPED.search(text):
        yield "the text has entities of HTML"
    for part, content in (("text", text), ("HTML", html)):
        if found := _UNRESOLVED.search(content):
            yield f"the {part} has an unresolved {found[0]!r}"
    yield from _html(html)


def _html(html: str) -> Iterator[str]:
    if len(html.encode()) > CLIP:
        yield "Gmail would clip it"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    yield from sorted({f"the HTML is not valid: {code}" for _, code, _ in parser.errors})
    if not (tree.get("lang") or "").strip():
        yield "the HTML names no language"
    if not (tree.findtext("head/title") or "").strip():
        yield "the HTML has no title"
    for element in tree.iter():
        if element.tag in ("script", "iframe", "object", "embed", "form", "base", "link"):
            yield f"the HTML has a {element.tag}"
        if element.tag == "img" and element.get("alt") is None:
            yield "an image has no alt"
        for name, value in element.attrib.items():
            if str(name).startswith("on"):
                yield f"an element has {name}"
            if name in ("href", "src", "background") and urlsplit(value).scheme not in (
                "http",
                "https",
                "mailto",
                "tel",
            ):
                yield f"a {name} leads to no address"


def _ways_out(mail: EmailMessage) -> Iterator[str]:
    """RFC 8058 § 3.1: one HTTPS address in brackets, and the other header with exactly that value."""
    targets = re.findall(r"<([^<>]*)>", str(mail["List-Unsubscribe"] or ""))
    if not targets:
        yield "List-Unsubscribe names no address in brackets"
    elif not any(urlsplit(target.strip()).scheme == "https" for target in targets):
        yield "List-Unsubscribe has no https address"
    if str(mail["List-Unsubscribe-Post"] or "").strip() != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post is not List-Unsubscribe=One-Click"
