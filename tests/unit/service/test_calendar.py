"""Schedules start once each, late rather than never, and never for a time before they were there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from kairos.domain.definitions import Catalog
from kairos.domain.events import Millis
from kairos.service.calendar import SETTLED, Calendar
from kairos.service.ports.fan_out import Looked
from tests.fake_fan_outs import FakeCalendar
from tests.fakes import Killed
from tests.unit.domain.shop import DAY, HOUR, MINUTE
from tests.unit.domain.truths.moments import moment
from tests.unit.service.spreading import Spreading, written

AUDIENCE = "audience: {attributes: {region: [north]}}, steps: [send: {channel: email, template: a}]"
DAILY = f"schedule: 'cron(0 9 * * ? *)', {AUDIENCE}"
ONCE = f"schedule: 'at(2026-06-03T09:00:00)', {AUDIENCE}"
THEIRS = f"schedule: 'at(2026-06-03T09:00:00)', timezone: customer, {AUDIENCE}"
BIRTHDAY = "date: attributes.birthday, yearly: true, steps: [exit]"
PEOPLE = ["ann", "bo", "cy", "di"]


def shop(text: str, at: str = "2026-06-02T08:00") -> Spreading:
    """A shop that has looked into its calendar before, and whose plan stands."""
    made = Spreading(written(text))
    made.planned.now = Looked(plan=written(text).plan)
    made.people(PEOPLE)
    made.world.now = moment(at)
    made.calendar()
    return made


def occurrences(workers: Spreading) -> list[str]:
    return [key.removeprefix("hello#2026-") for key in workers.store.how_far if not key.startswith("#")]


def looks(workers: Spreading, *times: str) -> list[int]:
    """How many each look started."""
    started = []
    for time in times:
        workers.world.now = moment(time)
        started.append(workers.calendar())
    return started


LOOKED: list[tuple[str, str, Sequence[str], list[int], list[str]]] = [
    # why, campaign, looked at when (after 2 June, 8 o'clock), how many started, which
    ("before its time", ONCE, ["2026-06-03T08:59"], [0], []),
    ("at its time", ONCE, ["2026-06-03T09:00"], [1], ["06-03T09:00:00"]),
    ("at its time and in the next minute", ONCE, ["2026-06-03T09:00", "2026-06-03T09:01"], [1, 0], ["06-03T09:00:00"]),
    ("twice in one moment", ONCE, ["2026-06-03T09:00", "2026-06-03T09:00"], [1, 0], ["06-03T09:00:00"]),
    ("a clock that went back", ONCE, ["2026-06-03T09:00", "2026-06-03T08:59", "2026-06-03T09:01"], [1, 0, 0], ["06-03T09:00:00"]),
    ("nobody looked for an hour", ONCE, ["2026-06-03T10:00"], [1], ["06-03T09:00:00"]),
    ("nobody looked until its messages were about to expire", ONCE, ["2026-06-04T08:59:59"], [1], ["06-03T09:00:00"]),
    ("nobody looked until they would have", ONCE, ["2026-06-04T09:00"], [0], []),
    ("shorter lived, missed for an hour", f"{ONCE}, expires: 1h", ["2026-06-03T10:00"], [0], []),
    ("every day", DAILY, ["2026-06-02T09:00", "2026-06-03T09:00"], [1, 1], ["06-02T09:00:00", "06-03T09:00:00"]),
    ("every day, missed for three: the last is late, the others are over", DAILY, ["2026-06-05T10:00"], [1], ["06-05T09:00:00"]),
    ("long lived, missed for three days: all of them", f"{DAILY}, expires: 7d", ["2026-06-04T10:00"], [3],
     ["06-02T09:00:00", "06-03T09:00:00", "06-04T09:00:00"]),
    ("each in theirs: as soon as it is that time anywhere", THEIRS, ["2026-06-02T18:59", "2026-06-02T19:00"], [0, 1], ["06-03T09:00:00"]),
    ("each in theirs, missed until it was over in the east: the west still waits", THEIRS, ["2026-06-04T20:59"], [1], ["06-03T09:00:00"]),
    ("each in theirs, missed until it was over everywhere", THEIRS, ["2026-06-04T21:00"], [0], []),
    ("paused: started, for whom it then refuses", f"{ONCE}, status: paused", ["2026-06-03T09:00"], [1], ["06-03T09:00:00"]),
    ("a draft hears no clock", f"{ONCE}, status: draft", ["2026-06-03T09:00"], [0], []),
    ("whom no place leads to", ONCE.replace("region", "country"), ["2026-06-03T09:00"], [0], []),
]  # fmt: skip


@pytest.mark.parametrize(("why", "text", "at", "started", "which"), LOOKED, ids=[row[0] for row in LOOKED])
def test_what_has_come_since_the_last_look_starts(
    why: str, text: str, at: Sequence[str], started: list[int], which: list[str]
) -> None:
    workers = shop(text)
    assert looks(workers, *at) == started
    assert occurrences(workers) == which


def lived(kill_at: int, after: bool) -> Spreading:
    workers = shop(ONCE, "2026-06-03T08:58")
    workers.world.step, workers.world.kill_at, workers.world.after = 0, kill_at, after
    return workers.minutes(15)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_wherever_a_worker_dies_a_schedule_reaches_everybody_once(after: bool) -> None:
    calls = lived(0, after).world.step
    assert calls > 30
    for kill_at in range(1, calls + 1):
        workers = lived(kill_at, after)
        assert (workers.reached(), workers.under_way()) == (PEOPLE, []), kill_at


def test_a_sweep_that_cannot_note_that_it_looked_starts_nothing_twice() -> None:
    workers = shop(ONCE)
    workers.world.now = moment("2026-06-03T09:00")
    workers.world.kill_at = workers.world.step + 5  # looked, two writes, queued, and then the look
    with pytest.raises(Killed):
        workers.calendar()
    assert workers.planned.now.at < workers.world.now
    assert looks(workers, "2026-06-03T09:01") == [0]
    assert workers.settle().reached() == PEOPLE


@dataclass
class Overtaken(FakeCalendar):
    """Another sweep looks between this one's look and what it does."""

    other: Calendar | None = None

    def looked(self) -> Looked:
        found = super().looked()
        if self.other is not None:
            other, self.other = self.other, None
            assert other() == 1
        return found


