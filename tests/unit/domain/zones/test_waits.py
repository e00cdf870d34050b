"""Waits and absences on every clock: until a time of day, until a moment, each at the first time the wall shows it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.domain.shop import campaign, catalog, event, on
from tests.unit.domain.zones.clocks import (
    DAY,
    EPOCH,
    FIRST,
    HOUR,
    MINUTE,
    Clock,
    Second,
    at,
    clocks,
    millis,
    moved,
    second,
    seconds,
)  # fmt: skip
from tests.unit.domain.zones.lives import AROUND, KEYED, hears, hello, there, went, whenever

TIMES = ("00:30", "02:30", "09:00", "23:30")
LEAPS = [second(f"{year}-02-28T{hour}") for year in (2024, 2027, 2028) for hour in ("10:00", "21:30")]
APPOINTMENT = ("event", "properties", "at")


def until(days: int = 0, ms: int = 0, at: str | None = None) -> dict[str, Any]:
    """A moment of the event."""
    return {"path": list(APPOINTMENT), "offset": {"days": days, "ms": ms}, "at": at and seconds(at)}


@pytest.mark.parametrize("clock", clocks(), ids=str)
def test_a_wait_for_a_time_of_day_ends_when_the_wall_shows_it_next(clock):
    waits = {f"w{n}": whenever("x", {"id": "wait-1", "do": "wait", "until": {"at": seconds(time)}}, hello(expires=1))
             for n, time in enumerate(TIMES)}  # fmt: skip
    heard = {moved + off for moved in clock.transitions for off in AROUND[::2]} | {*LEAPS}
    life = there(catalog(**waits), str(clock), FIRST - DAY)
    hears(life, heard, "x")
    for n, time in enumerate(TIMES):
        assert went(life, f"w{n}") == {str(moment): millis(_next(clock, moment, time)) for moment in heard}, time


def _next(clock: Clock, moment: Second, time: str) -> Second:
    return min(first for day in clock.days(moment) if (first := clock.first(at(day, time))) >= moment)


MOMENTS = {
    "itself": until(), "at half past two": until(at="02:30"), "at half past midnight": until(at="00:30"), "late": until(at="23:15"),
    "a day before at": until(days=-1, at="02:15"), "hours before": until(ms=-90 * 60_000),
}  # fmt: skip


@pytest.mark.parametrize("clock", moved(), ids=str)
def test_a_moment_of_the_event_is_what_the_wall_shows_then(clock):
    """As a wait and as the end of an absence; written as a day, as a time in UTC, as a time of theirs; at each kind of transition."""
    campaigns = {
        f"{kind}_{n}": one
        for n, moment in enumerate(MOMENTS.values())
        for kind, one in (("wait", _waiting(moment)), ("absence", _absent(moment)))
    }
    life = there(catalog(**campaigns), str(clock), FIRST - 9 * DAY)
    told: dict[str, str] = {}
    for number, moved_at in enumerate(clock.kinds):
        life.until(millis(moved_at - 5 * DAY))
        beside = (-40 * MINUTE, 20 * MINUTE, 80 * MINUTE)
        local = [clock.shows(moved_at - 1) + timedelta(seconds=1 + off) for off in beside]
        written = [f"{shown:%Y-%m-%dT%H:%M:%S}" for shown in local] + [f"{local[0]:%Y-%m-%d}"]
        written += [f"{EPOCH + timedelta(seconds=moved_at + off):%Y-%m-%dT%H:%M:%SZ}" for off in beside]
        for n, text in enumerate(written):
            told[id := f"{number}-{n}"] = text
            life.hear(event("x", millis(moved_at - 5 * DAY), id, at=text))
    life.until(life.now + millis(9 * DAY))
    for n, moment in enumerate(MOMENTS.values()):
        expected = {id: millis(_resolved(clock, text, moment)) for id, text in told.items()}
        assert went(life, f"wait-{n}") == expected, moment
        assert went(life, f"absence-{n}") == expected, moment


def _waiting(moment: dict[str, Any]) -> dict[str, Any]:
    return whenever("x", {"id": "wait-1", "do": "wait", "until": moment}, hello(expires=1))


def _absent(moment: dict[str, Any]) -> dict[str, Any]:
    absent = on("y", same="properties.at")
    return campaign({"kind": "inaction", "on": on("x"), "absent": absent, "until": moment}, hello(expires=1), **KEYED)


def _resolved(clock: Clock, text: str, moment: dict[str, Any]) -> Second:
    """The moment that is written, by the wall."""
    offset, time = moment["offset"], moment["at"]
    days, behind = int(offset["days"]), int(offset["ms"]) // 1000
    if text.endswith("Z") and not days and time is None:
        return second(text[:-1]) + behind
    shown = clock.shows(second(text[:-1])) if text.endswith("Z") else datetime.fromisoformat(text)
    day = datetime(shown.year, shown.month, shown.day) + timedelta(days=days)
    if time is None:
        time = 9 * HOUR if len(text) == 10 else (shown - datetime(shown.year, shown.month, shown.day)).seconds
    return clock.first(day + timedelta(seconds=time)) + behind
