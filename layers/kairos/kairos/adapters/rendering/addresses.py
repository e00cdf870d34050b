"""Addresses in messages: where a link may lead, and what a value may be within one.

After Go's html/template: a value at the start of an address is an address of a kind that is no program, one behind `?`
is encoded whole, one in between as a path. Which of them holds where is found when campaigns are compiled
(`kairos.catalog.contexts`), so that a render pays for nothing but the filter.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import pass_context
from jinja2.runtime import Context

from kairos.adapters.rendering.helpers import plain
from kairos.adapters.rendering.strangers import Foreign
from kairos.service.ports import BrokenTemplate

HOSTS: Final = "_hosts"
"""The name in scope under which a message keeps where its links may lead; no template can write it."""
LONGEST: Final = 2_048
"""Characters of an address that every browser takes, and every mail program shows."""
_DIRECT: Final = re.compile(r"(?:mailto|tel|sms):[\w.+@%-]+", re.ASCII)
_PATH: Final = "/:@!$&'()*+,;=~-._%"
_PLAIN: Final = re.compile(r"[#\w.,% -]{1,60}", re.ASCII)


def web_address(url: Any, hosts: Collection[str] = ()) -> str:
    """The address, if a browser opens it and it is one of the hosts (or below one); of any host if none are given.

    Raises BrokenTemplate.
    """
    text = _text(url)
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
        _ = parts.port
    except ValueError:
        raise BrokenTemplate("link: not an http(s) address") from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise BrokenTemplate("link: not an http(s) address")
    if not text.isprintable() or any(c in text for c in ' \\"<>'):
        raise BrokenTemplate("link: not an http(s) address")
    if len(text) > LONGEST:
        raise BrokenTemplate(f"link: longer than {LONGEST:,} characters")
    if hosts and not any(host == known or host.endswith(f".{known}") for known in hosts):
        raise BrokenTemplate("link: leads to none of the brand's hosts (policy.yaml: brand.website, brand.hosts)")
    return text


@pass_context
def _href(context: Context, value: Any) -> str:
    text = _text(value)
    return text if _DIRECT.fullmatch(text) else web_address(text, context.get(HOSTS) or ())


def _path(value: Any) -> str:
    return quote(_text(value), safe=_PATH)


def _below(value: Any) -> str:
    """A path behind the first slash: a second one would begin a host."""
    if _text(value).startswith("/"):
        raise BrokenTemplate("link: not a path")
    return _path(value)


def _query(value: Any) -> str:
    return quote(_text(value), safe="")


def _rooted(value: Any) -> str:
    """A path right behind a host: it may not go on with the host's name."""
    text = _text(value)
    if text and (text[0] not in "/?#" or text.startswith("//")):
        raise BrokenTemplate("link: not a path")
    return quote(text, safe=_PATH + "?#[]")


def _text(value: Any) -> str:
    """What becomes part of an address; there, a text that leads away is either refused or encoded."""
    return value.text if isinstance(value, Foreign) else str(plain(value))


def _css(value: Any) -> str:
    """A colour, a length, a name of a font: nothing that loads or runs."""
    text = str(value)
    if not _PLAIN.fullmatch(text):
        raise BrokenTemplate("style: not a plain value")
    return text


FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "_href": _href, "_src": web_address, "_path": _path, "_rooted": _rooted, "_below": _below, "_query": _query, "_css": _css,
}  # fmt: skip
"""What compiled templates apply to a value within an address, or within a style."""
