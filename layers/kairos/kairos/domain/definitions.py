"""The definitions as they run: what `link` makes of a compiled bundle and `decide` works on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kairos.domain.events import OWN_TYPES, RECEIVED, Event, Json, Millis
from kairos.domain.identity import AddressHash, keyed
from kairos.domain.interest import Dimension

if TYPE_CHECKING:
    from kairos.domain.view import View

Truth = bool | None
"""None: unknown, because what would settle it was not counted yet."""

Condition = Callable[["View"], Truth]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Selector:
    """Which events are meant; `any` is all but Kairos's own."""

    types: frozenset[str]
    match: Callable[[Json], bool] | None = None
    same: Path | None = None
    keep: str = ""  # where the newest moments of its events are kept
    hold: Millis | None = (
        None  # how long a value's moments are kept behind the newest moment; None: while there is room
    )
    newest: int = 2  # how many moments of a value are kept
    stops: bool = False  # whether what has been decided has to be looked at again when one comes to light
    worth: Path | None = None  # of a goal: where the event says what it was worth
    receipts: bool = False  # whether it is kept, too, when they were received: of one instant the later counts

    def names(self, event: Event) -> bool:
        """Whether the event is of one of the types."""
        return event.type in self.types or ("any" in self.types and event.type not in OWN_TYPES)

    def selects(self, event: Event, document: Json) -> bool:
        """Whether the event is meant."""
        return self.names(event) and (self.match is None or self.match(document))


@dataclass(frozen=True, slots=True)
class Count:
    """The newest `newest` moments of a selector's events are kept, within the window if there is one."""

    keep: str
    on: Selector
    newest: int
    within: Millis | None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the customer or of an event. `days` are calendar days, `at` seconds since local midnight."""

    path: Path
    days: int = 0
    ms: Millis = 0
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a campaign; `kind` says which of the fields count."""

    kind: str  # event, inaction, inactivity, date, change, segment, external, schedule, inbound
    on: Selector | None = None
    absent: Selector | None = None
    off: Selector | None = None  # inaction: what does not match, and so calls off what was armed before it
    wait: Millis = 0
    until: Moment | None = None
    yearly: bool = False
    count: str = ""  # inactivity: the keep of the last sign of life
    watch: str = ""  # change, segment: the keep of what is watched
    fires: Callable[[str, str], bool] | None = None  # change, segment: by what it showed before and shows now
    places: tuple["Place", ...] = ()  # external, schedule: where in the index its audience is
    cron: str | None = None
    at: str | None = None
    timezone: str = ""  # schedule: a zone, or `customer` for each in their own
    slot: str = ""  # inbound


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the audience index: a kind and name, and the values there, which may be references."""

    kind: str  # attr, tag, segment, interest
    name: str
    values: tuple[str | Path, ...] = ()  # a text as it is in the index, or a path to read


@dataclass(frozen=True, slots=True)
class Watch:
    """Something that starts campaigns as it changes, by what is heard or by passing time."""

    keep: str
    look: Callable[["View"], str | None]  # what it shows; None: unknown
    empty: str | None  # what it shows of somebody of whom nothing is known
    starts: tuple[str, ...] = ()  # campaigns


@dataclass(frozen=True, slots=True)
class Branch:
    when: Condition | None
    to: int
    name: str = ""  # of a split: the variant
    weight: float = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the flattened chain; `next` is the index of the following one, -1 at the end."""

    id: str
    do: str
    next: int
    spec: Json = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()
    on: Selector | None = None
    until: Moment | None = None
    otherwise: int = -1  # where a timed-out wait goes


@dataclass(frozen=True, slots=True)
class Campaign:
    name: str
    status: str
    topic: str
    priority: int
    value: float | Path
    likelihood: float | Path
    trigger: Trigger
    audience: Condition | None
    key: Sequence[Any] | None
    cooldown: Millis | None
    expires: Millis
    exits: tuple[Selector, ...]
    goal: Selector | None
    goal_within: Millis
    holdout: float
    steps: tuple[Step, ...]
    index: Mapping[str, int]  # step id -> position
    run_paths: tuple[Path, ...]  # what steps and exits read of the trigger event
    decision_paths: tuple[Path, ...]  # that, and what is read on entering
    read: frozenset[Path]  # of these, what conditions and steps ask for as it is
    compared: frozenset[Path]  # and what only has to be the same: for `same` and `key`
    event_paths: tuple[Path, ...]  # that, and what templates read
    groups: tuple[tuple[frozenset[str], Millis], ...]  # cooldown groups it is in
    remember: Millis  # longest cooldown that looks back at its entries, or life of its messages, which may be refused till then
    answered: str = ""  # of a campaign that shows content: the keep of the last yes or no to it


@dataclass(frozen=True, slots=True)
class Cap:
    at_most: int
    per: Millis
    channels: frozenset[str] | None
    topics: frozenset[str] | None
    same: str | None


