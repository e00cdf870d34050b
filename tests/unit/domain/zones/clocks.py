"""Every zone of the time zone database as a clock on the wall; what it shows when, read second by second."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from kairos.domain.events import Millis

Second = int

MINUTE: Final[Second] = 60
HOUR: Final[Second] = 3_600
DAY: Final[Second] = 86_400
EPOCH: Final = datetime(1970, 1, 1)


def second(text: str) -> Second:
    """A moment of the calendar in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


FIRST, LAST = second("2024-01-01"), second("2029-01-01")
READ_FROM, READ_TO = FIRST - 60 * DAY, LAST + 60 * DAY
"""Clocks are read a little further, for what hangs over the ends."""


@dataclass(frozen=True)
class Clock:
    """What the walls of some zones show: since when which offset from UTC."""

    zones: tuple[str, ...]
    shifts: tuple[tuple[Second, Second], ...]

    def __str__(self) -> str:
        return self.zones[0]

    @property
    def transitions(self) -> list[Second]:
        """When it is moved, within the five years."""
        return [since for since, _ in self.shifts[1:] if FIRST <= since < LAST]

    @property
    def kinds(self) -> list[Second]:
        """The first transition of each kind: moved at that time of day, by so much."""
        kinds: dict[tuple[Second, Second], Second] = {}
        for since in reversed(self.transitions):
            kinds[self.reads(since - 1), self._offset(since) - self._offset(since - 1)] = since
        return sorted(kinds.values())

    def reads(self, at: Second) -> Second:
        """The time of day on the wall."""
        return (at + self._offset(at)) % DAY

    def shows(self, at: Second) -> datetime:
        """The day and the time on the wall."""
        return EPOCH + timedelta(seconds=at + self._offset(at))

    def _offset(self, at: Second) -> Second:
        return self.shifts[bisect_right(self.shifts, (at, DAY)) - 1][1]

    def first(self, wall: datetime) -> Second:
        """When it shows that time, the first time; or, where it is skipped, a later one."""
        ends = [*(since for since, _ in self.shifts[1:]), READ_TO]
        for (since, offset), end in zip(self.shifts, ends, strict=True):
            at = max(since, int((wall - EPOCH).total_seconds()) - offset)
            if at < end:
                return at
        raise AssertionError(f"{wall} is beyond what was read")

    def days(self, at: Second) -> Iterator[date]:
        """The local days around a moment, a day more on each side."""
        today = self.shows(at).date()
        yield from (today + timedelta(days=ahead) for ahead in (-1, 0, 1, 2))


@lru_cache(maxsize=1)
def clocks() -> tuple[Clock, ...]:
    """All of them; zones that show the same throughout are one."""
    alike: dict[tuple[tuple[Second, Second], ...], list[str]] = {}
    for name in sorted(available_timezones()):
        alike.setdefault(tuple(_shifts(ZoneInfo(name))), []).append(name)
    return tuple(Clock(tuple(names), shifts) for shifts, names in alike.items())


def moved() -> list[Clock]:
    """Those that are moved at all."""
    return [clock for clock in clocks() if clock.transitions]


def zones() -> list[tuple[str, Clock]]:
    """Every zone by its name."""
    return [(name, clock) for clock in clocks() for name in clock.zones]


def at(day: date, clock: str) -> datetime:
    """A day and a time of day as they stand on a wall."""
    return datetime.combine(day, time.fromisoformat(clock))


@lru_cache(maxsize=100)
def seconds(clock: str) -> Second:
    """A time of day as definitions have it."""
    there = time.fromisoformat(clock)
    return there.hour * HOUR + there.minute * MINUTE + there.second


def millis(at: Second) -> Millis:
    return at * 1000


def _shifts(tz: ZoneInfo) -> Iterator[tuple[Second, Second]]:
    """Looked for day by day, then second by second."""
    before = _offset(tz, READ_FROM)
    yield READ_FROM, before
    for low, high in pairwise(range(READ_FROM, READ_TO + DAY, DAY)):
        if (after := _offset(tz, high)) == before:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(tz, middle) == before else (low, middle)
        before = after
        yield high, after


def _offset(tz: ZoneInfo, at: Second) -> Second:
    shift = datetime.fromtimestamp(at, tz).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())
