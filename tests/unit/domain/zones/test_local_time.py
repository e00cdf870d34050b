"""`local_time` on every clock: it holds while the wall shows a time of the window, of the day on which that began."""

from datetime import datetime, timedelta

import pytest

from tests.unit.domain.shop import catalog
from tests.unit.domain.zones.clocks import DAY, FIRST, HOUR, at, clocks, second, seconds
from tests.unit.domain.zones.lives import AROUND, hears, hello, there, whenever

Window = tuple[str, str, str]

WINDOWS: list[Window] = [
    ("09:00", "17:00", "mon tue wed thu fri"),
    ("21:00", "08:00", ""),
    ("22:30", "00:30", "sat sun"),  # over midnight; either end may be skipped or come twice
    ("23:15", "02:30", "fri sat"),
    ("00:10", "00:50", "sun fri"),
    ("02:00", "03:00", ""),
    ("02:30", "03:30", "sun"),
]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAPS = [second("2024-02-29") + n * 5 * HOUR for n in range(5)] + [
    second("2028-02-29") + n * 5 * HOUR for n in range(5)
]


def holds(shown: datetime, window: Window) -> bool:
    """Whether that stands in a window that began on one of its days."""
    start, end, days = window
    for day in (shown.date() - timedelta(days=1), shown.date()):
        until = at(day, end) + timedelta(days=end < start)
        if at(day, start) <= shown < until and (not days or DAYS[day.weekday()] in days.split()):
            return True
    return False


@pytest.mark.parametrize("clock", clocks(), ids=str)
def test_it_holds_while_the_wall_shows_such_a_time(clock):
    audiences = [
        {"from": seconds(start), "to": seconds(end)} | ({"days": days.split()} if days else {})
        for start, end, days in WINDOWS
    ]
    known = catalog(
        **{f"w{n}": whenever("x", hello(), audience={"local_time": window}) for n, window in enumerate(audiences)}
    )
    heard = {moved + off for moved in clock.transitions for off in AROUND} | {*LEAPS}
    life = there(known, str(clock), FIRST - DAY)
    hears(life, heard, "x")
    for n, window in enumerate(WINDOWS):
        entered = {entry.key for _, entry in life.entries if entry.campaign == f"w{n}"}
        assert entered == {str(moment) for moment in heard if holds(clock.shows(moment), window)}, window
    assert set(life.reasons()) <= {"not_in_audience"}
