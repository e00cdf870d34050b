"""When an address that only bounces softly (full, too slow, not now) is taken for one that nobody reads."""

from collections.abc import Collection
from typing import Final

from kairos.domain.events import Millis

DAY: Final[Millis] = 86_400_000
DAYS: Final = 3
WITHIN: Final = 14
"""Soft bounces on three days of a fortnight, and no delivery between them, close an address."""


def day(time: Millis) -> int:
    """The day since 1970, in UTC."""
    return time // DAY


def are_enough(days: Collection[int]) -> bool:
    """Whether the days on which an address bounced, none of them before its last delivery, close it."""
    return len(set(days) - stale(days)) >= DAYS


def stale(days: Collection[int]) -> set[int]:
    """Those that count no more beside the newest."""
    newest = max(days, default=0)
    return {one for one in days if one <= newest - WITHIN}
