"""Quiet hours on every clock: a message goes at once, or at the first moment outside of them; never in them, never twice."""

import pytest

from tests.unit.domain.shop import catalog, send
from tests.unit.domain.zones.clocks import DAY, FIRST, MINUTE, Clock, Second, clocks, millis, second, seconds
from tests.unit.domain.zones.lives import AROUND, hears, there, went, whenever

Window = tuple[str, str]

NIGHTS: list[dict[str, list[Window]]] = [
    {
        "email": [("21:00", "08:00")],  # over midnight
        "sms": [("02:10", "02:50"), ("00:10", "00:50"), ("23:10", "23:50")],  # as a whole in an hour that is skipped
        "push": [("22:30", "02:30")],  # ends in an hour that is skipped, or comes twice
    },
    {
        "email": [("23:30", "00:30")],  # begins and ends in one
        "sms": [("02:30", "08:00"), ("08:00", "09:30")],  # begins in one, and goes on in the next
        "push": [("00:30", "01:30"), ("01:00", "03:30")],  # in one another
    },
]
LEAPS = [
    second(f"{day}T{hour}")
    for day in ("2024-02-29", "2028-02-29", "2024-12-31")
    for hour in ("00:00", "09:00", "23:59")
]


def quiet(clock: Second, windows: list[Window]) -> bool:
    """Whether that time of day lies in one of the windows."""
    return any(
        start <= clock < end if start <= end else clock >= start or clock < end
        for start, end in ((seconds(start), seconds(end)) for start, end in windows)
    )


def first_outside(clock: Clock, at: Second, windows: list[Window]) -> Second:
    """The first moment from then on that is not quiet: looked for on the wall, every five minutes, when all here begins and ends."""
    while quiet(clock.reads(at), windows):
        at += 5 * MINUTE - at % (5 * MINUTE)
    return at


@pytest.mark.parametrize("night", NIGHTS, ids=["over midnight, within, until", "within, from, in one another"])
@pytest.mark.parametrize("clock", clocks(), ids=str)
def test_a_message_goes_at_the_first_moment_outside_of_quiet_hours(clock, night):
    rules = [
        {"channels": [channel], "from": seconds(start), "to": seconds(end)}
        for channel, windows in night.items()
        for start, end in windows
    ]
    known = catalog(
        {"quiet_hours": rules, "arbitration": {"keep": 100, "window": 0, "then": "drop", "after": 0}},
        **{
            f"{channel}_{turn}": whenever(f"x{turn}", send("hello", channel), topic="offers")
            for channel in night
            for turn in range(2)
        },
    )
    heard = {moved + off for moved in clock.transitions for off in AROUND} | {at - clock.shifts[0][1] for at in LEAPS}
    life = there(known, str(clock), FIRST - DAY)
    hears(life, heard, "x0", "x1")
    for channel, windows in night.items():
        gone = {key: now for turn in range(2) for key, now in went(life, f"{channel}-{turn}").items()}
        assert gone == {str(at): millis(first_outside(clock, at, windows)) for at in heard}
    assert not life.reasons()