def test_of_two_sweeps_in_one_minute_one_starts_it() -> None:
    workers = shop(ONCE)
    looked = workers.planned.now
    workers.planned = Overtaken(workers.world, looked)
    first, second = workers.calendar_of(written(ONCE)), workers.calendar_of(written(ONCE))
    workers.planned.other = second
    workers.world.now = moment("2026-06-03T09:00")
    assert first() == 0
    assert workers.settle().reached() == PEOPLE and len(workers.store.how_far) == 1


def test_a_deployment_fires_nothing_that_is_past() -> None:
    workers = shop("event: x, steps: [exit]")
    workers.world.now = moment("2026-06-03T09:30")
    workers.calendar()
    workers.deploy(written(ONCE))
    assert looks(workers, "2026-06-03T09:31", "2026-06-03T10:00") == [0, 0]
    workers.deploy(written(DAILY))
    assert looks(workers, "2026-06-03T10:01", "2026-06-04T09:00") == [0, 1]


ZONES = {"ann": "Asia/Tokyo", "bo": "Europe/Copenhagen", "cy": "America/New_York", "di": "Pacific/Kiritimati"}
ON_THE_DAY = [
    # when it is deployed for 3 June, nine o'clock in theirs, and who is reached: midnight in Tokyo, 7 in Copenhagen, 13 in New York
    ("before it is that time anywhere", "2026-06-02T18:00", ["ann", "bo", "cy", "di"]),
    ("in the minute in which it is first", "2026-06-02T19:00", ["ann", "bo", "cy", "di"]),
    ("past on the first island", "2026-06-02T19:02", ["ann", "bo", "cy"]),
    ("past in the east", "2026-06-03T06:00", ["bo", "cy"]),
    ("past in all but the west", "2026-06-03T12:59", ["cy"]),
    ("past for all of them", "2026-06-03T13:02", []),
    ("past everywhere", "2026-06-03T21:02", []),
]


@pytest.mark.parametrize(("why", "at", "whom"), ON_THE_DAY, ids=[row[0] for row in ON_THE_DAY])
def test_what_is_deployed_on_its_day_reaches_those_whose_time_is_still_to_come(
    why: str, at: str, whom: list[str]
) -> None:
    workers = shop(f"external: z, {AUDIENCE}")
    for who, zone in ZONES.items():
        workers.put(who, "north", timezone=zone)
    looks(workers, at_minute(at, -1))
    workers.deploy(written(THEIRS))
    assert sum(looks(workers, at, at_minute(at, 1), at_minute(at, 2))) <= 1
    workers.settle()
    while workers.world.now < moment("2026-06-04T12:00"):
        workers.world.now += 30 * MINUTE
        workers.sweep()
        workers.settle()
    assert workers.reached() == whom


