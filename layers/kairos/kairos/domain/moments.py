"""Local days and times as instants: DST gaps and repeats, leap days, offsets. Rules: docs/campaigns.md, chapter Time."""

from datetime import UTC, date, datetime, time, timedelta
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
    if parsed is None:
        return None
    try:
        return _within_reach(_resolve(parsed, days, ms, at, tz))
    except (OverflowError, ValueError):
        return None


def _resolve(parsed: date | datetime, days: int, ms: Millis, at: int | None, tz: ZoneInfo) -> Millis:
    if not isinstance(parsed, datetime):
        return instant(parsed + timedelta(days=days), MORNING if at is None else at, tz) + ms
    if at is None and not days and parsed.tzinfo is not None:
        return _millis(parsed) + ms
    there = parsed if parsed.tzinfo is None else parsed.astimezone(tz)
    return instant(there.date() + timedelta(days=days), clock(there) if at is None else at, tz) + ms


def _within_reach(moment: Millis) -> Millis | None:
    """Moments that every zone can show as a local time."""
    return moment if EARLIEST < moment < LATEST else None


def day_named(value: Any, tz: ZoneInfo) -> str:
    """The day (ISO) that a date or a timestamp names, the latter as seen from that zone; empty for anything else."""
    parsed = parse(value)
    try:
        if isinstance(parsed, datetime):
            return (parsed if parsed.tzinfo is None else parsed.astimezone(tz)).date().isoformat()
    except OverflowError:  # of the first or the last day that there is, and over there it is another one
        return ""
    return "" if parsed is None else parsed.isoformat()


def yearly(
    value: Any, days: int, ms: Millis, at: int | None, tz: ZoneInfo, *, after: str, bound: Millis
) -> tuple[str, Millis] | None:
    """The next occurrence of a day of the year: its day (ISO) later than `after` and its moment later than `bound`."""
    parsed = parse(value)
    if parsed is None:
        return None
    start = local(bound - days * DAY, tz).year - 1
    for year in range(start, start + 4):
        day = _in_year(parsed, year)
        if day.isoformat() <= after or day.year < parsed.year:
            continue
        moment = instant(day + timedelta(days=days), MORNING if at is None else at, tz) + ms
        if moment > bound:
            return day.isoformat(), moment
    return None


def _in_year(day: date, year: int) -> date:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, day.month, 28 if (day.month, day.day) == (2, 29) and not leap else day.day)


def _millis(moment: datetime) -> Millis:
    return int(moment.timestamp() * 1000)
