"""A shop whose campaigns reach audiences: evaluate, fan-out, calendar and sweep around the ports in memory."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from kairos.domain.definitions import Catalog
from kairos.domain.events import Event, Ref
from kairos.domain.sources import canonical
from kairos.service.calendar import Calendar
from kairos.service.evaluate import Evaluate
from kairos.service.fan_out import Spread
from kairos.service.feedback import Learning
from kairos.service.goods import Goods
from kairos.service.occurrences import Occurrences
from kairos.service.ports import Item
from kairos.service.reputation import Breaker
from kairos.service.sweep import Sweep
from tests import fake_fan_outs, fakes
from tests.fake_addresses import FakeAddresses
from tests.fakes import Killed
from tests.unit.domain.shop import joined
from tests.unit.domain.truths.written import compiled, yaml
from tests.unit.service.workers import Workers

INDEXED = "policy: {attributes: {indexed: [region]}}"
PLENTY = 300_000
"""Milliseconds that an invocation has left."""


def written(text: str) -> Catalog:
    """The catalog of one campaign `hello`, in a shop that finds customers by their region."""
    return compiled(yaml(f"{text}, {INDEXED}"))


class Spreading(Workers):
    """What a killed worker held comes again, unless its queue lost it: that of fan-outs may, as the sweep finds them."""

    def __init__(self, definitions: Catalog, *, loses: bool = False, size: int = 3) -> None:
        super().__init__(definitions, loses=loses)
        world = self.world
        self.placed = self.customers = fake_fan_outs.PlacedCustomers(world)
        self.queues = self.crowds = fake_fan_outs.CrowdedQueues(world)
        self.store = fake_fan_outs.FakeFanOuts(world)
        self.audience = fake_fan_outs.FakeAudience(world, self.placed, size)
        self.products = fake_fan_outs.FakeProducts(world)
        self.planned = fake_fan_outs.FakeCalendar(world)
        self.receipts = 1
        self.left: Callable[[], int] = lambda: PLENTY
        self.deploy(definitions)

    def deploy(self, definitions: Catalog) -> "Spreading":
        """From now on these definitions are worked with."""
        world, tally, clock = self.world, self.tally, self.world.clock
        self.occurrences = Occurrences(self.store, self.queues, definitions, clock, tally)
        learning = Learning(self.messages, FakeAddresses(world), self.reputation, definitions)
        self.evaluate = Evaluate(
            self.placed, learning, self.queues, fakes.FakeArchive(world), definitions, clock, world.ids, tally,
            self.occurrences.external, goods=Goods(self.products, definitions, clock),
        )  # fmt: skip
        self.calendar = self.calendar_of(definitions)
        due, breaker = fake_fan_outs.FanOutDue(world, self.store), Breaker(self.control, self.reputation, clock, tally)
        self.sweep = Sweep(due, self.queues, self.calendar, breaker, clock, tally)
        self.spread = Spread(self.store, self.audience, self.queues, clock, tally)
        return self

    def calendar_of(self, definitions: Catalog) -> Calendar:
        """The calendar as other code, side by side with this, sees it."""
        return Calendar(self.planned, self.occurrences, definitions, self.world.clock)

    def put(self, who: str, region: str, **more: str) -> "Spreading":
        """That customer is there now."""
        self.world.now = now = self.world.now + 1
        facts = joined(now)
        attributes = {"backend": {"region": region, **more}}
        said = replace(facts, id=f"put-{who}-{now}", customer=Ref(who), attributes=attributes)
        assert not self.evaluate.batch([told(said)])
        return self

    def people(self, customers: Iterable[str], region: str = "north") -> "Spreading":
        for who in customers:
            self.put(who, region)
        return self

    def frost(self, id: str = "frost-1", late: int = 0) -> "Spreading":
        """It happens to nobody in particular."""
        now = self.world.now
        said = Event(id, "frost", now - late, now, "shop", None)
        self.world.events.append({"kairos": "event", "event": canonical.to_dict(said)})
        return self

    def settle(self) -> "Spreading":
        """Works off both queues, each of them some dozen times."""
        for _ in range(40):
            self.hear_of_it().page_through()
        self.world.refs.clear()
        return self

    def minutes(self, count: int) -> "Spreading":
        """Lets time pass, with a sweep each minute."""
        super().minutes(count)
        return self

    def reached(self) -> list[str]:
        """Who entered, as often as they did."""
        return sorted(who for who, *_ in self.placed.entered)

    def under_way(self) -> list[str]:
        """The fan-outs that are not finished, or are still due."""
        return [key for key, (cursor, due) in self.store.how_far.items() if cursor != fake_fan_outs.END or due]

    def hear_of_it(self) -> "Spreading":
        """One delivery of what waits for `evaluate`: events and pages."""
        self._take(self.world.events, self._batch)
        return self

    def page_through(self) -> "Spreading":
        """One delivery of what waits to be paged through."""
        queue, found = self.world.fan_outs, list(self.world.fan_outs)
        again = []
        for ref, hops in found:
            try:
                self.spread(ref, hops, self.left)
            except Killed:
                again += [] if self.loses else [(ref, hops)]
        queue[: len(found)] = again
        return self

    def _batch(self, bodies: Any) -> list[str]:
        items = [Item(str(i), json.dumps(body), receipts=self.receipts) for i, body in enumerate(bodies)]
        return self.evaluate.batch(items)


def told(said: Event) -> Item:
    return Item("0", json.dumps({"kairos": "event", "event": canonical.to_dict(said)}))
