"""The minute: how much of what is due it queues, and that reputation and calendar have their part of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from kairos.domain.events import Json, Millis
from kairos.service.metrics import Tally
from kairos.service.ports import MessageRef
from kairos.service.sweep import BACKLOG, SPAN, Sweep
from tests import fakes
from tests.unit.domain.shop import T0

MANY = 1_200


@dataclass
class SlowQueues(fakes.FakeQueues):
    """Each request takes its time, and so much waits in each queue."""

    takes: int = 0
    backlogs: Mapping[str, int] = field(default_factory=dict)

    def put_messages(self, refs: Sequence[MessageRef]) -> None:
        self.world.now += self.takes
        super().put_messages(refs)

    def put_events(self, bodies: Sequence[Json]) -> None:
        self.world.now += self.takes
        super().put_events(bodies)

    def backlog(self, queue: str = "events") -> int:
        return self.backlogs.get(queue, 0)


class Minute:
    """A sweep of many messages and as many wake-ups."""

    def __init__(self, **queues: Any) -> None:
        self.world, self.looked = fakes.World(now=T0), list[str]()
        slow = SlowQueues(self.world, **queues)
        self.sweep = Sweep(self, slow, self.calendar, self.breaker, self.world.clock, Tally())

    def due(self, until: Millis, limit: int) -> Iterator[tuple[Millis, str | MessageRef]]:
        for number in range(MANY):
            yield T0 - 1, MessageRef(f"c{number}", f"m{number}")
            yield T0 - 1, f"c{number}"

    def breaker(self, due: object) -> None:
        self.looked.append("reputation")

    def calendar(self) -> int:
        self.looked.append("calendar")
        return 0


@pytest.mark.parametrize(
    ("backlogs", "messages", "wakes"),
    [
        ({}, MANY, MANY),
        ({"send": BACKLOG, "events": BACKLOG}, MANY, MANY),
        ({"send": BACKLOG + 1}, 0, MANY),
        ({"events": BACKLOG + 1}, MANY, 0),
    ],
)
def test_behind_a_long_queue_nothing_is_queued_again(backlogs, messages, wakes):
    minute = Minute(backlogs=backlogs)
    swept = minute.sweep()
    assert (swept.messages, swept.wakes) == (messages, wakes)
    assert (len(minute.world.refs), len(minute.world.events)) == (messages, wakes)


@pytest.mark.parametrize(
    ("takes", "messages", "wakes"), [(SPAN // 6, MANY, MANY), (SPAN // 3, MANY, 0), (SPAN, 500, 0)]
)
def test_a_queue_that_is_slow_takes_no_more_than_its_part_of_the_minute(takes, messages, wakes):
    minute = Minute(takes=takes)
    swept = minute.sweep()
    assert (swept.messages, swept.wakes) == (messages, wakes)
    assert minute.looked == ["reputation", "calendar"]
