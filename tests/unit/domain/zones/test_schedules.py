"""Schedules on every clock: each local time once, where the schedule is and where the customer is; however often it is looked."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from kairos.catalog.schedules import between, following
from kairos.domain.definitions import Trigger
from tests.unit.domain.shop import Life, campaign, catalog
from tests.unit.domain.zones.clocks import DAY, HOUR, MINUTE, Clock, Second, clocks, millis, moved, second, zones
from tests.unit.domain.zones.lives import hello, there, went

LOOKS = tuple(
    hours * HOUR + minutes * MINUTE + rest
    for hours, minutes, rest in (
        (-30, 0, 0), (-7, 0, 0), (-2, 0, 0), (-1, -1, 0), (-1, 0, 0), (0, -1, 0), (0, 0, -1), (0, 0, 0), (0, 1, 0), (0, 29, 0),
        (0, 30, 0), (0, 59, 0), (1, 0, 0), (1, 0, 1), (1, 17, 0), (3, 0, 0), (20, 0, 0),
    )
)  # fmt: skip
"""When the calendar looks, beside a transition: what came since it looked last."""
SELDOM = (-30 * HOUR, -35 * MINUTE, 10 * MINUTE, 20 * HOUR)
"""As seldom that the wall may show an earlier time than at the last look."""

LEAP_DAY = second("2024-02-29T12:00")
HALF_HOURLY, NIGHTLY = "0/30 * * * ? *", "0,30 0,2,3,23 * * ? *"
EVERY_HALF_HOUR = tuple(n * 30 * MINUTE for n in range(48))


def schedule(zone: str, cron: str | None = None, at: str | None = None) -> Trigger:
    return Trigger("schedule", cron=cron, at=at, timezone=zone)


def expected(
    clock: Clock, moved_at: Second, times: tuple[Second, ...], after: Second, until: Second
) -> dict[str, Second]:
    """The times that come in (after, until]: what the wall shows then, and when; skipped ones are the next that exists."""
    today = clock.shows(moved_at).replace(hour=0, minute=0, second=0)
    walls = [today + timedelta(days=day, seconds=time) for day in range(-3, 4) for time in times]
    firsts = {clock.first(wall) for wall in walls}
    return {clock.shows(at).isoformat(): at for at in sorted(firsts) if after < at <= until}


@pytest.mark.parametrize("clock", clocks(), ids=str)
def test_each_local_time_comes_once_in_a_fixed_zone(clock):
    trigger = schedule(str(clock), HALF_HOURLY)
    for moved_at in clock.transitions or [LEAP_DAY]:
        for seen in (LOOKS, SELDOM):
            looks = [moved_at + off for off in seen]
            come = [one for after, until in pairwise(looks) for one in between(trigger, millis(after), millis(until))]
            times = expected(clock, moved_at, EVERY_HALF_HOUR, looks[0], looks[-1])
            assert come == [(millis(at), local) for local, at in times.items()]


def test_in_every_zone_one_time_comes_once_and_the_calendar_wakes_for_it():
    for name, clock in zones():
        for moved_at in clock.transitions:
            looks = [millis(moved_at + off) for off in (-2 * DAY, -1, 0, HOUR, 2 * DAY)]
            for off in (-45 * MINUTE, 15 * MINUTE, 75 * MINUTE):
                wall = clock.shows(moved_at - 1) + timedelta(seconds=1 + off)
                trigger, at = schedule(name, at=wall.isoformat()), millis(clock.first(wall))
                come = [one for after, until in pairwise(looks) for one in between(trigger, after, until)]
                assert come == [(at, clock.shows(at // 1000).isoformat())], (name, wall)
                assert following(trigger, looks[0], looks[-1]) == at, (name, wall)
                assert following(trigger, at, looks[-1]) is None, (name, wall)


@pytest.mark.parametrize("clock", moved(), ids=str)
def test_each_local_time_of_theirs_comes_once_though_each_page_comes_twice(clock):
    known = catalog(
        theirs=campaign(
            {"kind": "schedule", "cron": NIGHTLY, "at": None, "timezone": "customer"}, hello(), topic="service"
        )
    )
    life = there(known, str(clock), clock.transitions[0] - 9 * DAY)
    times: dict[str, Second] = {}
    for moved_at in clock.transitions:
        after, until = moved_at - 30 * HOUR, moved_at + 12 * HOUR
        looks = [millis(after), millis(moved_at - 14 * HOUR), millis(moved_at - 13 * HOUR), millis(until)]
        come = [one for pair in pairwise(looks) for one in between(schedule("customer", NIGHTLY), *pair)]
        for number, (at, local) in enumerate(come):
            deliver(life, at, local)
            if number % 3 == 0:
                deliver(life, at, local)
        deliver(life, at + DAY * 1000, local)  # a page that comes again, when it is long over
        times |= walls(clock, [datetime.fromisoformat(local) for _, local in come])
    life.until(life.now + DAY * 1000)
    assert went(life, "theirs") == {local: millis(at) for local, at in times.items()}
    assert set(life.reasons()) <= {"duplicate"}


def walls(clock: Clock, times: list[datetime]) -> dict[str, Second]:
    """What the wall shows when these times come, and when that is."""
    return {clock.shows(at).isoformat(): at for at in map(clock.first, times)}


def deliver(life: Life, at: int, local: str) -> None:
    """The fan-out reaches the customer; what was due before takes place before."""
    life.until(max(at - 1, life.now))
    life.occur("theirs", local, max(at, life.now))
