"""A mail as the wire wants it: headers that cannot be injected into, text and HTML as alternatives."""

import re
from collections.abc import Mapping
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Final

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN: Final = re.compile(
    r"[\u00ad\u034f\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0001]"
)
"""What hides in a line or turns it round; what joins letters and emoji, and marks a direction, stays."""
LONGEST_SUBJECT: Final = 200
"""Characters; no client shows half of it."""
_ENCODED: Final = "=?"
"""How RFC 2047 begins what stands for other characters: in a name, none of ours."""
_VERBATIM: Final = ("list-unsubscribe", "message-id")


class _Wire(EmailPolicy):
    """SMTP's line ends. The standard library splits long words by encoding them, which spoils addresses in headers."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() in _VERBATIM:
            return f"{name}: {value}\r\n"
        if name.lower() == "subject":
            # what only looks encoded is encoded itself, or it would be decoded to something else
            charset = "us-ascii" if value.isascii() and _ENCODED not in value else "utf-8"
            return f"{name}: {Header(str(value), charset, 76, name).encode(linesep=chr(13) + chr(10))}\r\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


_POLICY: Final = _Wire(linesep="\r\n", max_line_length=76)


def one_line(text: str, longest: int = 0) -> str:
    """The text without line breaks, controls and what nobody sees, fit for a header; cut where it is longer than it may be."""
    line = " ".join(_UNSEEN.sub("", _CONTROLS.sub(" ", text)).split())
    return f"{line[: longest - 1].rstrip()}…" if longest and len(line) > longest else line


def mailbox(text: str) -> str:
    """`Name <address>` as a header takes it: one address, the last in brackets, whatever the name has in it.

    Raises ValueError for what has none.
    """
    line = one_line(text).replace(_ENCODED, "= ?")
    name, bracket, rest = line.rpartition("<")
    where = address(rest.removesuffix(">") if bracket else line)
    return str(Address(display_name=name.strip().strip('"').strip(), addr_spec=where))


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
    line = one_line(subject)  # a header decodes what it is given, so that what only looks encoded is encoded once more
    mail["Subject"] = Header(line, "utf-8").encode() if _ENCODED in line else line
    for name, value in headers.items():
        mail[name] = value if name.lower() in _VERBATIM else one_line(value)
    mail.set_content(text, cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
        if boundary:
            mail.set_boundary(f"=_{boundary}")
    return mail.as_bytes()
