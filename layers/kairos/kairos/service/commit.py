"""One customer: decide on everything heard of them, and commit it once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Decision, Effect, PutEntry, PutMessage, PutTombstone, Record
from kairos.domain.erasure import outlives
from kairos.domain.events import Event, Heard, Millis, Wake
from kairos.domain.merge import follow, news, news_of_strays, others_in, strays, tombstone
from kairos.domain.state import Customer, NeedsProfile, State
from kairos.service.metrics import Tally
from kairos.service.ports import AlreadyWritten, Contended, CustomerStore, MessageRef, StateMoved, Unavailable

TRIES = 5
"""How often a commit that others overtook is decided again before it goes back to the queue."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of a customer's occurrences."""

    records: tuple[Record, ...] = ()
    messages: tuple[MessageRef, ...] = ()


class _Moved(Exception):
    """The device, or the id, is somebody's by now: what was heard of it follows."""

    def __init__(self, gone: State) -> None:
        super().__init__(gone.version)
        self.gone = gone


class _Unread(Exception):
    """An address is somebody's now: whether anything was heard by it alone has to be looked up."""

    def __init__(self, strays: Collection[str]) -> None:
        super().__init__(len(strays))
        self.strays = strays


class Commit:
    """Reads customers and carries decisions into the table."""

    def __init__(self, customers: CustomerStore, catalog: Catalog, ids: Callable[[], str], tally: Tally) -> None:
        self._customers = customers
        self._catalog = catalog
        self._ids = ids
        self._tally = tally

    def read(self, ids: Collection[str], profiles: Collection[str], *, consistent: bool) -> dict[str, Customer]:
        """The customers, in one request; with their profiles where that is asked for."""
        return self._customers.read(ids, profiles=profiles, consistent=consistent) if ids else {}

    def __call__(
        self, customer: Customer, heard: Sequence[Heard], now: Millis, *,
        consistent: bool, others: Mapping[str, Customer] | None = None,
    ) -> Committed:  # fmt: skip
        """Decides in order of event time and commits once; `others` are those said to be theirs, where read already.

        Raises Contended after too many lost races, and what the store raises.
        """
        try:
            return self._commit(customer, heard, now, consistent, others or {})
        except _Moved as moved:
            return self._follow(moved.gone, heard, now)

    def _follow(self, gone: State, heard: Sequence[Heard], now: Millis) -> Committed:
        """What was heard of another, decided for those whose it is now, over as many aliases as there are."""
        parts: dict[str, list[Heard]] = {}
        for one in heard:
            if outlives(one, gone) and (whose := follow(gone, one)):
                parts.setdefault(whose, []).append(one)
        found = self.read(parts.keys(), (), consistent=True)
        done = [self(found[whose], part, now, consistent=True) for whose, part in parts.items()]
        return Committed(
            tuple(record for one in done for record in one.records), tuple(ref for one in done for ref in one.messages)
        )

    def _commit(
        self, customer: Customer, heard: Sequence[Heard], now: Millis, consistent: bool,
        others: Mapping[str, Customer],
    ) -> Committed:  # fmt: skip
        if customer.state.moved:
            raise _Moved(customer.state)
        inputs = sorted(heard, key=order)
        before, named = customer, others_in(inputs) - {customer.id}
        self._tally.count("Commits")
        for _ in range(TRIES):
            if unread := named - others.keys():
                others = {**others, **self.read(unread, unread, consistent=True)}
            if before.state.erased:
                inputs = [one for one in inputs if outlives(one, before.state)]
            if inputs and any(one.state.erasing for one in (before, *others.values())):
                raise Unavailable("being erased")
            try:
                decided = self._decide(before, inputs, now, others)
                if decided.changed:
                    self._customers.commit(before, decided.customer, decided.effects, self._ids())
                elif not consistent:  # what is not there may only not be seen yet
                    before, others, consistent = self._again(before), {}, True
                    continue
            except _Unread as unknown:
                others = {**others, **self._strays(unknown.strays)}
                continue
            except NeedsProfile:
                before = self._again(before, profile=True)
            except StateMoved:
                self._tally.count("Conflicts")
                before, others = self._again(before), {}
            except AlreadyWritten as known:
                again = self._again(before)
                before = replace(again, used=before.used | known.entries, made=before.made | known.messages)
            else:
                return Committed(decided.records, tuple(_refs(customer.id, decided.effects)))
            consistent = True
        raise Contended(f"overtaken {TRIES} times")

    def _decide(
        self, customer: Customer, inputs: Sequence[Heard], now: Millis, others: Mapping[str, Customer]
    ) -> Decision:
        effects: list[Effect] = []
        records: list[Record] = []
        changed = False
        for one in inputs:
            theirs = news(others, customer.id, one)
            decision = decide(customer, one, self._catalog, now, theirs)
            if named := strays(customer.id, decision.effects):
                if unread := named - others.keys():
                    raise _Unread(unread)
                if found := news_of_strays(others, customer.id, named - {other.id for other in theirs}, one):
                    decision = decide(customer, one, self._catalog, now, (*theirs, *found))
            gone = {e.device: tombstone(e) for e in decision.effects if isinstance(e, PutTombstone)}
            others = {**others, **gone}
            customer, changed = _knowing(decision.customer, decision.effects), changed or decision.changed
            effects += decision.effects
            records += decision.records
        return Decision(customer, tuple(effects), tuple(records), changed)

    def _strays(self, ids: Collection[str]) -> dict[str, Customer]:
        """Nothing was heard by most addresses: only what there is to unite has a profile to be read."""
        found = self.read(ids, (), consistent=True)
        heard = [who for who, stray in found.items() if stray.state.version and not stray.state.moved]
        return found | self.read(heard, heard, consistent=True)

    def _again(self, customer: Customer, *, profile: bool = False) -> Customer:
        profiles = (customer.id,) if profile or customer.profile is not None else ()
        newer = self._customers.read((customer.id,), profiles=profiles, consistent=True)[customer.id]
        if newer.state.moved:
            raise _Moved(newer.state)
        return replace(newer, used=customer.used, made=customer.made)


def order(heard: Heard) -> tuple[bool, Millis, bool, Millis, str]:
    """Events by their time, at one instant facts about the customer first; timers after all that was heard."""
    if isinstance(heard, Wake):
        return (True, 0, False, 0, "")
    if not isinstance(heard, Event):
        return (False, heard.time, True, heard.time, heard.id)
    facts = bool(heard.attributes or heard.addresses or heard.consents)
    return (False, heard.time, not facts, heard.received, heard.id)


def _knowing(customer: Customer, effects: Sequence[Effect]) -> Customer:
    """What was decided for one occurrence is known to the next of the same batch."""
    if not effects:
        return customer
    used = frozenset((e.campaign, e.key) for e in effects if isinstance(e, PutEntry))
    made = frozenset(e.id for e in effects if isinstance(e, PutMessage))
    return replace(customer, used=customer.used | used, made=customer.made | made)


def _refs(customer: str, effects: Sequence[Effect]) -> list[MessageRef]:
    return [MessageRef(customer, e.id, e.campaign, e.key) for e in effects if isinstance(e, PutMessage)]
