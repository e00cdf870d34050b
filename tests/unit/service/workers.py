"""Workers around the ports in memory, and the queues that feed them."""

import json
from collections.abc import Sequence
from typing import Any

from kairos.domain.definitions import Catalog
from kairos.domain.events import Event
from kairos.domain.sources import canonical
from kairos.service.deliver import Deliver
from kairos.service.evaluate import Evaluate
from kairos.service.feedback import Learning
from kairos.service.metrics import Tally
from kairos.service.ports import Item, MessageRef
from kairos.service.reputation import Breaker
from kairos.service.sweep import Sweep
from tests import fakes
from tests.fake_addresses import FakeAddresses, FakeReputation
from tests.fake_codes import FakeCodes
from tests.fake_messages import FakeMessages
from tests.fakes import Killed, World
from tests.unit.domain.shop import T0


class Workers:
    """Evaluate, deliver and sweep over one world. What a killed worker held comes again, unless the queue lost it."""

    def __init__(
        self, catalog: Catalog, *, loses: bool = False, made: type[World] = World,
        messages: type[FakeMessages] = FakeMessages, **world: Any,
    ) -> None:  # fmt: skip
        self.world = made(now=T0, **world)
        self.loses = loses
        self.tally = Tally()
        self.customers = fakes.FakeCustomers(self.world)
        self.messages = messages(self.world)
        self.queues = fakes.FakeQueues(self.world)
        self.provider = fakes.FakeProvider(self.world)
        self.renderer = fakes.FakeRenderer()
        self.codes = FakeCodes(self.world)
        self.control = fakes.FakeControl(self.world)
        self.archive, addresses = fakes.FakeArchive(self.world), FakeAddresses(self.world)
        self.reputation = FakeReputation(self.world)
        learning = Learning(self.messages, addresses, self.reputation, catalog)
        clock, ids = self.world.clock, self.world.ids
        self.evaluate = Evaluate(self.customers, learning, self.queues, self.archive, catalog, clock, ids, self.tally)
        self.deliver = Deliver(
            self.messages, self.queues, self.archive, self.control, addresses, fakes.FakeBus(self.world), self.renderer,
            self.codes, {"email": self.provider, "sms": self.provider, "push": self.provider}, catalog, clock, ids, self.tally,
        )  # fmt: skip
        breaker = Breaker(self.control, self.reputation, clock, self.tally)
        self.sweep = Sweep(fakes.FakeDue(self.world), self.queues, lambda: 0, breaker, clock, self.tally)

    def hear(self, *events: Event) -> "Workers":
        """Puts events on their queue and works off all that follows."""
        self.world.events += [{"kairos": "event", "event": canonical.to_dict(event)} for event in events]
        return self.settle()

    def settle(self) -> "Workers":
        """Works off both queues, some dozen deliveries at most."""
        for _ in range(12):
            self._take(self.world.events, lambda found: self._batch(found))
            self._take(self.world.refs, lambda found: self._send(found))
        return self

    def minutes(self, count: int) -> "Workers":
        """Lets time pass, with a sweep each minute."""
        for _ in range(count):
            self.world.now += 60_000
            try:
                self.sweep()
            except Killed:
                continue
            self.settle()
        return self

    def statuses(self) -> list[str]:
        return [message.status for message in self.world.messages.values()]

    def records(self) -> list[tuple[str, str]]:
        return [(r["outcome"], r["reason"]) for line in self.world.lines if (r := line.get("record"))]

    def _take(self, queue: list[Any], work: Any) -> None:
        found = list(queue)
        if not found:
            return
        try:
            failed = work(found)
        except Killed:
            failed = [] if self.loses and queue is self.world.refs else [str(i) for i in range(len(found))]
        queue[: len(found)] = [one for i, one in enumerate(found) if str(i) in failed]

    def _batch(self, bodies: Sequence[Any]) -> list[str]:
        return self.evaluate.batch([Item(str(i), json.dumps(body)) for i, body in enumerate(bodies)])

    def _send(self, refs: Sequence[MessageRef]) -> list[str]:
        return self.deliver.batch([(str(i), ref) for i, ref in enumerate(refs)])
