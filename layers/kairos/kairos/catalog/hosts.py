"""The hosts that links may lead to: what an event brings along is no reason to trust an address."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from kairos.domain.language.policy import Brand

_WRITTEN: Final = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)


def written(source: str) -> frozenset[str]:
    """Those that a template writes out: whoever reviewed it has seen them."""
    return frozenset(found.lower() for found in _WRITTEN.findall(source))


def known(brand: Brand, templates: Iterable[frozenset[str]]) -> list[str]:
    """The brand's website without its `www.`, its other hosts, and those written out; none, which is any, if it names neither."""
    website = (urlsplit(brand.website).hostname or "").removeprefix("www.")
    own = {*brand.hosts, *([website] if website else [])}
    return sorted(own.union(*templates)) if own else []
