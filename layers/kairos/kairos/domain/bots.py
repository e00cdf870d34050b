"""Who opens and clicks: people, or the machines that look at links before them. Events say `bot: true` of the latter."""

import re
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
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
_PREFETCHED: Final = ("", "Mozilla/5.0")
"""Apple's Mail Privacy Protection, which loads every picture whether or not anybody looks, calls itself no more than this."""

_READERS: Final = ("GoogleImageProxy", "YahooMailProxy", "Microsoft Office", "Outlook", "Thunderbird")
"""Programs and proxies that load pictures when somebody opens a mail, whatever else is in their names."""

_SCANNERS: Final = tuple(
    map(
        ip_network,
        (
            "17.0.0.0/8",  # Apple's own
            # Exchange Online Protection: https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges
            "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17",
        ),
    )
)  # fmt: skip
_AHEAD: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")


def is_bot(user_agent: str) -> bool:
    """Whether no person's browser calls itself so; nothing at all is said by machines only."""
    named = user_agent.strip("\"' ")
    return not named.startswith(_BROWSERS) or _MACHINES.search(named) is not None


def opens_itself(user_agent: str, ip: str) -> bool:
    """Whether a mail was opened by a machine that opens all of them; mail programs need not look like browsers."""
    named = user_agent.strip("\"' ")
    if any(reader in named for reader in _READERS):
        return False
    return named in _PREFETCHED or _MACHINES.search(named) is not None or is_scanner(ip)


def is_scanner(ip: str) -> bool:
    """Whether mail providers look at links from there before they deliver a mail."""
    try:
        found = ip_address(ip)
    except ValueError:
        return False
    return any(found in network for network in _SCANNERS)


def is_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser asks ahead of a click that may never come (prefetch, prerender, preview); names in lower case.

    See Fetch's Sec-Purpose, and what browsers sent before it.
    """
    said = (headers.get(name, "").lower() for name in _AHEAD)
    return any(word in what for what in said for word in ("prefetch", "prerender", "preview"))
