"""One fan-out: page by page to `evaluate`, no faster than that is worked off, from wherever it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from kairos.domain.events import Json, Millis
from kairos.service.metrics import Tally
from kairos.service.occurrences import LEASE
from kairos.service.ports import Clock, Queues
from kairos.service.ports.fan_out import Audience, FanOut, FanOutRef, FanOutStore

PAGE: Final = 100
"""Customers a page: one message of the queue `bulk`, one BatchGetItem of `evaluate`."""

STRETCH: Final = 10
"""Pages between two looks at what waits already."""

WAITING: Final = 100
"""Pages and feedback: with more of them waiting, bounces and complaints would stand behind hours of a fan-out."""

UNSENT: Final = 5_000
"""Messages that channels have not taken yet: deciding more of them only makes them older."""

PAUSE: Final[Millis] = 60_000
RESERVE: Final = 10_000
"""Milliseconds in which a page is surely done."""

HOPS: Final = 1_000
"""How often an invocation hands on to the next by itself. Beyond that the sweep does, which is no loop."""


class Spread:
    """Carries fan-outs on.

    A page goes out before its cursor moves, so whoever dies in between repeats it and nobody is left out: the
    occurrence is the entry's key, a page that comes twice enters nobody twice. Of two workers on one fan-out the
    slower finds its cursor moved and ends. While one is worked on, the sweep leaves it alone (LEASE).
    """

    def __init__(
        self, store: FanOutStore, audience: Audience, queues: Queues, clock: Clock, tally: Tally, *, size: int = PAGE
    ) -> None:  # fmt: skip
        self._store = store
        self._audience = audience
        self._queues = queues
        self._clock = clock
        self._tally = tally
        self._size = size

    def __call__(self, ref: FanOutRef, hops: int, left: Callable[[], int]) -> None:
        """As many pages as there is time for (`left`: milliseconds), then handed on. Raises what the ports raise."""
        found = self._store.read(ref)
        if found is None or self._paused(found):
            return
        if not self._store.move(found, cursor=found.cursor, due=self._clock() + LEASE):
            return
        for count, (customers, cursor) in enumerate(self._audience.pages(found, self._size), 1):
            if customers:
                self._queues.put_pages([page(found, customers)])
            if not self._store.move(found, cursor=cursor):
                return
            found = replace(found, cursor=cursor)
            self._tally.count("FannedOut", by=len(customers))
            if count % STRETCH == 0 and self._paused(found):
                return
            if left() < RESERVE:
                self._hand_on(found, ref, hops)
                return
        self._store.finish(found)

    def _paused(self, fan_out: FanOut) -> bool:
        """Whether too much waits already; the sweep then looks again in a minute, which is no loop of queues."""
        crowded = self._queues.backlog("bulk") > WAITING or self._queues.backlog("send") > UNSENT
        if crowded:
            self._store.move(fan_out, cursor=fan_out.cursor, due=self._clock() + PAUSE)
        return crowded

    def _hand_on(self, fan_out: FanOut, ref: FanOutRef, hops: int) -> None:
        if hops < HOPS:
            self._queues.put_fan_outs([ref], hops=hops + 1)
        else:
            self._store.move(fan_out, cursor=fan_out.cursor, due=self._clock())


def page(fan_out: FanOut, customers: Sequence[str]) -> Json:
    """What `evaluate` reads from its queue."""
    if fan_out.everybody:
        return {"kairos": "wake", "customers": list(customers)}
    return {
        "kairos": "occurrence", "campaign": fan_out.campaign, "id": fan_out.id, "time": fan_out.time,
        "local": fan_out.local, "event": fan_out.event, "customers": list(customers),
    }  # fmt: skip
