"""Every minute: whatever has a moment behind it is queued again. One mechanism for timers and for all recovery."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from kairos.domain.events import Json
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, DueIndex, MessageRef, Queues

BACKLOG: Final = 10_000
"""With more events waiting, wake-ups would only queue behind them, again every minute."""

LIMIT: Final = 1_000
"""Rows of the index a shard and minute."""

_PAGE: Final = 500

Item = TypeVar("Item")


class Sweep:
    """Queues what is due."""

    def __init__(self, due: DueIndex, queues: Queues, clock: Clock, tally: Tally) -> None:
        self._due = due
        self._queues = queues
        self._clock = clock
        self._tally = tally

    def __call__(self) -> tuple[int, int]:
        """Queues wake-ups and messages; says how many of each. Raises QueueRefused: the next minute finds the rest."""
        now = self._clock()
        wakes: list[Json] = []
        refs: list[MessageRef] = []
        oldest = now
        for moment, found in self._due.due(now, LIMIT):
            oldest = min(oldest, moment)
            if isinstance(found, MessageRef):
                refs.append(found)
            else:
                wakes.append({"kairos": "wake", "customer": found})
        self._tally.measure("DueLag", (now - oldest) / 1000)
        for page in _pages(refs):
            self._queues.put_messages(page)
        if wakes and self._queues.backlog() > BACKLOG:
            return 0, len(refs)
        for bodies in _pages(wakes):
            self._queues.put_events(bodies)
        return len(wakes), len(refs)


def _pages(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[i : i + _PAGE] for i in range(0, len(items), _PAGE))