@dataclass(frozen=True, slots=True)
class Policy:
    timezone: str
    currency: str
    topics: Mapping[str, Json]
    quiet: tuple[tuple[frozenset[str], int, int], ...]
    caps: tuple[Cap, ...]
    keep: int
    window: Millis
    then: str
    after: Millis
    precedence: tuple[str, ...]
    segments: Mapping[str, Condition]
    keys: Millis
    publish: frozenset[str]
    interests: Mapping[str, Dimension] = field(default_factory=dict)
    scoring: tuple[tuple[Count, float], ...] = ()  # what is counted, and the points of each
    grades: tuple[tuple[str, Condition], ...] = ()
    history: Millis | None = None  # the archive was replayed from here

    @property
    def marketing(self) -> tuple[str, ...]:
        """The topics that need consent."""
        return tuple(topic for topic in self.topics if not self.transactional(topic))

    def transactional(self, topic: str) -> bool:
        return bool(self.topics.get(topic, {}).get("transactional"))


@dataclass(frozen=True, slots=True)
class Concern:
    """What an event of one type may concern."""

    selectors: tuple[Selector, ...] = ()  # every selector of every definition
    counts: tuple[Count, ...] = ()
    lasts: tuple[Selector, ...] = ()  # exits, absences, waits
    arming: tuple[Campaign, ...] = ()  # inactions that wait behind it
    starting: tuple[Campaign, ...] = ()  # campaigns it may trigger
    interests: tuple[Dimension, ...] = ()  # what it may show an interest in


_NOTHING = Concern()


@dataclass(frozen=True, slots=True)
class Catalog:
    """All definitions, and the index that finds those an event concerns."""

    hash: str
    policy: Policy
    campaigns: Mapping[str, Campaign]
    counts: Mapping[str, Count]  # by keep
    lasts: Mapping[str, Selector]  # by keep
    attributes: frozenset[str]  # names that definitions read
    names: str  # fingerprint of those
    by_type: Mapping[str, Concern]
    anything: Concern  # what an event of any other type concerns
    dated: tuple[Campaign, ...] = ()  # campaigns with a date trigger
    lapsing: tuple[Campaign, ...] = ()  # with an inactivity trigger
    outside: tuple[Campaign, ...] = ()  # with an external trigger
    scheduled: tuple[Campaign, ...] = ()
    inbound: tuple[Campaign, ...] = ()
    watches: Mapping[str, Watch] = field(default_factory=dict)  # by keep
    watching: Mapping[str, tuple[Watch, ...]] = field(default_factory=dict)  # by what they look at
    indexed: tuple[Place, ...] = ()  # what the audience index is made of
    index: str = ""  # fingerprint of that
    plan: str = ""  # fingerprint of everything for which each customer has to be looked at once
    coupons: bool = False  # whether any campaign hands out codes
    since: Mapping[str, Millis] = field(default_factory=dict)
    watched_since: Millis = 0  # since when all that is watched is
    address_hash: AddressHash = field(default=keyed(b""), repr=False)  # the stack's; definitions alone have no key

    @property
    def keeps(self) -> frozenset[str]:
        """What is counted or watched, to be asked since when."""
        return frozenset(self.counts) | self.watches.keys()

    def with_since(self, since: Mapping[str, Millis]) -> "Catalog":
        """The same definitions, knowing since when each thing is counted."""
        history = self.policy.history
        if history is not None:
            since = {keep: min(moment, history) for keep, moment in since.items()}
        watched = max((since.get(keep, 0) for keep in self.watches), default=0)
        return replace(self, since=since, watched_since=watched)

    def with_address_key(self, key: str) -> "Catalog":
        """The same definitions for the stack whose key this is: addresses are known by the hashes that it makes."""
        return replace(self, address_hash=keyed(key.encode()))

    def external(self, event: Event) -> tuple[Campaign, ...]:
        """The campaigns that an event without a customer starts."""
        if event.customer is not None or not self.outside:
            return ()
        document = event.document
        return tuple(c for c in self.outside if c.trigger.on is not None and c.trigger.on.selects(event, document))

    def concern(self, type: str) -> Concern:
        """Everything an event of that type may concern."""
        return self.by_type.get(type, _NOTHING if type in OWN_TYPES else self.anything)

    def hears(self, event: Event | str) -> bool:
        """Whether any definition, or any fact it brings, makes this event matter; if not it costs no read and no write."""
        if isinstance(event, str):
            return bool(self.concern(event).selectors) or event in self.policy.publish
        if event.attributes or event.addresses or event.consents:
            return True
        if event.type in _SETTLING or (event.own and event.type in self.policy.publish):
            return True
        if event.type in RECEIVED and event.properties.get("keyword") in ("stop", "start"):
            return True
        concern = self.concern(event.type)
        if concern.arming or concern.interests:  # arming: also what does not match, it disarms
            return True
        document = event.document if concern.selectors else {}
        return any(s.match is None or s.match(document) for s in concern.selectors)


_SETTLING = frozenset(
    {
        "message.refused", "message.bounced", "message.complained", "message.rejected",
        "address.suppressed", "address.released",
    }
)  # fmt: skip
