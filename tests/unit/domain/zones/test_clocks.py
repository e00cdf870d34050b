"""What the other tests of this package go by: how many clocks there are, and that they are read rightly."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kairos.domain import moments
from tests.unit.domain.zones.clocks import DAY, HOUR, MINUTE, clocks, millis, moved, seconds, zones

TIMES = ("00:00", "00:30", "01:30", "02:15", "02:59:59", "03:00", "09:00", "23:30")


def test_all_zones_and_their_transitions_of_five_years_are_covered(record_property):
    counted = {
        "zones": len(zones()), "transitions": sum(len(clock.transitions) for _, clock in zones()),
        "clocks": len(clocks()), "transitions of clocks": sum(len(clock.transitions) for clock in clocks()),
    }  # fmt: skip
    for name, number in counted.items():
        record_property(name, number)
    print(counted)
    assert counted["zones"] >= 590 and counted["transitions"] >= 1_900
    assert counted["clocks"] >= 65 and counted["transitions of clocks"] >= 300


def test_a_clock_shows_what_the_database_says_in_each_of_its_zones():
    for name, clock in zones():
        tz = ZoneInfo(name)
        for moved_at in clock.transitions:
            for off in (-2 * HOUR, -1, 0, HOUR - 1, HOUR, DAY):
                there = datetime.fromtimestamp(moved_at + off, tz).replace(tzinfo=None)
                assert clock.shows(moved_at + off) == there, (name, moved_at, off)


def test_the_first_time_is_that_of_a_walk_minute_by_minute():
    for clock in moved():
        for moved_at in clock.transitions[:4]:
            start = moved_at - 30 * HOUR
            walked = [(start + n * MINUTE, clock.shows(start + n * MINUTE)) for n in range(60 * 60)]
            for off in range(-3 * HOUR, 3 * HOUR, 15 * MINUTE):
                wall = clock.shows(moved_at - 1) + timedelta(seconds=1 + off)
                assert clock.first(wall) == next(at for at, shown in walked if shown >= wall), (str(clock), wall)


def test_in_every_zone_a_local_time_is_the_first_of_its_name_or_the_next_that_exists():
    for name, clock in zones():
        tz = ZoneInfo(name)
        for moved_at in clock.transitions:
            for day in clock.days(moved_at):
                for time in TIMES:
                    wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds(time))
                    assert moments.instant(day, seconds(time), tz) == millis(clock.first(wall)), (name, wall)


def test_in_every_zone_a_window_ends_as_its_clock_shows_that_time_or_is_moved():
    for name, clock in zones():
        tz = ZoneInfo(name)
        for moved_at in clock.transitions:
            for off in (-90 * MINUTE, -20 * MINUTE, -1, 0, 20 * MINUTE, 90 * MINUTE):
                now, passed = moved_at + off, off < 0
                for time in TIMES:
                    shown = clock.shows(now)
                    ahead = timedelta(
                        seconds=(seconds(time) - (shown - shown.replace(hour=0, minute=0, second=0)).seconds) % DAY
                    )
                    end = now + int(ahead.total_seconds())
                    expected = min(end, moved_at) if passed else end
                    assert moments.shown_until(millis(now), seconds(time), tz) == millis(expected), (name, now, time)
