"""Schedules in EventBridge Scheduler's grammar: which local times they have, and which instants those are."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from kairos.catalog.schedules import between, following, nominal, problem
from kairos.domain.definitions import Trigger
from kairos.domain.language.clocks import schedule
from tests.unit.domain.properties.lives import profile
from tests.unit.domain.truths.moments import moment

TIMES = [
    # why, fields, after, until, the local times (of 2026 if nothing else is said; 09:00+15 is 09:00 and 09:15)
    ("every day", "0 9 * * ? *", "2026-06-01", "2026-06-04", "06-01T09:00 06-02T09:00 06-03T09:00"),
    ("every day, said the other way", "0 9 ? * * *", "2026-06-01", "2026-06-03", "06-01T09:00 06-02T09:00"),
    ("strictly after", "0 9 * * ? *", "2026-06-01T09:00", "2026-06-02T09:00", "06-02T09:00"),
    ("within the minute it has come already", "0 9 * * ? *", "2026-06-01T09:00:30", "2026-06-02", ""),
    ("a list of days", "0 9 ? * MON,WED *", "2026-06-01", "2026-06-08", "06-01T09:00 06-03T09:00"),
    ("days by number: Sunday is 1", "0 9 ? * 1 *", "2026-06-01", "2026-06-15", "06-07T09:00 06-14T09:00"),
    ("a leading zero changes nothing", "00 09 ? 06 01 *", "2026-06-01", "2026-06-15", "06-07T09:00 06-14T09:00"),
    ("a range of days", "0 9 ? * THU-SAT *", "2026-06-01", "2026-06-08", "06-04T09:00 06-05T09:00 06-06T09:00"),
    ("a range and one more", "0 9 ? * 2-3,SAT *", "2026-06-01", "2026-06-08", "06-01T09:00 06-02T09:00 06-06T09:00"),
    ("L: the week's last day", "0 9 ? * L *", "2026-06-01", "2026-06-15", "06-06T09:00 06-13T09:00"),
    ("L of a day: the month's last", "0 9 ? * 6L *", "2026-01-01", "2026-04-01", "01-30T09:00 02-27T09:00 03-27T09:00"),
    ("L of a day by name", "0 9 ? * FRIL *", "2026-01-01", "2026-03-01", "01-30T09:00 02-27T09:00"),
    ("#: the month's first Monday", "0 9 ? * MON#1 *", "2026-06-01T09:00", "2026-08-04", "07-06T09:00 08-03T09:00"),
    ("#: only months with a fifth", "0 9 ? * 2#5 *", "2026-01-01", "2026-09-01", "03-30T09:00 06-29T09:00 08-31T09:00"),
    ("L: the month's last day", "0 9 L * ? *", "2028-01-15", "2028-05-01", "2028-01-31T09:00 2028-02-29T09:00 2028-03-31T09:00 2028-04-30T09:00"),
    ("W: a weekday is itself", "0 9 15W * ? *", "2026-06-01", "2026-07-01", "06-15T09:00"),
    ("W: of a Saturday the Friday", "0 9 15W * ? *", "2026-08-01", "2026-09-01", "08-14T09:00"),
    ("W: of a Sunday the Monday", "0 9 15W * ? *", "2026-11-01", "2026-12-01", "11-16T09:00"),
    ("W: the first, a Saturday: within its month", "0 9 1W * ? *", "2026-08-01", "2026-09-01", "08-03T09:00"),
    ("W: the last, a Sunday: within its month", "0 9 31W * ? *", "2026-05-01", "2026-06-01", "05-29T09:00"),
    ("W: not in months without that day", "0 9 31W * ? *", "2026-06-01", "2026-08-01", "07-31T09:00"),
    ("the 31st only where there is one", "0 9 31 * ? *", "2026-01-01", "2026-06-01", "01-31T09:00 03-31T09:00 05-31T09:00"),
    ("a leap day", "0 9 29 2 ? *", "2027-02-01", "2028-03-01", "2028-02-29T09:00"),
    ("a day that never is", "0 9 30 2 ? *", "2026-01-01", "2030-01-01", ""),
    ("steps from a minute on", "20/20 9 1 6 ? *", "2026-01-01", "2026-12-31", "06-01T09:20+40"),
    ("steps of all", "*/20 9 1 6 ? *", "2026-01-01", "2026-12-31", "06-01T09:00+20+40"),
    ("steps within a range", "5-20/5,50 9 1 6 ? *", "2026-01-01", "2026-12-31", "06-01T09:05+10+15+20+50"),
    ("steps that meet a list come once", "*/30,30 9 1 6 ? *", "2026-01-01", "2026-12-31", "06-01T09:00+30"),
    ("a range of hours with steps", "0 8-17/4 1 6 ? *", "2026-01-01", "2026-12-31", "06-01T08:00 06-01T12:00 06-01T16:00"),
    ("steps of days", "0 9 1/10 6 ? *", "2026-01-01", "2026-12-31", "06-01T09:00 06-11T09:00 06-21T09:00"),
    ("months by name", "0 9 1 JAN,JUL ? *", "2026-01-02", "2027-01-02", "07-01T09:00 2027-01-01T09:00"),
    ("steps of months", "0 9 1 MAR-DEC/3 ? *", "2026-01-01", "2026-12-31", "03-01T09:00 06-01T09:00 09-01T09:00 12-01T09:00"),
    ("one year", "0 9 1 6 ? 2027", "2026-01-01", "2030-01-01", "2027-06-01T09:00"),
    ("years", "0 9 1 6 ? 2026,2028-2029", "2026-01-01", "2032-01-01", "06-01T09:00 2028-06-01T09:00 2029-06-01T09:00"),
    ("steps of years", "0 9 1 6 ? 2027/2", "2026-01-01", "2032-01-01", "2027-06-01T09:00 2029-06-01T09:00 2031-06-01T09:00"),
    ("steps of all years count from 1970", "0 9 1 6 ? */4", "2026-01-01", "2032-01-01", "06-01T09:00 2030-06-01T09:00"),
    ("steps of some years", "0 9 1 6 ? 2026-2029/3", "2026-01-01", "2036-01-01", "06-01T09:00 2029-06-01T09:00"),
    ("a year that is over", "0 9 * * ? 2025", "2026-01-01", "2030-01-01", ""),
]  # fmt: skip


def cron(fields: str, timezone: str = "UTC") -> Trigger:
    return Trigger("schedule", timezone=timezone, cron=schedule(f"cron({fields})")["cron"])


def at(text: str, timezone: str = "UTC") -> Trigger:
    return Trigger("schedule", timezone=timezone, at=schedule(f"at({text})")["at"])


@pytest.mark.parametrize(("why", "fields", "after", "until", "times"), TIMES, ids=[row[0] for row in TIMES])
def test_an_expression_has_its_local_times(why: str, fields: str, after: str, until: str, times: str) -> None:
    low, high = (datetime.fromisoformat(text) for text in (after, until))
    assert nominal(cron(fields), low, high) == [one for text in times.split() for one in written(text)]


def written(text: str) -> list[datetime]:
    first, *minutes = (text if text[:2] == "20" else f"2026-{text}").split("+")
    start = datetime.fromisoformat(first)
    return [start, *(start.replace(minute=int(minute)) for minute in minutes)]


CPH, NYC, LORD_HOWE, APIA = "Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"
INSTANTS = [
    # why, expression, zone, after, until, the instants (UTC) and the local time each is known by
    ("in winter", cron("0 9 * * ? *", CPH), "2026-01-01", "2026-01-02", "2026-01-01T08:00=09:00"),
    ("in summer", cron("0 9 * * ? *", CPH), "2026-07-01", "2026-07-02", "2026-07-01T07:00=09:00"),
    ("a skipped time is the next that exists", cron("30 2 * * ? *", CPH), "2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T01:00=03:00"),
    ("all of a skipped hour are one", cron("*/15 2 * * ? *", CPH), "2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T01:00=03:00"),
    ("and one with that which exists", cron("0 2,3 * * ? *", CPH), "2026-03-28T12:00", "2026-03-29T12:00", "2026-03-29T01:00=03:00"),
    ("a repeated time counts the first time", cron("30 2 * * ? *", CPH), "2026-10-24T12:00", "2026-10-25T12:00", "2026-10-25T00:30=02:30"),
    ("not again when it is repeated", cron("30 2 * * ? *", CPH), "2026-10-25T01:00", "2026-10-25T02:00", ""),
    ("every hour on that day: its repetition is none", cron("0 1-3 * * ? *", CPH), "2026-10-24T22:00", "2026-10-25T12:00",
     "2026-10-24T23:00=01:00 2026-10-25T00:00=02:00 2026-10-25T02:00=03:00"),
    ("looked at before and after the gap", cron("30 2 * * ? *", CPH), "2026-03-29T01:00", "2026-03-29T12:00", ""),
    ("half an hour's gap", cron("15 2 * * ? *", LORD_HOWE), "2026-10-03", "2026-10-04", "2026-10-03T15:30=02:30"),
    ("half an hour repeated", cron("45 1 * * ? *", LORD_HOWE), "2026-04-04", "2026-04-05", "2026-04-04T14:45=01:45"),
    ("a whole day that never was", cron("0 9 30 12 ? *", APIA), "2011-12-28", "2012-01-02", "2011-12-30T10:00=00:00"),
    ("once", at("2026-06-03T09:00:00", NYC), "2026-06-01", "2026-06-05", "2026-06-03T13:00=09:00"),
    ("once, to the second", at("2026-06-03T09:00:07", NYC), "2026-06-03T13:00:06", "2026-06-03T13:00:07", "2026-06-03T13:00:07=09:00:07"),
    ("once, at a skipped time", at("2026-03-08T02:30:00", NYC), "2026-03-08", "2026-03-09", "2026-03-08T07:00=03:00"),
    ("once, and over", at("2026-06-03T09:00:00", NYC), "2026-06-03T13:00", "2027-01-01", ""),
    ("a zone that is unknown is UTC", cron("0 9 * * ? *", ""), "2026-06-01", "2026-06-02", "2026-06-01T09:00=09:00"),
    ("in theirs it starts where it is that time first", at("2026-06-03T09:00:00", "customer"), "2026-06-01", "2026-06-05", "2026-06-02T19:00=09:00"),
    ("in theirs nothing is skipped: whose zone skips it is not known", cron("30 2 29 3 ? 2026", "customer"), "2026-03-01", "2026-04-01", "2026-03-28T12:30=02:30"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "trigger", "after", "until", "come"), INSTANTS, ids=[row[0] for row in INSTANTS])
def test_a_local_time_comes_once_on_the_clocks_of_a_zone(
    why: str, trigger: Trigger, after: str, until: str, come: str
) -> None:
    found = between(trigger, moment(after), moment(until))
    assert [f"{shown(at)}={local[11:].removesuffix(':00')}" for at, local in found] == come.split()


def shown(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).replace(tzinfo=None).isoformat().removesuffix(":00")


@pytest.mark.parametrize("zone", [CPH, NYC, LORD_HOWE, APIA])
def test_however_often_it_is_looked_everything_comes_once(zone: str) -> None:
    trigger, start, end = cron("*/15 0-3 * * ? *", zone), moment("2026-01-01"), moment("2027-01-01")
    at_once, piece = between(trigger, start, end), 7 * 3_600_000 + 60_000
    bit_by_bit: list[tuple[int, str]] = []
    for low in range(start, end, piece):
        bit_by_bit += between(trigger, low, min(low + piece, end))
    assert bit_by_bit == at_once and len(at_once) == len(set(at_once)) > 5_800


NEXT = [
    ("within the day", "0 9 * * ? *", "2026-06-01T10:00", "2026-06-02T09:00"),
    ("the very moment is over", "0 9 * * ? *", "2026-06-01T09:00", "2026-06-02T09:00"),
    ("later than a day", "0 9 ? * MON *", "2026-06-02", "2026-06-08T09:00"),
    ("behind the horizon", "0 9 1 12 ? *", "2026-06-02", None),
    ("never again", "0 9 * * ? 2025", "2026-06-02", None),
]


@pytest.mark.parametrize(("why", "fields", "after", "comes"), NEXT, ids=[row[0] for row in NEXT])
def test_what_comes_next(why: str, fields: str, after: str, comes: str | None) -> None:
    found = following(cron(fields), moment(after), moment(after) + 60 * 86_400_000)
    assert found == (None if comes is None else moment(comes))


DAYS = "expected 1 to 7 or SUN to SAT"
WRONG = [
    ("cron(60 9 ? * MON *)", "'60' for the minutes, expected 0 to 59"),
    ("cron(0 24 ? * MON *)", "'24' for the hours, expected 0 to 23"),
    ("cron(0 9 32 * ? *)", "'32' for the day of the month, expected 1 to 31"),
    ("cron(0 9 0 * ? *)", "'0' for the day of the month, expected 1 to 31"),
    ("cron(0 9 1 13 ? *)", "'13' for the month, expected 1 to 12 or JAN to DEC"),
    ("cron(0 9 1 JUNE ? *)", "'JUNE' for the month, expected 1 to 12 or JAN to DEC; did you mean 'JUN'?"),
    ("cron(0 9 ? * 0 *)", f"'0' for the day of the week, {DAYS}"),
    ("cron(0 9 ? * mon *)", f"'mon' for the day of the week, {DAYS}; did you mean 'MON'?"),
    ("cron(0 9 ? * MON#6 *)", f"'MON#6' for the day of the week, {DAYS}; did you mean 'MON'?"),
    ("cron(0 9 ? * MON/2 *)", "'MON/2' for the day of the week, expected no steps; a list such as MON,WED,FRI"),
    ("cron(0 9 ? * MON,L *)", "L within a list for the day of the week, expected L alone"),
    ("cron(0 9 ? * 3#1,6#3 *)", "3#1 within a list for the day of the week, expected 3#1 alone"),
    ("cron(0 9 1,15W * ? *)", "15W within a list for the day of the month, expected 15W alone"),
    ("cron(0 9 LW * ? *)", "'LW' for the day of the month, expected 1 to 31"),
    ("cron(0 9 L-3 * ? *)", "'L-3' for the day of the month, expected 1 to 31"),
    ("cron(0 9 ?,1 * MON *)", "? within a list for the day of the month, expected ? alone"),
    ("cron(0 *,5 * * ? *)", "* within a list for the hours, expected * alone"),
    ("cron(0 17-9 * * ? *)", "'17-9' for the hours, expected a range from less to more"),
    ("cron(0 5-* * * ? *)", "'5-*' for the hours, expected 0 to 23"),
    ("cron(0 *-5 * * ? *)", "'*-5' for the hours, expected 0 to 23"),
    ("cron(*/0 9 * * ? *)", "'*/0' for the minutes, expected steps of 1 to 59"),
    ("cron(*/60 9 * * ? *)", "'*/60' for the minutes, expected steps of 1 to 59"),
    ("cron(0/ 9 * * ? *)", "'0/' for the minutes, expected steps of 1 to 59"),
    ("cron(0 9 1 */x ? *)", "'*/x' for the month, expected steps of 1 to 11"),
    ("cron(0 9 1 1 ? 1969)", "'1969' for the year, expected 1970 to 2199"),
    ("cron(0 9 1 1 ? 2026/230)", "'2026/230' for the year, expected steps of 1 to 229"),
    ("cron(0 9 * * * *)", "no ? for a day, expected ? for the day of the month or the day of the week, a value for the other"),
    ("cron(0 9 ? * ? *)", "? for both days, expected ? for the day of the month or the day of the week, a value for the other"),
    ("at(2026-13-01T09:00:00)", "'at(2026-13-01T09:00:00)', expected a moment that exists; month must be in 1..12"),
    ("at(2026-11-27T09:00:00Z)", "'at(2026-11-27T09:00:00Z)', expected a schedule such as \"cron(0 9 ? * MON *)\" or \"at(2026-11-27T09:00:00)\""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_no_schedule_is_told_what_to_mend(text: str, says: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        schedule(text)
    about = caught.value.context or {}
    hint = f"; {about['hint']}" if about["hint"] else ""
    assert f"{about['found']}, expected {about['expected']}{hint}" == says


def field(low: int, high: int, *names: str, steps: bool = True) -> st.SearchStrategy[str]:
    value = st.one_of(st.integers(low, high).map(str), *([st.sampled_from(names)] if names else []))
    spans = st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda two: "{}-{}".format(*sorted(two)))
    span = st.one_of(st.just("*"), value, spans)
    stepped = st.tuples(span, st.integers(1, high - low)).map(lambda two: f"{two[0]}/{two[1]}")
    listed = st.lists(st.one_of(value, spans, stepped) if steps else st.one_of(value, spans), min_size=1, max_size=3)
    return st.one_of(span, listed.map(",".join))


DAY = st.one_of(field(1, 31), st.just("L"), st.integers(1, 31).map("{}W".format))
WEEKDAY = st.one_of(
    field(1, 7, "SUN", "FRI", steps=False), st.sampled_from(["L", "6L", "FRIL", "MON#1", "2#5"])
)  # fmt: skip
BOTH = st.one_of(DAY.map(lambda day: (day, "?")), WEEKDAY.map(lambda day: ("?", day)))


@profile(200)
@given(field(0, 59), field(0, 23), BOTH, field(1, 12, "JAN", "DEC"), field(1970, 2199))
def test_whatever_the_grammar_takes_can_be_played(
    minutes: str, hours: str, days: tuple[str, str], month: str, year: str
) -> None:
    taken = schedule(f"cron({minutes} {hours} {days[0]} {month} {days[1]} {year})")["cron"]
    assert problem(taken) == ""
