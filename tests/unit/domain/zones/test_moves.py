"""Customers who move from zone to zone around the moment: once, as soon as the wall of where they live shows the time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import combinations, cycle, pairwise
from typing import Any

import pytest

from kairos.catalog.schedules import between
from kairos.domain.definitions import Trigger
from kairos.domain.events import Event
from tests.unit.domain.shop import campaign, catalog, event
from tests.unit.domain.zones.clocks import DAY, EPOCH, FIRST, HOUR, MINUTE, Clock, Second, at, clocks, millis, seconds
from tests.unit.domain.zones.lives import hello, moves, there, went, whenever

HOMES = (
    "Pacific/Pago_Pago", "America/New_York", "America/Havana", "Antarctica/Troll", "Europe/Copenhagen", "Africa/Cairo",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati",
)  # fmt: skip
"""East and west of the date line, moved at midnight, at two and at three, by half an hour, an hour and two."""
PAIRS = list(combinations(HOMES, 2))

BESIDE = (-13 * HOUR, -2 * HOUR, -30 * MINUTE, 0, 30 * MINUTE, 2 * HOUR, 9 * HOUR, 20 * HOUR)
"""When they move, beside a transition of either zone."""

CRON = "0,30 2,3,9,23 * * ? *"
LASTING: dict[str, Any] = {"expires": 3 * DAY * 1000, "topic": "service"}
"""Who moves from one side of the date line to the other finds the time over for more than a day."""

Stay = tuple[Second, Second, Clock]


def clock_of(zone: str) -> Clock:
    return next(clock for clock in clocks() if zone in clock.zones)


def stays(homes: tuple[str, str]) -> list[Stay]:
    """Where they live from when to when: to and fro at the transitions of both."""
    both = [clock_of(home) for home in homes]
    near: list[Second] = []
    for moved_at, off in zip(
        sorted({moved for clock in both for moved in clock.transitions}), cycle(BESIDE), strict=False
    ):
        if not near or moved_at + off - near[-1] > 6 * DAY:
            near.append(moved_at + off)
    near = near or [FIRST + 59 * DAY + 9 * HOUR, FIRST + 90 * DAY]
    edges = [FIRST - 9 * DAY, *near, near[-1] + 30 * DAY]
    return [(since, until, both[n % 2]) for n, (since, until) in enumerate(pairwise(edges))]


def comes(lived: list[Stay], wall: Callable[[Clock], datetime], since: Second) -> tuple[Second, str]:
    """When the wall of where they live then shows that time or a later one for the first time, and what it shows."""
    for moved_in, moved_out, clock in lived:
        at = max(clock.first(wall(clock)), moved_in, since)
        if at < moved_out:
            return at, clock.shows(clock.first(wall(clock))).isoformat()
    raise AssertionError("it does not come")


@pytest.mark.parametrize("homes", PAIRS, ids="-".join)
def test_each_local_time_comes_once_though_they_move(homes):
    known = catalog(
        theirs=campaign({"kind": "schedule", "cron": CRON, "at": None, "timezone": "customer"}, hello(), **LASTING)
    )
    lived, trigger = stays(homes), Trigger("schedule", cron=CRON, timezone="customer")
    life = there(known, str(lived[0][2]), lived[0][0])
    expected: dict[str, Second] = {}
    for before, _, clock in lived[1:]:
        come = between(trigger, millis(before - 30 * HOUR), millis(before + 6 * HOUR))
        for now, local in sorted([*come, (millis(before), "")]):
            if not local:
                moves(life, before, clock.zones[0])
                continue
            life.until(now - 1)
            life.occur("theirs", local, now)
            due, shown = comes(lived, partial(_told, datetime.fromisoformat(local)), now // 1000)
            expected[shown] = min(due, expected.get(shown, due))
    life.until(life.now + 4 * DAY * 1000)
    assert went(life, "theirs") == {local: millis(at) for local, at in expected.items()}


ASKED = {
    "half past two": ("d", "02:30", False), "nine": ("d", "09:00", False), "late": ("d", "23:45", False),
    "every year": ("d", "09:00", True), "a moment": ("t", None, False), "the day of a moment": ("t", "09:00", False),
}  # fmt: skip


@pytest.mark.parametrize("homes", PAIRS, ids="-".join)
def test_a_day_of_theirs_comes_once_though_they_move(homes):
    known = catalog(**{f"c{n}": dated(name, time, yearly) for n, (name, time, yearly) in enumerate(ASKED.values())})
    lived = stays(homes)
    life = there(known, str(lived[0][2]), lived[0][0])
    expected: dict[str, list[int]] = {name: [] for name in ASKED}
    for before, _, clock in lived[1:]:
        told, moment = before - 50 * HOUR, before + 20 * MINUTE
        life.until(millis(told))
        said = {"d": clock.shows(before).date().isoformat(), "t": (EPOCH + timedelta(seconds=moment)).isoformat() + "Z"}
        life.hear(says(told, **said))
        moves(life, before, clock.zones[0])
        life.until(millis(before + 3 * DAY))
        life.hear(says(before + 3 * DAY, d=None, t=None))  # before it comes again in another year
        for asked, (name, time, _) in ASKED.items():
            due = (
                moment
                if time is None
                else comes(lived, partial(_wall, name, time, clock.shows(before), moment), told)[0]
            )
            expected[asked].append(millis(due))
    life.until(life.now + 4 * DAY * 1000)
    assert {asked: sorted(went(life, f"c{n}").values()) for n, asked in enumerate(ASKED)} == expected


def says(at: Second, **attributes: Any) -> Event:
    return event("kairos.customer", millis(at), own=True, attributes={"backend": attributes})


def dated(name: str, time: str | None, yearly: bool) -> dict[str, Any]:
    """A campaign on a day of theirs, or on a moment."""
    moment = {"path": ["attributes", name], "offset": {"days": 0, "ms": 0}, "at": time and seconds(time)}
    return campaign({"kind": "date", "yearly": yearly, "date": moment}, hello(), **LASTING)


def _told(wall: datetime, clock: Clock) -> datetime:
    """A time of the schedule is the same on every wall."""
    return wall


def _wall(name: str, time: str, day: datetime, moment: Second, clock: Clock) -> datetime:
    """That time on the day that is told, or on the day on which the moment is there."""
    return at((day if name == "d" else clock.shows(moment)).date(), time)


@pytest.mark.parametrize("homes", PAIRS, ids="-".join)
def test_a_message_goes_as_soon_as_it_is_day_where_they_live(homes):
    rules = {
        "quiet_hours": [{"channels": ["email"], "from": seconds("21:00"), "to": seconds("08:00")}],
        "arbitration": {"keep": 100, "window": 0, "then": "drop", "after": 0},
    }
    lived = stays(homes)
    life = there(
        catalog(rules, c=whenever("x", hello(), topic="offers", expires=3 * DAY * 1000)), str(lived[0][2]), lived[0][0]
    )
    expected: dict[str, int] = {}
    for before, _, clock in lived[1:]:
        for heard in (before - 10 * HOUR, before - 5 * HOUR, before - 20 * MINUTE, before - 1, before + 1):
            if heard > before:
                moves(life, before, clock.zones[0])
            life.until(millis(heard) - 1)
            life.hear(event("x", millis(heard), str(heard)))
            expected[str(heard)] = millis(_first_day(lived, heard))
    life.until(life.now + 4 * DAY * 1000)
    assert went(life, "c") == expected


def _first_day(lived: list[Stay], at: Second) -> Second:
    """The first moment that is not at night where they live then: minute by minute, or as they move."""
    for moved_in, moved_out, clock in lived:
        at = max(at, moved_in)
        while at < moved_out and not 8 * HOUR <= clock.reads(at) < 21 * HOUR:
            at += MINUTE - at % MINUTE
        if at < moved_out:
            return at
    raise AssertionError("it is never day")
