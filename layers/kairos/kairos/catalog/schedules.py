"""Schedules: when a `cron(…)` of EventBridge or an `at(…)` comes, on a clock without a zone and in one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aws_croniter import AwsCroniter

from kairos.domain import moments
from kairos.domain.definitions import Trigger
from kairos.domain.events import Millis

EARLIEST_ZONE: Final[Millis] = 14 * 3_600_000
"""Nowhere on earth is a local time earlier than at UTC+14."""

LATEST_ZONE: Final[Millis] = 12 * 3_600_000

_BEFORE_ALL: Final = datetime(1969, 12, 31, tzinfo=UTC)
_A_DAY: Final[Millis] = 86_400_000


def nominal(trigger: Trigger, after: datetime, until: datetime) -> list[datetime]:
    """The local times of a schedule in (after, until], as its calendar has them: nothing said of zones."""
    if trigger.at is not None:
        once = datetime.fromisoformat(trigger.at)
        return [once] if after < once <= until else []
    cron, found = AwsCroniter(_known(trigger.cron or "")), []
    moment = after.replace(tzinfo=UTC)
    while (following := cron.occurrence(moment).next()) is not None and following <= until.replace(tzinfo=UTC):
        moment = following
        found.append(following.replace(tzinfo=None))
    return found


def between(trigger: Trigger, after: Millis, until: Millis) -> list[tuple[Millis, str]]:
    """The instants of a schedule in (after, until], each with its local time, which comes once: a time that is skipped
    becomes the next that exists, a repeated one counts the first time. Each in theirs: when it is that time first."""
    if trigger.timezone == "customer":
        ahead = (datetime.fromtimestamp((moment + EARLIEST_ZONE) / 1000, UTC) for moment in (after, until))
        low, high = (moment.replace(tzinfo=None) for moment in ahead)
        return [(_millis(local) - EARLIEST_ZONE, local.isoformat()) for local in nominal(trigger, low, high)]
    tz = moments.zone(trigger.timezone, "UTC")
    first, last = (moments.local(moment, tz).replace(tzinfo=None) for moment in (after, until))
    moved = _moved(after, until, tz)
    found: dict[str, Millis] = {}
    for local in nominal(trigger, first - moved, last + moved):
        moment = moments.instant(local.date(), moments.clock(local), tz)
        if after < moment <= until:
            found[moments.local(moment, tz).replace(tzinfo=None).isoformat()] = moment
    return sorted((moment, local) for local, moment in found.items())


def following(trigger: Trigger, after: Millis, horizon: Millis) -> Millis | None:
    """When it comes next, if that is by the horizon."""
    for until in (min(after + _A_DAY, horizon), horizon):
        if found := between(trigger, after, until):
            return found[0][0]
    return None


def problem(cron: str) -> str:
    """What the library that plays it says against an expression, or that no day is ever one of it; nothing if it comes."""
    try:
        comes = AwsCroniter(_known(cron)).occurrence(_BEFORE_ALL).next() is not None
    except ValueError as error:
        return str(error)
    return "" if comes else f"cron({cron}), which no day is"


def _moved(after: Millis, until: Millis, tz: ZoneInfo) -> timedelta:
    """How much clocks are moved there around that time."""
    around = (moment + day for moment in (after, until) for day in (-_A_DAY, 0, _A_DAY))
    offsets = [moments.local(moment, tz).utcoffset() or timedelta() for moment in around]
    return max(offsets) - min(offsets)


def _known(cron: str) -> str:
    """As the library knows it: to that, `L` for a day of the week is none, and AWS means the week's last; and years have
    no steps, and days of the week no leading zeros."""
    *fields, day, year = cron.split()
    years = ",".join(_years(part) for part in year.split(","))
    return " ".join([*fields, "7" if day == "L" else re.sub(r"\b0+(?=[1-7])", "", day), years])


def _years(part: str) -> str:
    """The years of a span with steps, one by one."""
    span, _, step = part.partition("/")
    if not step:
        return part
    first, _, last = ("1970-2199" if span == "*" else span).partition("-")
    return ",".join(map(str, range(int(first), int(last or 2199) + 1, int(step))))


def _millis(local: datetime) -> Millis:
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)
