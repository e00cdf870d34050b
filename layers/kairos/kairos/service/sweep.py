"""Every minute: whatever has a moment behind it is queued again. One mechanism for timers and for all recovery."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from kairos.domain.events import Json, Millis
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, DueIndex, MessageRef, Queues, ReputationRef
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef

BACKLOG: Final = 10_000
"""With more waiting in a queue, what is due would only queue behind it, again every minute."""

SPAN: Final[Millis] = 30_000
"""So long the minute queues what is due; the rest of it is for reputation and calendar, and the next minute goes on."""

LIMIT: Final = 1_000
"""Rows of the index a shard and minute."""

_PAGE: Final = 500

Item = TypeVar("Item")


@dataclass(slots=True)
class _Found:
    """What has come due, by the queue it goes to."""

    oldest: Millis
    wakes: list[Json] = field(default_factory=list)
    messages: list[MessageRef] = field(default_factory=list)
    fan_outs: list[FanOutRef] = field(default_factory=list)
    reputations: list[ReputationRef] = field(default_factory=list)
    erasures: list[ErasureRef] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many of each were queued, and how many occurrences started."""

    wakes: int
    messages: int
    fan_outs: int
    occurrences: int


class Sweep:
    """Queues what is due, looks whether sending does harm, then into the calendar."""

    def __init__(
        self, due: DueIndex, queues: Queues, calendar: Callable[[], int], breaker: Callable[[Sequence[ReputationRef]], object], clock: Clock,
        tally: Tally,
    ) -> None:  # fmt: skip
        self._due = due
        self._queues = queues
        self._calendar = calendar
        self._breaker = breaker
        self._clock = clock
        self._tally = tally

    def __call__(self) -> Swept:
        """Says how many of each. Raises QueueRefused: the next minute finds the rest."""
        began, due = self._clock(), self._look()
        if due.fan_outs:
            self._queues.put_fan_outs(due.fan_outs)
        if due.erasures:
            self._queues.put_erasures(due.erasures)
        messages = self._queue(due.messages, "send", self._queues.put_messages, began)
        wakes = self._queue(due.wakes, "events", self._queues.put_events, began)
        self._breaker(due.reputations)
        return Swept(wakes, messages, len(due.fan_outs), self._calendar())

    def _queue(
        self, due: Sequence[Item], queue: Literal["events", "send"], put: Callable[[Sequence[Item]], None], began: Millis
    ) -> int:  # fmt: skip
        """How many there was room and time for."""
        if not due or self._queues.backlog(queue) > BACKLOG:
            return 0
        queued = 0
        for page in _pages(due):
            if self._clock() - began >= SPAN:
                break
            put(page)
            queued += len(page)
        return queued

    def _look(self) -> _Found:
        now = self._clock()
        due = _Found(now)
        for moment, found in self._due.due(now, LIMIT):
            if isinstance(found, ReputationRef):  # stays due as long as nobody resumes: that is no lag
                due.reputations.append(found)
                continue
            due.oldest = min(due.oldest, moment)
            if isinstance(found, MessageRef):
                due.messages.append(found)
            elif isinstance(found, FanOutRef):
                due.fan_outs.append(found)
            elif isinstance(found, ErasureRef):
                due.erasures.append(found)
            else:
                due.wakes.append({"kairos": "wake", "customer": found})
        self._tally.measure("DueLag", (now - due.oldest) / 1000)
        return due


def _pages(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[i : i + _PAGE] for i in range(0, len(items), _PAGE))
