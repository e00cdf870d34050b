"""Who opens and clicks: people, or the machines that look at links before them. Events say `bot: true` of the latter."""

import re
from collections.abc import Mapping
from typing import Final

_BROWSERS: Final = ("Mozilla/5.0 (", "Opera/")
"""How every browser that people use begins to name itself; what begins otherwise is a program."""

# What machines call themselves: crawlers, previews of chats, scanners of mail. Words, not names, so that next year's
# are known too; measured against two kept lists by the test. Gmail's and Yahoo's image proxies are left out on purpose:
# they fetch when somebody opens. A Cubot is a telephone.
_MACHINES: Final = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|scan|scrap|preview|fetch|monitor|check|verif|valid|archive|indexer|search|probe"
    r"|synthetic|screenshot|headless|lighthouse|phantom|playwright|selenium|puppeteer|feed|externalhit|inspect|analy[sz]"
    r"|transcoder|favicon|securi|https?:|www\.|@[a-z]|compatible;(?! msie)|java\)"
    r"|barracuda|proofpoint|mimecast|symantec|fireeye|trendmicro|sophos|ironport|forcepoint|zscaler|safelinks",
    re.IGNORECASE,
)
_AHEAD: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def is_bot(user_agent: str) -> bool:
    """Whether no person's browser calls itself so; nothing at all is said by machines only."""
    named = user_agent.strip("\"' ")
    return not named.startswith(_BROWSERS) or _MACHINES.search(named) is not None


def is_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser asks ahead of a click that may never come (prefetch, prerender, preview); names in lower case.

    See Fetch's Sec-Purpose, and what browsers sent before it.
    """
    said = (headers.get(name, "").lower() for name in _AHEAD)
    return any(word in what for what in said for word in ("prefetch", "prerender", "preview"))
