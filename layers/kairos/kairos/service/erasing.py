"""Somebody asks to be forgotten: from the answer on nobody decides or sends on what was known of them."""

from kairos.domain.erasure import mark
from kairos.domain.events import Event, Millis
from kairos.domain.identity import AddressHash, customer_id
from kairos.domain.state import Customer
from kairos.service import trouble
from kairos.service.ports import Clock, Contended, CustomerStore, QueueRefused, Queues, StateMoved
from kairos.service.ports.erasures import ErasureRef, ErasureStore

TRIES = 5

LEASE: Millis = 10 * 60_000
"""An erasure that nobody has carried on by then is taken up by the sweep."""


class Erasing:
    """Begins erasures; safe any number of times."""

    def __init__(
        self, customers: CustomerStore, erasures: ErasureStore, queues: Queues, address_hash: AddressHash, receipts: Clock
    ) -> None:  # fmt: skip
        """`receipts`: moments in one row with those of events, where a clock may stand still."""
        self._customers, self._erasures, self._queues = customers, erasures, queues
        self._hash, self._receipts = address_hash, receipts

    def __call__(self, event: Event) -> str:
        """What stands for their id from now on. One that was asked for before the last one changes nothing. Raises Contended."""
        who = (customer_id(event.customer, self._hash) if event.customer else None) or ""
        for _ in range(TRIES):
            found = self._whom(who)
            ref = ErasureRef(mark(found.id, self._hash))
            if found.state.erased >= event.received:
                return ref.key
            now = max(self._receipts(), event.received)
            try:
                self._erasures.begin(found, ref, now, due=now + LEASE)
            except StateMoved:
                continue
            try:
                self._queues.put_erasures([ref])
            except QueueRefused as error:  # the sweep finds it
                trouble.note("erase queue", error)
            return ref.key
        raise Contended(f"overtaken {TRIES} times")

    def _whom(self, who: str) -> Customer:
        """Them, or whom they have turned out to be."""
        found = self._customers.read((who,), profiles=(who,), consistent=True)[who]
        return self._whom(found.state.moved) if found.state.moved else found
