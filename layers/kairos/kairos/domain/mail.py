"""A mail as the wire wants it: headers that cannot be injected into, text and HTML as alternatives."""

import re
from collections.abc import Mapping
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_VERBATIM: Final = ("list-unsubscribe", "message-id")


class _Wire(EmailPolicy):
    """SMTP's line ends. The standard library splits long words by encoding them, which spoils addresses in headers."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _VERBATIM:
            return f"{name}: {value}\r\n"
        if name.lower() == "subject":
            charset = "us-ascii" if value.isascii() else "utf-8"
            return f"{name}: {Header(str(value), charset, 76, name).encode(linesep=chr(13) + chr(10))}\r\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


_POLICY: Final = _Wire(linesep="\r\n", max_line_length=76)


def one_line(text: str) -> str:
    """The text without line breaks and control characters, fit for a header."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def address(text: str) -> str:
    """An address as headers take it, the domain in ASCII. Raises ValueError for what is none."""
    local, at, domain = text.strip().rpartition("@")
    ascii_domain = domain.encode("idna").decode("ascii")
    if not at or not local.isascii() or "." not in ascii_domain:
        raise ValueError("not an e-mail address")
    try:
        return Address(addr_spec=f"{local}@{ascii_domain}").addr_spec
    except Exception as wrong:  # the parser raises many kinds, IndexError among them
        raise ValueError("not an e-mail address") from wrong


def compose(*, to: str, subject: str, text: str, html: str, headers: Mapping[str, str], boundary: str = "") -> bytes:
    """The bytes of a mail: CRLF throughout, no line over 998, equal mails with a boundary of their own equal bytes.

    Raises ValueError for an address that is none.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["To"] = address(to)
    mail["Subject"] = one_line(subject)
    for name, value in headers.items():
        mail[name] = value if name.lower() in _VERBATIM else one_line(value)
    mail.set_content(text, cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
        if boundary:
            mail.set_boundary(f"=_{boundary}")
    return mail.as_bytes()
