"""One person's events, some heard of a device, some of the customer: identified anywhere, the same facts as one stream.

What is not the same, by rule, and so not told by the device here: of consents the stricter word counts from then on, and
the customer's own word on an address stands.
"""

import random
from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.effects import DropPlace, PutEntry, PutMessage, PutPlace, PutTombstone, Record
from kairos.domain.events import Event, Heard, Millis, Ref, Wake
from kairos.domain.state import Customer, Profile, State
from tests.unit.domain.properties.lives import Happened, happened, profile
from tests.unit.domain.properties.test_order import LISTENING, differences
from tests.unit.domain.shop import DAY, MINUTE, T0, joined

END = T0
DEVICE = "anonymous:d"
PARTS = st.lists(
    st.tuples(happened("page", "cart", "order", "booking", "attended", "paper", "told"), st.booleans()),
    min_size=2, max_size=14,
)  # fmt: skip
"""What happened, and whether the device tells it."""


class Person:
    """A customer and a device of theirs, as the table would keep both; `split` says whether the device is one at all."""

    def __init__(self, catalog: Catalog, *, split: bool) -> None:
        self.catalog, self.split = catalog, split
        self.people = {who: Customer.unknown(who) for who in ("anna", DEVICE)}
        self.lines: list[tuple[str, ...]] = []
        self.messages: list[str] = []
        self.entries: list[tuple[str, str]] = []
        self.places: set[str] = set()

    def hear(self, heard: Heard, now: Millis, *, of_device: bool = False, identifies: bool = False) -> None:
        device = (self.people[DEVICE],) if identifies and self.split else ()
        identified = bool(self.people[DEVICE].state.moved) or not self.split
        who = DEVICE if of_device and not identified else "anna"
        decision = decide(self.people[who], heard, self.catalog, now, device)
        self.lines += [_line(record) for record in decision.records]
        for effect in decision.effects:
            match effect:
                case PutEntry():
                    self.entries.append((effect.campaign, effect.key))
                case PutMessage():
                    self.messages.append(effect.id)
                case PutPlace(place) if who == "anna":
                    self.places.add(place)
                case DropPlace(place) if who == "anna":
                    self.places.discard(place)
                case PutTombstone():
                    self.people[DEVICE] = Customer(DEVICE, State(version=99, moved="anna", heir="anna"), Profile())
        if decision.changed:
            self.people[who] = _kept(decision.customer)

    @property
    def facts(self) -> State:
        return self.people["anna"].state


def _line(record: Record) -> tuple[str, ...]:
    return (record.campaign, record.key, record.outcome, record.reason, record.step, record.channel, f"{record.value}")


def _kept(customer: Customer) -> Customer:
    state = customer.state
    again = State.unpack(
        state.pack(), version=state.version + 1, guard=state.guard, catalog=state.catalog, due=state.due
    )
    return replace(customer, state=again, profile=Profile.unpack((customer.profile or Profile()).pack()))


def lived(
    parts: Iterable[tuple[Happened, bool]], at: int, shuffler: random.Random | None, *, split: bool
) -> Person:  # fmt: skip
    """All of it delivered between the last receipt and the wake-up, in whatever order; identified before the `at`th."""
    deliveries = [(part.event(END, number), of_device) for number, (part, of_device) in enumerate(parts)]
    if shuffler is not None:
        deliveries += shuffler.choices(deliveries, k=len(deliveries) // 2)
        shuffler.shuffle(deliveries)
    person = Person(LISTENING, split=split)
    first = joined(END - 30 * DAY)
    person.hear(first, END - 30 * DAY)
    if split:  # somebody whose device is as old: since when each was known makes no difference
        person.hear(
            replace(first, customer=Ref(anonymous_id="d"), consents=(), addresses={}), END - 30 * DAY, of_device=True
        )
    for number, (event, of_device) in enumerate(deliveries):
        if number == at % len(deliveries):
            person.hear(IDENTIFY, END + number, identifies=True)
        person.hear(event, END + number, of_device=of_device)
    return person


IDENTIFY = Event("i", "identify", END, END, "shop", Ref("anna", "d"))


@profile(200)
@given(PARTS, st.integers(0, 30), st.randoms(use_true_random=False), st.sampled_from((0, MINUTE, DAY, 4 * DAY)))
def test_a_split_stream_united_anywhere_is_one_stream(
    parts: list[tuple[Happened, bool]], at: int, shuffler: random.Random, later: Millis
) -> None:
    whole = lived(parts, at, None, split=False)
    united = lived(parts, at, shuffler, split=True)
    for now in (END + 1000, END + later + MINUTE, END + later + 2 * DAY):
        whole.hear(Wake("anna"), now)
        united.hear(Wake("anna"), now)
        assert differences(whole.facts, united.facts) == {}, now
        assert whole.people["anna"].profile == united.people["anna"].profile
        assert (whole.lines, whole.messages, whole.entries) == (united.lines, united.messages, united.entries)
        assert whole.places == united.places
