"""A batch of what was heard: understood, grouped by customer, decided, committed once each, archived."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kairos.domain.definitions import Catalog
from kairos.domain.erasure import ERASURE, outlives
from kairos.domain.events import Event, Heard, Millis, Occurrence, Wake
from kairos.domain.facts import outspoken
from kairos.domain.identity import TESTER, customer_id, is_stray
from kairos.domain.merge import others_of
from kairos.domain.sources import canonical
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.queued import Understood, Unfiled
from kairos.domain.sources.texts import Text
from kairos.domain.state import Customer
from kairos.service import rejected, trouble
from kairos.service.batch import Batch
from kairos.service.commit import Commit, order
from kairos.service.feedback import Learning
from kairos.service.filing import file
from kairos.service.goods import Goods
from kairos.service.hearing import Hearing
from kairos.service.lines import lines
from kairos.service.look_back import LookBack
from kairos.service.metrics import Tally
from kairos.service.owners import Owners
from kairos.service.ports import (
    Archive,
    Clock,
    Contended,
    CustomerStore,
    Item,
    QueueRefused,
    Queues,
    TooLarge,
    Unavailable,
)
from kairos.service.reading import Reading, others
from kairos.service.redeem import Redeem

HOT = 9
"""From this receipt on, a customer in endless conflict goes to `rejected` instead of back to the queue."""


class Evaluate:
    """Carries what was heard through `decide` into the table."""

    def __init__(
        self, customers: CustomerStore, learning: Learning, queues: Queues, archive: Archive,
        catalog: Catalog, clock: Clock, ids: Callable[[], str], tally: Tally,
        external: Callable[[Event], object] | None = None, hearing: Hearing | None = None,
        redeem: Redeem | None = None, goods: Goods | None = None, erasing: Callable[[Event], object] | None = None,
    ) -> None:  # fmt: skip
        """`external` is told each event without a customer, `goods` what is new by it, `redeem` asked about codes, `erasing` told who asks to be forgotten; without them none come in there."""
        self._external, self._redeem, self._goods, self._erasing = external, redeem, goods, erasing
        self._hearing = hearing or Hearing()
        self._learning = learning
        self._queues = queues
        self._archive = archive
        self._catalog = catalog
        self._clock = clock
        self._tally = tally
        self._commit = Commit(customers, catalog, ids, tally)
        self._reading = Reading(self._commit)
        self._look_back = LookBack(self._commit, self._customer)

    def batch(self, items: Sequence[Item]) -> list[str]:
        """Works off what a queue delivered; returns the ids of the items to be delivered again."""
        batch = Batch(self._clock(), Owners(self._learning.addresses))
        queued = {item.id: item.sent or batch.now for item in items}  # read again by any clock, that stays so
        understood = [(item.id, said) for item in items for said in self._understand(batch, item, queued[item.id])]
        if self._redeem:
            understood, batch.failed = self._redeem(understood)
        for one, said in understood:
            if isinstance(said, Feedback | Text):
                batch.answers.append((one, said, queued[one]))
            elif isinstance(said, Unfiled):
                batch.unfiled.append((one, said))
            else:
                self._hear(batch, one, said)
        self._learn(batch)
        self._look_back(batch)
        found, receipts = self._reading(batch), {item.id: item.receipts for item in items}
        for who in sorted(batch.heard, key=lambda who: not is_stray(who)):  # before they are identified
            if who in found:
                heard, (customer, consistent) = batch.heard[who], found[who]
                self._decide(batch, heard, customer, receipts, consistent, others(batch, heard, found))
        self._carry_on(batch)
        self._file(batch)
        return [item.id for item in items if item.id in batch.failed]

    def commit_now(self, event: Event) -> bool:
        """Commits one event before returning; if the archive does not take it now, the queue does.

        False if it is of somebody who was forgotten since, and nobody's. Raises Contended, TooLarge, QueueRefused.
        """
        if _tried(event):
            return True
        if event.type == ERASURE:
            self._forget(event)
            return True
        customer = self._customer(event)
        found = self._commit.read((customer,), (customer,), consistent=True)[customer]
        if not outlives(event, found.state):
            return False
        event = outspoken(found.state, event)
        batch = Batch(self._clock(), Owners(self._learning.addresses), events=[("", event)])
        batch.add(self._commit(found, (event,), batch.now, consistent=True))
        self._carry_on(batch)
        self._file(batch)
        if batch.failed:
            self._queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)}])
        return True

    def _understand(self, batch: Batch, item: Item, queued: Millis) -> tuple[Understood, ...]:
        """What says of itself when it was received was; all else was when it was queued."""
        try:
            return tuple(said for said in self._hearing(item.body, queued) if not _tried(said))
        except (ValueError, RecursionError, BadEvent) as error:
            batch.rejected.append((item.id, rejected.not_understood(error, item.body)))
            return ()

    def _hear(self, batch: Batch, item: str, said: Heard) -> None:
        if isinstance(said, Wake | Occurrence):
            batch.heard.setdefault(said.customer, []).append((item, said))
            return
        if said.type == ERASURE:
            self._ask(batch, item, said)
            return
        customer, heard = self._customer(said), self._catalog.hears(said) or others_of(said)
        try:
            customer, said = batch.owners(customer, said) if heard else (customer, said)
        except Exception as error:  # the table does not say now whose address it is: the item comes again
            trouble.note("owners", error)
            batch.failed.add(item)
            return
        batch.events.append((item, said))
        self._tally.measure("OldestEvent", (batch.now - said.received) / 1000)
        if not customer:
            self._fan_out(batch, item, said)
        elif heard:
            batch.heard.setdefault(customer, []).append((item, said))

    def _ask(self, batch: Batch, item: str, event: Event) -> None:
        try:
            self._forget(event)
        except Exception as error:  # the item comes again
            trouble.note("erasure", error)
            batch.failed.add(item)

    def _forget(self, event: Event) -> None:
        if self._erasing is not None:
            self._erasing(event)

    def _fan_out(self, batch: Batch, item: str, event: Event) -> None:
        """Nobody's event is everybody's whom a campaign reaches by it."""
        if self._external is None:
            return
        try:
            self._external(event)
            for news in self._goods(event) if self._goods else ():
                self._hear(batch, item, news)
        except Exception as error:  # the item comes again; an occurrence that was started is not started twice
            trouble.note("external", error)
            batch.failed.add(item)

    def _learn(self, batch: Batch) -> None:
        """What was answered is worked off together, before it is events like others."""
        if batch.answers:
            learnt = self._learning(batch.answers, batch.now)
            batch.records += learnt.records
            batch.failed |= learnt.failed
            batch.there |= learnt.there
            for item, event in learnt.heard:
                self._hear(batch, item, event)

    def _decide(
        self, batch: Batch, heard: Sequence[tuple[str, Heard]], customer: Customer, receipts: Mapping[str, int],
        consistent: bool, others: Mapping[str, Customer],
    ) -> None:  # fmt: skip
        """One customer, one commit."""
        said, items = [said for _, said in heard], {item for item, _ in heard}
        try:
            batch.add(self._commit(customer, said, batch.now, consistent=consistent, others=others))
        except TooLarge as error:
            self._in_parts(batch, heard, customer.id, receipts, error)
        except Unavailable as error:
            trouble.note("table", error)
            batch.failed |= items
        except Contended:
            self._tally.count("Conflicts")
            hot = [(item, said) for item, said in heard if receipts.get(item, 0) >= HOT and not isinstance(said, Wake)]
            batch.rejected += [(item, rejected.hot(said)) for item, said in hot]
            batch.failed |= items - {item for item, _ in hot}
        except Exception as error:  # a customer that cannot be decided must never block the others
            trouble.note("decide", error)
            batch.failed |= items

    def _in_parts(
        self, batch: Batch, heard: Sequence[tuple[str, Heard]], who: str, receipts: Mapping[str, int], why: TooLarge
    ) -> None:  # fmt: skip
        """In two commits what does not go into one, and of what is due so much less; what is too large on its own is put aside."""
        ordered, middle = sorted(heard, key=lambda each: order(each[1])), len(heard) // 2
        parts = [ordered[:middle], ordered[middle:]]
        if len(heard) == 1:
            [(item, said)] = heard
            if not isinstance(said, Wake):
                batch.rejected.append((item, rejected.too_large(said, str(why))))
                return
            if not said.most:  # the next minute has another one: put aside, they would pile up
                trouble.note("wake", why)
                batch.failed.add(item)
                return
            parts = [[(item, replace(said, most=said.most // 2))]]
        for part in parts:
            for customer in self._reading.some(batch, {who}, {who}, consistent=True).values():
                self._decide(batch, part, customer, receipts, True, {})

    def _customer(self, event: Event) -> str:
        return (customer_id(event.customer, self._catalog.address_hash) if event.customer else None) or ""

    def _carry_on(self, batch: Batch) -> None:
        """Hands messages to delivery; what the queue does not take now the sweep finds."""
        if not batch.messages:
            return
        try:
            self._queues.put_messages(batch.messages)
        except QueueRefused as error:
            trouble.note("send queue", error)

    def _file(self, batch: Batch) -> None:
        """Archives what was heard and decided, once a batch, and puts aside what was not understood."""
        for record in batch.records:
            if name := _COUNTED.get(record.outcome):
                self._tally.count(name, record.reason if name == "Refused" else "")
        once, again = lines(batch, self._customer)
        if not file(self._archive, self._queues, once, again):
            batch.failed.update(item for item, _ in (*batch.events, *batch.unfiled))
        try:
            if batch.rejected:
                self._queues.put_rejected([body for _, body in batch.rejected])
                self._tally.count("Rejected", by=len(batch.rejected))
        except QueueRefused as error:
            batch.failed.update(batch.rejected[index][0] for index in error.indexes)


_COUNTED: Mapping[str, str] = {"entered": "Entered", "goal": "Goal", "refused": "Refused"}


def _tried(said: Understood) -> bool:
    """Whether it is about a message that was sent to try it out."""
    if isinstance(said, Event):
        return said.customer is not None and said.customer.id == TESTER
    return isinstance(said, Feedback) and said.customer == TESTER
