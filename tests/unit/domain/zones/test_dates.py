"""Days of the customer on every clock: each once, on its local day, at the first time the wall shows the time that is asked for."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.unit.domain.shop import campaign, catalog, event
from tests.unit.domain.zones.clocks import (
    DAY,
    FIRST,
    LAST,
    MINUTE,
    Clock,
    Second,
    clocks,
    millis,
    moved,
    seconds,
    zones,
)
from tests.unit.domain.zones.lives import hello, there, went

SINCE, UNTIL = FIRST - 40 * DAY, LAST + 40 * DAY
YEARS = range(2023, 2030)


def dated(name: str, time: Second, days: int = 0, *, yearly: bool) -> dict[str, Any]:
    """A campaign on a day of the customer."""
    moment = {"path": ["attributes", name], "offset": {"days": days, "ms": 0}, "at": time}
    return campaign({"kind": "date", "date": moment, "yearly": yearly}, hello(), topic="service")


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def times(clock: Clock, moved_at: Second) -> list[datetime]:
    """What the wall shows beside a transition: a quarter of an hour after it, and a quarter into what is skipped or repeated."""
    return [clock.shows(moved_at - 1) + timedelta(seconds=1 + 15 * MINUTE), clock.shows(moved_at + 15 * MINUTE)]


def anniversaries(clock: Clock, born: date, time: Second, days: int) -> dict[str, int]:
    """Once a year: what the wall shows then, and when."""
    moments = {}
    for year in YEARS:
        leap = (date(year, 3, 1) - timedelta(days=1)).day == 29
        day = date(year, born.month, 28 if (born.month, born.day) == (2, 29) and not leap else born.day)
        wall = midnight(day) + timedelta(days=days, seconds=time)
        if wall < clock.shows(UNTIL) and (at := clock.first(wall)) > SINCE:
            moments[clock.shows(at).isoformat(timespec="minutes")] = millis(at)
    return moments


@pytest.mark.parametrize("clock", moved(), ids=str)
def test_a_birthday_comes_once_a_year_also_in_a_night_when_clocks_are_moved(clock):
    born, asked = {}, {}
    for n, moved_at in enumerate(clock.transitions):
        for m, shown in enumerate(times(clock, moved_at)):
            days = (0, -3, 0, 10)[(n + m) % 4]
            birthday = shown.date() - timedelta(days=days)
            name, time = f"b{n}_{m}", int((shown - midnight(shown.date())).total_seconds())
            born[name], asked[name] = birthday.replace(year=birthday.year - 30 - n), (time, days)
    known = catalog(**{name: dated(name, time, days, yearly=True) for name, (time, days) in asked.items()})
    life = there(known, str(clock), SINCE, **{name: day.isoformat() for name, day in born.items()})
    life.until(millis(UNTIL))
    for name, (time, days) in asked.items():
        expected = anniversaries(clock, born[name], time, days)
        assert len(expected) in (5, 6)
        assert went(life, name.replace("_", "-")) == expected, (name, born[name], time, days)


def test_in_every_zone_who_was_born_on_a_leap_day_is_congratulated_once_a_year():
    leap, eve = date(1992, 2, 29), date(1991, 2, 28)
    known = catalog(
        leap=dated("leap", seconds("09:00"), yearly=True),
        night=dated("leap", seconds("00:00"), -1, yearly=True),
        eve=dated("eve", seconds("23:30"), yearly=True),
    )
    for name, clock in zones():
        life = there(known, name, SINCE, leap=leap.isoformat(), eve=eve.isoformat())
        life.until(millis(UNTIL))
        assert went(life, "leap") == anniversaries(clock, leap, seconds("09:00"), 0), name
        assert went(life, "night") == anniversaries(clock, leap, 0, -1), name
        assert went(life, "eve") == anniversaries(clock, eve, seconds("23:30"), 0), name
        assert len(life.messages) == 15


@pytest.mark.parametrize("clock", moved(), ids=str)
def test_a_day_that_is_told_comes_once_calendar_days_before_it(clock):
    """Told again, and again, it stays once."""
    asked = sorted({(shown.hour * 3600 + shown.minute * 60) for at in clock.kinds for shown in times(clock, at)})
    known = catalog(**{f"at_{time}": dated("d", time, -3, yearly=False) for time in asked})
    life = there(known, str(clock), SINCE)
    expected: dict[int, dict[str, int]] = {time: {} for time in asked}
    for moved_at in clock.transitions:
        day = clock.shows(moved_at).date()
        for told in (-6 * DAY, -5 * DAY, 2 * DAY):
            life.until(millis(moved_at + told))
            said = {"backend": {"d": (day + timedelta(days=3)).isoformat()}}
            life.hear(event("kairos.customer", millis(moved_at + told), own=True, attributes=said))
        for time in asked:
            at = clock.first(midnight(day) + timedelta(seconds=time))
            expected[time][clock.shows(at).isoformat(timespec="minutes")] = millis(at)
    life.until(millis(UNTIL))
    assert {time: went(life, f"at-{time}") for time in asked} == expected


def test_the_clocks_without_transitions_are_no_exception():
    known = catalog(b=dated("b", seconds("09:00"), yearly=True))
    for clock in set(clocks()) - set(moved()):
        life = there(known, str(clock), SINCE, b="1980-12-31")
        life.until(millis(UNTIL))
        assert went(life, "b") == anniversaries(clock, date(1980, 12, 31), seconds("09:00"), 0)
