"""How a brand is reached: the mailboxes it writes from, and the hosts its links lead to."""

import re
from typing import Final
from urllib.parse import urlsplit

from kairos.domain import mail
from kairos.domain.language.scope import wrong

_HOST: Final = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)


def mailbox(text: str) -> str:
    """`Name <address>` or an address alone; empty is none."""
    try:
        return text if not text or mail.mailbox(text) else ""
    except ValueError:
        raise wrong(repr(text), 'a mailbox such as "Nordlys <hello@nordlys.example>"') from None


def site(text: str) -> str:
    """The address of a website; empty is none."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise wrong(repr(text), "an address such as https://nordlys.example")
    return text


def host(text: str) -> str:
    """The name of a host."""
    if not _HOST.fullmatch(text):
        raise wrong(repr(text), "the name of a host such as checkout.nordlys.example")
    return text
