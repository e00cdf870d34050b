"""Local times in every zone, through gaps, repeats and leap days."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain import moments
from tests.unit.domain.shop import DAY, HOUR, T0, Life, campaign, catalog, event, joined, send

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
ZONES = sorted(available_timezones())


def iso(moment, tz=COPENHAGEN):
    return None if moment is None else moments.local(moment, tz).isoformat()


@pytest.mark.parametrize(
    ("day", "seconds", "expected"),
    [
        (date(2026, 6, 1), 9 * 3600, "2026-06-01T09:00:00+02:00"),
        (date(2026, 3, 29), 9000, "2026-03-29T03:00:00+02:00"),  # skipped: the next that exists
        (date(2026, 10, 25), 9000, "2026-10-25T02:30:00+02:00"),  # repeated: the first time
    ],
)
def test_a_local_time_is_one_instant(day, seconds, expected):
    assert iso(moments.instant(day, seconds, COPENHAGEN)) == expected


@pytest.mark.parametrize(
    ("value", "days", "ms", "at", "expected"),
    [
        ("2026-06-10", 0, 0, None, "2026-06-10T09:00:00+02:00"),
        ("2026-06-10", -3, 0, 8 * 3600, "2026-06-07T08:00:00+02:00"),
        ("2026-06-10T18:30:00Z", 0, 0, None, "2026-06-10T20:30:00+02:00"),
        ("2026-06-10T22:30:00Z", 0, 0, 8 * 3600, "2026-06-11T08:00:00+02:00"),  # its local day is the next
        ("2026-03-29T20:00:00+02:00", -1, 0, None, "2026-03-28T20:00:00+01:00"),  # a calendar day, not 24 h
        ("2026-06-10T18:30:00", 0, 3_600_000, None, "2026-06-10T19:30:00+02:00"),
        ("no date", 0, 0, None, None),
        (20260610, 0, 0, None, None),
        ("9999-12-31", 9, 0, None, None),
        ("9999-12-30T23:00:00Z", 0, 0, None, None),
        ("0001-01-01T00:00:00Z", 0, 0, None, None),
        (["2026-06-10"], 0, 0, None, None),
    ],
)
def test_a_moment_is_a_local_day_or_a_timestamp(value, days, ms, at, expected):
    assert iso(moments.resolve(value, days, ms, at, COPENHAGEN)) == expected


@pytest.mark.parametrize(
    ("value", "after", "bound", "expected"),
    [
        ("1990-06-03", "", "2026-06-01", ("2026-06-03", "2026-06-03T09:00:00+02:00")),
        ("1990-06-03", "2026-06-03", "2026-06-03", ("2027-06-03", "2027-06-03T09:00:00+02:00")),
        ("1992-02-29", "", "2026-01-01", ("2026-02-28", "2026-02-28T09:00:00+01:00")),
        ("1992-02-29", "", "2028-01-01", ("2028-02-29", "2028-02-29T09:00:00+01:00")),
        ("2035-05-05", "", "2026-01-01", ("2035-05-05", "2035-05-05T09:00:00+02:00")),  # not before its own year
        ("2036-02-29", "2036-02-29", "2026-01-01", ("2037-02-28", "2037-02-28T09:00:00+01:00")),
        (
            "1990-06-03",
            "2031-06-03",
            "2026-01-01",
            ("2032-06-03", "2032-06-03T09:00:00+02:00"),
        ),  # it has come years before it
        (
            "1990-06-02T22:30:00Z",
            "",
            "2026-01-01",
            ("2026-06-03", "2026-06-03T09:00:00+02:00"),
        ),  # it is the next day there
        ("9999-12-31", "9999-12-31", "2026-01-01", None),
        ("9999-12-31T23:30:00Z", "", "2026-01-01", None),
        ("no day", "", "2026-01-01", None),
    ],
)
def test_a_yearly_day_comes_once_a_year(value, after, bound, expected):
    found = moments.yearly(value, 0, 0, None, COPENHAGEN, home=COPENHAGEN, after=after, bound=start_of(bound))
    assert (found and (found[0], iso(found[1]))) == expected


def start_of(day):
    return int(datetime.fromisoformat(day + "T00:00:00+00:00").timestamp() * 1000)


@pytest.mark.parametrize(
    ("days", "ms", "expected"),
    [
        (-36_500, 0, "2126-06-03"),
        (36_500, 0, "1927-06-03"),
        (0, -20_000 * HOUR, "2029-06-03"),
        (0, 20_000 * HOUR, "2024-06-03"),
        (365, 0, "2026-06-03"),
    ],
)
def test_however_far_from_its_day_it_comes_every_year(days, ms, expected):
    """The day is that of the first moment behind the bound."""
    bound = start_of("2026-06-10")
    found = moments.yearly("1900-06-03", days, ms, None, COPENHAGEN, home=COPENHAGEN, after="", bound=bound)
    assert found is not None
    day, moment = found
    assert bound < moment <= bound + 366 * DAY
    assert day == expected


def test_a_yearly_timestamp_is_its_day_where_they_are_and_keeps_its_name_as_they_move():
    tokyo, utc = ZoneInfo("Asia/Tokyo"), ZoneInfo("UTC")
    for tz, there in ((utc, "2026-12-31T09:00:00+00:00"), (tokyo, "2027-01-01T09:00:00+09:00")):
        found = moments.yearly("2019-12-31T22:30:00Z", 0, 0, None, tz, home=utc, after="", bound=start_of("2026-06-01"))
        assert (found and (found[0], iso(found[1], tz))) == ("2026-12-31", there)


@given(
    st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2031, 1, 1)), st.integers(0, 86_399)
)  # fmt: skip
def test_in_every_zone_a_time_is_itself_or_the_first_that_exists(name, day, seconds):
    tz = ZoneInfo(name)
    there = moments.local(moments.instant(day, seconds, tz), tz).replace(tzinfo=None)
    asked = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    if there != asked:
        assert asked < there <= asked + timedelta(days=1)
        assert moments.local(moments.instant(day, seconds, tz) - 1000, tz).replace(tzinfo=None) < asked


@given(st.sampled_from(ZONES), st.integers(1_700_000_000_000, 1_900_000_000_000), st.integers(0, 86_399))
def test_the_next_time_is_at_or_after_and_within_two_days(name, after, seconds):
    moment = moments.next_time(after, seconds, ZoneInfo(name))
    assert after <= moment <= after + 2 * moments.DAY + 3_600_000


def test_an_unknown_zone_is_the_default():
    for name in ("Mars/Olympus", "../etc/passwd", "", None, 7, ["Asia/Tokyo"]):
        assert moments.zone(name, "Asia/Tokyo") == ZoneInfo("Asia/Tokyo")


def test_a_schedule_where_each_customer_is_waits_for_every_time_of_the_day():
    everybody = {"kind": "schedule", "cron": "0 9,18 * * ? *", "at": None, "timezone": "customer"}
    known = catalog(daily=campaign(everybody, send("hello"), topic="service", cooldown=None))
    life = Life(known).hear(joined(timezone="Europe/Copenhagen"))
    for there in ("2026-06-01T18:00:00", "2026-06-02T09:00:00", "2026-06-02T09:00:00"):
        life.occur("daily", there)
    assert [(m.key, m.since) for m in life.until(T0 + 3 * DAY).messages] == [
        ("2026-06-01T18:00:00", T0 + 7 * HOUR),
        ("2026-06-02T09:00:00", T0 + 22 * HOUR),
    ]


def test_a_local_time_moves_with_the_customer_and_one_that_is_over_starts_at_once():
    everybody = {"kind": "schedule", "cron": None, "at": "2026-06-01T18:00:00", "timezone": "customer"}
    life = Life(catalog(daily=campaign(everybody, send("hello"), topic="service"))).hear(joined(timezone="Asia/Tokyo"))
    life.occur("daily", "2026-06-01T18:00:00")  # 09:00 UTC: now
    assert [m.since for m in life.messages] == [T0]
    life = Life(life.catalog).hear(joined(timezone="Europe/Copenhagen"))
    life.occur("daily", "2026-06-01T18:00:00")
    life.hear(event("kairos.customer", T0 + 1, own=True, attributes={"backend": {"timezone": "America/New_York"}}))
    assert [m.since for m in life.until(T0 + DAY).messages] == [T0 + 13 * HOUR]


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T23:30:00", "2026-05-01"),  # without a zone: as it stands
        ("2026-05-01T23:30:00Z", "2026-05-02"),  # half past one in Copenhagen
        ("2026-05-01T23:30:00-08:00", "2026-05-02"),
        ("9999-12-31T23:30:00Z", ""),  # there is no day after it
        ("soon", ""),
        (None, ""),
    ],
)
def test_a_value_names_a_day_where_the_customer_is(value, day):
    assert moments.day_named(value, COPENHAGEN) == day


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-05-01T23:30:00", "2026-05-01"),  # local, wherever that is
        ("2026-05-01T23:30:00Z", "2026-05-02"),
        ("May", ""),
        (7, ""),
    ],
)
def test_the_day_that_a_value_names_as_seen_from_tokyo(value, day):
    assert moments.day_named(value, ZoneInfo("Asia/Tokyo")) == day