def test_one_whose_audience_is_not_in_the_index_yet_waits_until_it_is() -> None:
    workers = shop(f"event: x, {AUDIENCE}")
    for who, zone in ZONES.items():
        workers.put(who, "north", timezone=zone)
    assert not workers.placed.places
    looks(workers, "2026-06-02T23:50")
    workers.deploy(written(THEIRS))
    workers.minutes(SETTLED // MINUTE)
    assert occurrences(workers) == []
    workers.minutes(15)
    assert occurrences(workers) == ["06-03T09:00:00"]
    workers.minutes(14 * 60)
    assert workers.reached() == ["bo", "cy"], "midnight came to Tokyo while the index was made"


def at_minute(time: str, later: int) -> str:
    return (datetime.fromisoformat(time) + timedelta(minutes=later)).isoformat()


def test_code_from_before_that_runs_beside_starts_nothing_twice() -> None:
    old, new = written(f"external: z, {AUDIENCE}"), written(THEIRS)
    workers = shop(f"external: z, {AUDIENCE}")
    workers.world.now = moment("2026-06-03T06:00")
    started = []
    for n in range(10):
        workers.world.now += MINUTE
        started.append(workers.calendar_of(old if n % 2 else new)())
    assert started == [1] + [0] * 9


def test_the_first_look_of_all_starts_nothing() -> None:
    workers = Spreading(written(DAILY)).people(PEOPLE)
    assert looks(workers, "2026-06-03T09:00", "2026-06-03T09:01", "2026-06-04T09:00") == [0, 0, 1]


def test_a_calendar_that_cannot_be_played_holds_up_no_other() -> None:
    workers = shop(ONCE)
    catalog = written(ONCE)
    (sound,) = catalog.scheduled
    broken = replace(sound, name="broken", trigger=replace(sound.trigger, at=None, cron="99 99 ? * * *"))
    workers.deploy(replace(catalog, scheduled=(broken, sound)))
    assert looks(workers, "2026-06-03T09:00") == [1]
    assert workers.planned.due is not None, "and the next look is still planned"


NEXT = [
    # why, campaign, when the next one comes as seen at 2 June, 8 o'clock
    ("today", DAILY, "2026-06-02T09:00"),
    ("tomorrow", ONCE, "2026-06-03T09:00"),
    ("in theirs: where it comes first", THEIRS, "2026-06-02T19:00"),
    ("nothing that is scheduled", "event: x, steps: [exit]", None),
]


@pytest.mark.parametrize(("why", "text", "comes"), NEXT, ids=[row[0] for row in NEXT])
def test_it_is_noted_when_there_will_be_something_to_see_to(why: str, text: str, comes: str | None) -> None:
    workers = shop(text, "2026-06-02T07:00")
    looks(workers, "2026-06-02T08:00")
    assert workers.planned.due == (None if comes is None else moment(comes))


def test_what_lies_beyond_the_horizon_does_not_move_the_next_look_every_minute() -> None:
    workers = shop(f"schedule: 'at(2031-06-03T09:00:00)', {AUDIENCE}")
    dues: set[Millis | None] = set()
    for _ in range(120):
        workers.world.now += MINUTE
        workers.calendar()
        dues.add(workers.planned.due)
    (due,) = dues
    assert due is not None and due > workers.world.now + 29 * DAY


def woken(workers: Spreading) -> list[str]:
    """Everybody's wake-ups, by plan and number."""
    return [key for key in workers.store.how_far if key.startswith("#")]


def test_a_plan_that_stands_wakes_everybody_once() -> None:
    old, new = written("event: x, steps: [exit]"), written(BIRTHDAY)
    workers = Spreading(old).people(PEOPLE)
    workers.calendar()
    workers.deploy(new)
    minutes_until(workers, SETTLED)
    assert woken(workers) == []
    minutes_until(workers, 2 * MINUTE)
    assert woken(workers) == [f"#{new.plan}@1"] and workers.under_way() == []
    minutes_until(workers, 2 * HOUR)
    assert woken(workers) == [f"#{new.plan}@1"]


def test_while_old_code_still_runs_beside_the_new_nobody_is_woken() -> None:
    old, new = written("event: x, steps: [exit]"), written(BIRTHDAY)
    workers = settled(old)
    for n in range(60):
        side(workers, new if n % 10 == 9 else old)  # a canary: every tenth sweep is of the new code
    assert len(woken(workers)) == 1
    for _ in range(17):
        side(workers, new)
    assert [key.split("@")[1] for key in woken(workers)] == ["1", "2"]


def test_a_plan_that_comes_back_wakes_everybody_again() -> None:
    first, second = written("event: x, steps: [exit]"), written(BIRTHDAY)
    workers = settled(first)
    for catalog in (second, first):
        for _ in range(17):
            side(workers, catalog)
    assert woken(workers) == [f"#{first.plan}@1", f"#{second.plan}@2", f"#{first.plan}@3"]


def settled(catalog: Catalog) -> Spreading:
    workers = Spreading(catalog).people(PEOPLE)
    for _ in range(17):
        side(workers, catalog)
    return workers


def side(workers: Spreading, catalog: Catalog) -> None:
    workers.world.now += MINUTE
    workers.calendar_of(catalog)()


def minutes_until(workers: Spreading, span: Millis) -> None:
    workers.minutes(span // MINUTE)
