"""Months in the life of generated customers, decided with the whole playbook and kept as the table would keep them.

Whoever the shop's day (local/shop) draws comes on so many days of a month as their habit says, and has what they have going
on (trials, bookings, invoices, papers) on one day of it. Each message is taken by its provider.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

from kairos.adapters.dynamodb.items import state_item
from kairos.catalog.bundle import compile_directory
from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.effects import PutEntry, PutMessage
from kairos.domain.events import Event, Heard, Millis, Wake
from kairos.domain.link import link
from kairos.domain.settling import report
from kairos.domain.sources import own
from kairos.domain.sources.customers import told
from kairos.domain.state import Customer, Profile, State
from local.aws.sizes import item_size
from local.shop import relations
from local.shop.day import DAY, TODAY
from local.shop.people import Person, body
from local.shop.visits import visits

BEGIN: Final = int(datetime.fromisoformat(TODAY).timestamp() * 1000)
COMES: Final = {"toys": 0.2, "buyer": 0.08, "lapsed": 0.02, "quiet": 0.02}
"""On which share of days somebody comes; the others on a tenth: three days a month."""
WRITER: Final = "0" * 32


@lru_cache(maxsize=1)
def playbook() -> Catalog:
    """The campaigns that are shipped, counting since ever."""
    catalog = link(compile_directory(Path(__file__).parents[1] / "campaigns").catalog)
    return catalog.with_since(dict.fromkeys(catalog.keeps, 0))


class Life:
    """One customer: every commit, and how large the item was that it wrote."""

    def __init__(self, who: str, now: Millis = BEGIN) -> None:
        self.customer, self.now = Customer.unknown(who), now
        self.sizes: list[int] = []
        self._keys: set[tuple[str, str]] = set()
        self._made: set[str] = set()

    def put(self, heard: Heard) -> None:
        """Decides and commits; what is sent is taken at once."""
        before = replace(self.customer, made=frozenset(self._made))
        decision = decide(before, heard, playbook(), self.now)
        used = {(e.campaign, e.key) for e in decision.effects if isinstance(e, PutEntry)} & self._keys
        if used:
            decision = decide(replace(before, used=frozenset(used)), heard, playbook(), self.now)
        if not decision.changed:
            return
        after, version = decision.customer, self.customer.state.version + 1
        self.sizes.append(item_size(state_item(after.id, after.state, version=version, writer=WRITER)))
        state = State.unpack(
            after.state.pack(),
            version=version,
            guard=after.state.guard,
            catalog=after.state.catalog,
            due=after.state.due,
        )
        self.customer = Customer(after.id, state, after.profile and Profile.unpack(after.profile.pack()))
        self._keys |= {(e.campaign, e.key) for e in decision.effects if isinstance(e, PutEntry)}
        messages = [e for e in decision.effects if isinstance(e, PutMessage)]
        self._made |= {message.id for message in messages}
        for message in messages:
            if message.channel != "event":
                self.now += 1
                self.put(report(message, after.id, "message.sent", self.now))

    def until(self, now: Millis) -> None:
        """Every wake-up until then."""
        while (due := self.customer.state.due) is not None and due <= now:
            self.now = max(self.now, due)
            self.put(Wake(self.customer.id))
        self.now = max(self.now, now)


def lived(person: Person, days: int) -> Life:
    """So many days of a person."""
    life = Life(person.id)
    if person.known:
        known = body(person, BEGIN)
        life.put(
            _told(person, {**known, "attributes": known["attributes"] | relations.attributes(person, BEGIN)}, BEGIN)
        )
    for at, heard in sorted(_happens(person, days), key=lambda line: line[0]):
        life.until(at)
        life.put(heard)
    life.until(BEGIN + days * DAY)
    return life


def _happens(person: Person, days: int) -> Iterator[tuple[Millis, Event]]:
    random = Random(f"months/{person.id}")
    busy = random.randrange(days)
    for day in range(days):
        today = BEGIN + day * DAY
        events = list(visits(person, today)) if random.random() < COMES.get(person.habit, 0.1) else []
        if day == busy:
            events += relations.events(person, today)
            yield from ((at, _told(person, change, at)) for at, change in relations.changes(person, today))
        for event in events:
            at = int(datetime.fromisoformat(event["time"]).timestamp() * 1000)
            yield at, own.normalise(event, received=at, new_id=str, trusted=True)


def _told(person: Person, said: dict[str, Any], at: Millis) -> Event:
    return told(person.id, said, at, at, f"put-{at}")
