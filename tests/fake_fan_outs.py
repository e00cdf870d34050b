"""The ports of reaching an audience in memory, with the conditions of the real table."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from kairos.domain.effects import DropPlace, Effect, PutEntry, PutPlace
from kairos.domain.events import Millis
from kairos.domain.products import Known
from kairos.domain.state import Customer
from kairos.service.ports import Due
from kairos.service.ports.fan_out import FanOut, FanOutRef, Looked
from tests.fakes import FakeCustomers, FakeDue, FakeQueues, World

SHARDS = 2
END = "end"


def shard(customer: str) -> int:
    return zlib.crc32(customer.encode()) % SHARDS


@dataclass
class PlacedCustomers(FakeCustomers):
    """Customers who also stand in places: put there before the commit, dropped behind it."""

    places: dict[tuple[str, str], int] = field(default_factory=dict)  # (place, customer) -> version
    entered: list[tuple[str, str, str]] = field(default_factory=list)  # every entry that was ever committed
    used_up: dict[str, int] = field(default_factory=dict)  # whose commits are overtaken so often

    def commit(self, before: Customer, after: Customer, effects: Sequence[Effect], writer: str) -> None:
        version, who = before.state.version + 1, before.id
        for effect in effects:
            if isinstance(effect, PutPlace):
                self.world.call(partial(self._put, effect.place, who, version))
        if self.used_up.get(who, 0):
            self.used_up[who] -= 1
            self.races = 1
        super().commit(before, after, effects, writer)
        for effect in effects:
            if isinstance(effect, DropPlace):
                self.world.call(partial(self._drop, effect.place, who, version))

    def _commit(self, before: Customer, after: Customer, effects: Sequence[Effect]) -> None:
        super()._commit(before, after, effects)
        self.entered += [(before.id, e.campaign, e.key) for e in effects if isinstance(e, PutEntry)]

    def _put(self, place: str, who: str, version: int) -> None:
        self.places[place, who] = max(version, self.places.get((place, who), 0))

    def _drop(self, place: str, who: str, version: int) -> None:
        if self.places.get((place, who), version + 1) <= version:
            del self.places[place, who]


@dataclass
class CrowdedQueues(FakeQueues):
    """How much waits is told for each queue."""

    backlogs: dict[str, int] = field(default_factory=dict)

    def backlog(self, queue: str = "events") -> int:
        return self.backlogs.get(queue, 0)


@dataclass
class FakeAudience:
    """Shard by shard in the order of ids; pages are small, however large they may be."""

    world: World
    customers: PlacedCustomers
    size: int = 3

    def pages(self, fan_out: FanOut, size: int) -> Iterator[tuple[Sequence[str], str]]:
        cursor, size = fan_out.cursor, min(size, self.size)
        while page := self.world.call(partial(self._page, fan_out, cursor, size)):
            cursor = "{}/{}".format(*page[-1])
            yield [customer for _, customer in page], cursor

    def _page(self, fan_out: FanOut, cursor: str, size: int) -> list[tuple[int, str]]:
        first, _, after = cursor.partition("/")
        known = self.world.states if fan_out.everybody else self._standing(fan_out.places)
        behind = sorted(one for who in known if (one := (shard(who), who)) > (int(first or 0), after))
        return list(islice(behind, size))

    def _standing(self, places: Sequence[str]) -> set[str]:
        return {who for place, who in self.customers.places if place in places}


@dataclass
class FakeFanOuts:
    """Fan-outs under way: what goes out is written before how far it is."""

    world: World
    what: dict[str, FanOut] = field(default_factory=dict)
    how_far: dict[str, tuple[str, Millis]] = field(default_factory=dict)  # cursor, due

    def start(self, fan_out: FanOut, *, due: Millis, kept: Millis) -> FanOutRef | None:
        key = f"{fan_out.campaign}#{fan_out.id}"
        self.world.call(lambda: self.what.setdefault(key, replace(fan_out, key=key)))
        return FanOutRef(key) if self.world.call(lambda: self._begin(key, due)) else None

    def _begin(self, key: str, due: Millis) -> bool:
        if key in self.how_far:
            return False
        self.how_far[key] = ("", due)
        return True

    def read(self, ref: FanOutRef) -> FanOut | None:
        def work() -> FanOut | None:
            cursor = self.how_far.get(ref.key, (END, 0))[0]
            return None if cursor == END else replace(self.what[ref.key], cursor=cursor)

        return self.world.call(work)

    def move(self, fan_out: FanOut, *, cursor: str, due: Millis = 0) -> bool:
        return self.world.call(lambda: self._move(fan_out, cursor, due))

    def finish(self, fan_out: FanOut) -> bool:
        return self.world.call(lambda: self._move(fan_out, END, 0, over=True))

    def _move(self, fan_out: FanOut, cursor: str, due: Millis, *, over: bool = False) -> bool:
        now, before = self.how_far[fan_out.key]
        if now != fan_out.cursor:
            return False
        self.how_far[fan_out.key] = (cursor, 0 if over else due or before)
        return True


@dataclass
class FanOutDue:
    """Also what goes to an audience comes due."""

    world: World
    store: FakeFanOuts

    def due(self, until: Millis, limit: int) -> Iterator[tuple[Millis, Due]]:
        yield from FakeDue(self.world).due(until, limit)
        for key, (_, moment) in self.store.how_far.items():
            if moment and moment <= until:
                yield moment, FanOutRef(key)


@dataclass
class FakeCalendar:
    """One item, moved by whoever has read it."""

    world: World
    now: Looked = field(default_factory=Looked)
    due: Millis | None = None

    def looked(self) -> Looked:
        return self.world.call(lambda: self.now)

    def look(self, before: Looked, after: Looked, *, due: Millis | None) -> bool:
        return self.world.call(lambda: self._look(before, after, due))

    def _look(self, before: Looked, after: Looked, due: Millis | None) -> bool:
        if before.at != self.now.at:
            return False
        self.now, self.due = after, due
        return True


@dataclass
class FakeProducts:
    """What is known of each product, written by whoever has read it last."""

    world: World
    known: dict[str, tuple[Known, int]] = field(default_factory=dict)
    races: int = 0  # how often somebody else writes first

    def read(self, product: str) -> tuple[Known | None, int]:
        nothing: tuple[Known | None, int] = (None, 0)
        return self.world.call(lambda: self.known.get(product, nothing))

    def write(self, product: str, now: Known, *, seen: int, kept: Millis) -> bool:
        return self.world.call(lambda: self._write(product, now, seen))

    def _write(self, product: str, now: Known, seen: int) -> bool:
        if self.races:
            self.races -= 1
            return False
        if self.known.get(product, (None, 0))[1] != seen:
            return False
        self.known[product] = (now, seen + 1)
        return True
