"""Local days and times as instants: DST gaps and repeats, leap days, offsets. Rules: docs/campaigns.md, chapter Time."""

from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from kairos.domain.events import Millis

DAY: Final[Millis] = 86_400_000
EARLIEST: Final[Millis] = -62_000_000_000_000
LATEST: Final[Millis] = 253_000_000_000_000
MORNING: Final = 9 * 3600
"""A date without a time of day means 09:00."""


def zone(name: Any, default: str) -> ZoneInfo:
    """The zone of that IANA name; whatever is no such name is the default."""
    return _zone(name if isinstance(name, str) and name else default, default)


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether there is a zone of that IANA name."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return False


@lru_cache(maxsize=1024)
def _zone(name: str, default: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(default)


def local(moment: Millis, tz: ZoneInfo) -> datetime:
    """The wall clock there at that moment."""
    return datetime.fromtimestamp(moment / 1000, tz)


def clock(there: datetime) -> int:
    """The time of day in seconds."""
    return there.hour * 3600 + there.minute * 60 + there.second


def instant(day: date, seconds: int, tz: ZoneInfo) -> Millis:
    """When that local day reads `seconds` since midnight: a repeated time the first time, a skipped one the next that exists."""
    wall = datetime.combine(day, time()) + timedelta(seconds=seconds)
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return _millis(early)
    # In a gap, fold 0 and 1 lie on either side of the transition: it is between them.
    return _moved(_millis(wall.replace(tzinfo=tz, fold=1).astimezone(UTC)), _millis(early), tz)


def _moved(before: Millis, after: Millis, tz: ZoneInfo) -> Millis:
    """When clocks are moved there between these two."""
    low, high, offset = before // 1000, after // 1000, local(before, tz).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if local(middle * 1000, tz).utcoffset() == offset else (low, middle)
    return high * 1000


def next_time(after: Millis, seconds: int, tz: ZoneInfo) -> Millis:
    """The first moment at or after `after` when the clock there reads `seconds` since midnight."""
    day = local(after, tz).date()
    for ahead in range(-1, 3):
        if (moment := instant(day + timedelta(days=ahead), seconds, tz)) >= after:
            return moment
    raise AssertionError("a local time recurs within three days")


def shown_until(moment: Millis, to: int, tz: ZoneInfo) -> Millis:
    """How long from now the clock there shows times before `to` without a jump: until it reads that, or is moved."""
    there = local(moment, tz)
    end = (moment // 1000 + (to - clock(there)) % 86_400) * 1000
    return end if local(end, tz).utcoffset() == there.utcoffset() else _moved(moment, end, tz)


def parse(value: Any) -> date | datetime | None:
    """A date or a timestamp from an attribute or an event; None for anything else. A timestamp without zone is local."""
    if not isinstance(value, str):
        return None
    for form in (date, datetime):  # a date however ISO writes it (2026-05-01, 20260501) is one, not its midnight
        try:
            return form.fromisoformat(value)
        except ValueError:
            pass
    return None


def resolve(value: Any, days: int, ms: Millis, at: int | None, tz: ZoneInfo) -> Millis | None:
    """A moment: a date is that local day at `at`; a timestamp itself, or its local day at `at`; `days` are calendar days."""
    parsed = parse(value)
    return None if parsed is None else _resolve(parsed, days, ms, at, tz)


def _resolve(parsed: date | datetime, days: int, ms: Millis, at: int | None, tz: ZoneInfo) -> Millis | None:
    """None beyond the moments that every zone can show as a local time."""
    try:
        moment = _instant(parsed, days, at, tz) + ms
    except (OverflowError, ValueError):
        return None
    return moment if EARLIEST < moment < LATEST else None


def _instant(parsed: date | datetime, days: int, at: int | None, tz: ZoneInfo) -> Millis:
    if not isinstance(parsed, datetime):
        return instant(parsed + timedelta(days=days), MORNING if at is None else at, tz)
    if at is None and not days and parsed.tzinfo is not None:
        return _millis(parsed)
    there = parsed if parsed.tzinfo is None else parsed.astimezone(tz)
    return instant(there.date() + timedelta(days=days), clock(there) if at is None else at, tz)


def day_named(value: Any, tz: ZoneInfo) -> str:
    """The day (ISO) that a date or a timestamp names, the latter as seen from that zone; empty for anything else."""
    day = _day(parse(value), tz)
    return "" if day is None else day.isoformat()


def _day(parsed: date | datetime | None, tz: ZoneInfo) -> date | None:
    if not isinstance(parsed, datetime):
        return parsed
    try:
        return (parsed if parsed.tzinfo is None else parsed.astimezone(tz)).date()
    except OverflowError:  # of the first or the last day that there is, and over there it is another one
        return None


def yearly(
    value: Any, days: int, ms: Millis, at: int | None, tz: ZoneInfo, *, home: ZoneInfo, after: str, bound: Millis
) -> tuple[str, Millis] | None:
    """The next occurrence of a day of the year, from its own year on: its day as `home` names it (ISO), and its moment there.

    The day is later than `after`, the moment later than `bound`.
    """
    named, there = _day(parse(value), home), _day(parse(value), tz)
    if named is None or there is None:
        return None
    first = max(named.year, local(bound - days * DAY - ms, tz).year - 1, int(after[:4] or 0))
    for year in range(first, min(first + 4, MAXYEAR)):
        day, anniversary = _in_year(named, year).isoformat(), _in_year(there, year + there.year - named.year)
        if (moment := _resolve(anniversary, days, ms, at, tz)) is None:
            return None
        if day > after and moment > bound:
            return day, moment
    return None


def _in_year(day: date, year: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) and not leap else day.day)


def _millis(moment: datetime) -> Millis:
    return int(moment.timestamp() * 1000)
