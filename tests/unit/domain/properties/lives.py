"""A customer's life as the table would keep it, with everything that was decided in it; and events for any life."""

from dataclasses import dataclass, field
from typing import Any, Self

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kairos.domain.definitions import Catalog
from kairos.domain.effects import Decision, DropPlace, PutEntry, PutMessage, PutPlace, PutSnapshot, Record
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from tests.unit.domain.shop import DAY, HOUR, MINUTE, Life

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def profile(examples: int) -> settings:
    """The same examples in every run; failing ones are kept in the files as `@example`."""
    return settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=SLOW)


class Told(Life):
    """A life that remembers every record, entry, message and place in the order of their commits."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(catalog)
        self.lines: list[Record] = []
        self.entries: list[tuple[Millis, PutEntry]] = []
        self.decided: list[tuple[Millis, PutMessage]] = []
        self.places: set[str] = set()
        self.snapshots: dict[str, PutSnapshot] = {}

    def _commit(self, decision: Decision) -> Self:
        self.lines += decision.records
        for effect in decision.effects:
            match effect:
                case PutEntry():
                    self.entries.append((self.now, effect))
                case PutMessage():
                    self.decided.append((self.now, effect))
                case PutSnapshot():
                    self.snapshots[effect.name] = effect
                case PutPlace(place):
                    self.places.add(place)
                case DropPlace(place):
                    self.places.discard(place)
        super()._commit(decision)
        return self


@dataclass(frozen=True, slots=True)
class Happened:
    """What somebody did or said: how long before the end, and how late it was heard of."""

    type: str
    ago: Millis
    late: Millis = 0
    properties: Json = field(default_factory=dict)
    attributes: Json = field(default_factory=dict)
    consents: tuple[tuple[str, str, str], ...] = ()  # topic, channel, word: granted, withdrawn or proven
    addresses: Json = field(default_factory=dict)
    own: bool = False

    def event(self, end: Millis, number: int) -> Event:
        """The event, all of it received by `end`."""
        time = end - self.ago
        consents = tuple(
            Consent(
                topic, channel, "withdrawn" if word == "withdrawn" else "granted", time,
                proof="a link" if word == "proven" else "",
            )
            for topic, channel, word in self.consents
        )  # fmt: skip
        return Event(
            f"e{number}", self.type, time, min(time + self.late, end), "shop", Ref("anna"), self.properties,
            attributes=self.attributes, consents=consents, addresses=self.addresses, own=self.own,
        )  # fmt: skip


CATEGORIES = ("toys", "books", "shoes", "lamps")
LATENESS = st.sampled_from((0, 0, 0, MINUTE, 5 * HOUR, DAY, 3 * DAY - MINUTE))
AGO = st.one_of(
    st.integers(1, 72).map(lambda n: n * HOUR),
    st.integers(1, 72 * 60).map(lambda n: n * MINUTE),
    st.integers(1, 12 * DAY),
)  # several at one instant, several within a minute, and any moment at all

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "country": st.sampled_from(("DK", "SE", None)),
    "tier": st.sampled_from(("gold", "silver", "", None)),
    "employees": st.sampled_from((1, 10, 50.0, 500, "many", None)),
    "region": st.sampled_from(("north", "south", ["north", "west"], 7, 7.0, True, None)),
    "timezone": st.sampled_from(("Europe/Copenhagen", "Asia/Tokyo", "America/New_York", "nowhere", None)),
    "birthday": st.sampled_from(("1990-06-01", "1992-02-29", "1980-06-02", "soon", None)),
    "renewal": st.sampled_from(("2026-06-03", "2026-06-05T10:00:00+02:00", "2026-06-11", None)),
}


def words(*topics: str) -> st.SearchStrategy[tuple[tuple[str, str, str], ...]]:
    """Some words of consent."""
    word = st.tuples(
        st.sampled_from(topics), st.sampled_from(("email", "sms")), st.sampled_from(("granted", "withdrawn", "proven"))
    )
    return st.lists(word, min_size=1, max_size=2).map(tuple)


def facts() -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """What a source says of the customer."""
    return st.builds(
        lambda source, values: {source: values},
        st.sampled_from(("declared", "backend", "behaviour")),
        st.fixed_dictionaries({}, optional=VALUES).filter(bool),
    )


def happened(*kinds: str, ago: st.SearchStrategy[Millis] = AGO) -> st.SearchStrategy[Happened]:
    """One thing of these kinds."""
    cart = st.sampled_from(("c1", "c2", "c3", None))
    total = st.sampled_from((0, 5, 20.5))
    made: dict[str, st.SearchStrategy[Happened]] = {
        "page": st.builds(
            lambda a, late, c, p: Happened("page.viewed", a, late, {"category": c, "product_id": p}),
            ago, LATENESS, st.sampled_from(CATEGORIES), st.integers(1, 4),
        ),
        "cart": st.builds(
            lambda a, late, c, t: Happened("cart.updated", a, late, {"cart_id": c, "total": t, "category": "toys"}),
            ago, LATENESS, cart, total,
        ),
        "order": st.builds(
            lambda a, late, c, t, ps: Happened(
                "order.placed", a, late, {"cart_id": c, "total": t, "items": [{"product_id": p} for p in ps]}
            ),
            ago, LATENESS, cart, total, st.lists(st.integers(1, 4), max_size=2),
        ),
        "booking": st.builds(
            lambda a, late, b, d: Happened(
                "booking.created", a, late, {"booking": b, "starts_at": f"2026-06-{d:02}T18:00:00Z"}
            ),
            ago, LATENESS, st.sampled_from(("b1", "b2")), st.integers(1, 9),
        ),
        "attended": st.builds(
            lambda a, late, b: Happened("booking.attended", a, late, {"booking": b}),
            ago, LATENESS, st.sampled_from(("b1", "b2")),
        ),
        "paper": st.builds(lambda a, late: Happened("whitepaper.downloaded", a, late), ago, LATENESS),
        "told": st.builds(
            lambda a, late, said: Happened("customer.updated", a, late, attributes=said), ago, LATENESS, facts()
        ),
        "consent": st.builds(
            lambda a, late, said: Happened("preferences.saved", a, late, consents=said),
            ago, LATENESS, words("offers", "news", "tips"),
        ),
        "address": st.builds(
            lambda a, late, kind, value: Happened("address.changed", a, late, addresses={kind: value}),
            ago, LATENESS, st.sampled_from(("email", "phone")), st.sampled_from(("one@example.com", "two@example.com", None)),
        ),
    }  # fmt: skip
    return st.one_of([made[kind] for kind in kinds or made])
