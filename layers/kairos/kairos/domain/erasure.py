"""A person is forgotten: what was received before that is dropped, what comes afterwards is of somebody new."""

import hashlib
from dataclasses import dataclass
from typing import Final

from kairos.domain.events import Event, Heard, Json, Millis, Occurrence, Ref
from kairos.domain.identity import DEVICE, AddressHash, customer_id
from kairos.domain.state import State

ERASURE: Final = "kairos.erasure"
"""The type of the event that asks for it; only Kairos itself makes it, and nobody archives it."""

FRESH: Final[Millis] = 10 * 60_000
"""So long after its receipt an event is surely archived before the archive is rewritten for an erasure behind it."""

_TOLD: Final = frozenset({"kairos.customer", ERASURE})
"""What Kairos makes of what others ask of it; all else of its own is about messages of before."""


def erasure(customer: Ref, received: Millis, source: str) -> Event:
    """Asks for the customer to be forgotten."""
    return Event(
        id=f"erasure.{received}", type=ERASURE, time=received, received=received, source=source, customer=customer,
        own=True,
    )  # fmt: skip


def mark(customer: str, address_hash: AddressHash) -> str:
    """What stands for an id that nobody may find any more; without the key nobody can try out ids."""
    return address_hash("erased", hashlib.sha256(customer.encode()).hexdigest())


def outlives(heard: Heard, state: State) -> bool:
    """Whether an erasure leaves it to be heard: nothing received before it, and nothing that its own messages bring back."""
    if not state.erased:
        return True
    if isinstance(heard, Event):
        if heard.type in _TOLD:  # who waited for an answer came behind it, even within the same millisecond
            return heard.received >= state.erased
        return heard.received > state.erased and (state.known or not heard.own)
    if isinstance(heard, Occurrence):
        return state.known and heard.time > state.erased
    return state.known


@dataclass(frozen=True, slots=True)
class Person:
    """Everybody that somebody was, as ids of customers, and until when."""

    ids: frozenset[str]
    erased: Millis
    addresses: frozenset[str] = frozenset()  # as they were written

    def owns(self, line: Json, address_hash: AddressHash) -> bool:
        """Whether a line of the archive is of them, of before the erasure."""
        if record := line.get("record"):
            return record.get("customer") in self.ids and record.get("time", 0) <= self.erased
        event = line.get("event") or {}
        who = event.get("customer")
        if not who or event.get("received", 0) > self.erased:
            return False
        known = {name: who[name] for name in ("id", "anonymous_id", "email", "phone") if name in who}
        return customer_id(Ref(**known), address_hash) in self.ids

    def named(self, value: object) -> bool:
        """Whether a text is one of their ids, with or without what ids of devices begin with, or of their addresses."""
        return isinstance(value, str) and (value in self.ids or DEVICE + value in self.ids or value in self.addresses)


def without(body: object, person: Person) -> object:
    """What a queue holds without the person: the body as it is, a page without them, or None if it is about them."""
    if isinstance(body, dict) and body.get("kairos") in _PAGES and isinstance(body.get("customers"), list):
        left = [who for who in body["customers"] if not _about(who, person, "customer")]
        return body if len(left) == len(body["customers"]) else {**body, "customers": left} if left else None
    return None if _about(body, person) else body


_PAGES: Final = ("occurrence", "wake", "customers")
"""What names many customers at once, by their ids or by all that is told of them."""

_NAMES: Final = frozenset(
    {
        "customer", "id", "anonymous_id", "previous_id", "email", "phone", "userId", "anonymousId", "previousId",
        "to", "emailAddress", "originationNumber", "destinationPhoneNumber",
    }
)  # fmt: skip
"""Under which names senders and providers say who somebody is."""


def _received(body: Json) -> Millis:
    event = body.get("event")
    moment = event.get("received", 0) if isinstance(event, dict) else 0
    return moment if isinstance(moment, int) else 0


_TEXTS: Final = ("", "body", "Message")
_LONG: Final = 8
"""Characters of an id that no other text happens to hold."""


def _about(body: object, person: Person, name: str = "") -> bool:
    if isinstance(body, dict):
        if body.get("kairos") == "event" and _received(body) > person.erased:
            return False  # of somebody new
        return any(_about(value, person, str(key)) for key, value in body.items())
    if isinstance(body, list):
        return any(_about(value, person, name) for value in body)
    if not isinstance(body, str):
        return False
    if name in _TEXTS:  # what nobody could read may hold them anywhere
        return any(each in body for each in person.addresses | {id for id in person.ids if len(id) >= _LONG})
    return body in person.addresses or (name in _NAMES and person.named(body))
