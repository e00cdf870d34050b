"""The ports in memory, with the conditions of the real table; every call may be the last one of its worker."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from kairos.domain.access import Access, Key, Scope, hash_of
from kairos.domain.effects import DropOwner, Effect, PutEntry, PutMessage, PutOwner, PutTombstone
from kairos.domain.events import Json, Millis
from kairos.domain.merge import tombstone
from kairos.domain.reputation import Hour
from kairos.domain.state import Customer, State
from kairos.service.keys import Keys
from kairos.service.ports import (
    AlreadyWritten,
    Control,
    Dossier,
    MessageRef,
    NotTaken,
    Outgoing,
    ReputationRef,
    StateMoved,
    StoredMessage,
)
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef

Result = TypeVar("Result")

QUARTER: Millis = 15 * 60_000


class Killed(BaseException):
    """The worker dies here: nothing may catch it."""


@dataclass
class World:
    """Everything that outlives a worker."""

    now: Millis = 1_795_424_400_000
    states: dict[str, Customer] = field(default_factory=dict)
    entries: dict[tuple[str, str, str], PutEntry] = field(default_factory=dict)
    messages: dict[str, StoredMessage] = field(default_factory=dict)
    suppressed: dict[str, tuple[str, Millis]] = field(default_factory=dict)
    released: dict[str, Millis] = field(default_factory=dict)
    ended: dict[str, Millis] = field(default_factory=dict)  # when what was released had been stopped
    soft: dict[str, set[int]] = field(default_factory=dict)
    owners: set[tuple[str, str]] = field(default_factory=set)
    hours: list[tuple[str, Hour]] = field(default_factory=list)
    looks: dict[tuple[str, str], Millis] = field(default_factory=dict)  # channel, what of its reputation is due
    noted: dict[tuple[str, str], Millis] = field(default_factory=dict)  # message, kind
    control_now: Control = field(default_factory=Control)
    events: list[Json] = field(default_factory=list)
    refs: list[MessageRef] = field(default_factory=list)
    rejected: list[Json] = field(default_factory=list)
    fan_outs: list[tuple[FanOutRef, int]] = field(default_factory=list)
    erasures: list[ErasureRef] = field(default_factory=list)
    lines: list[Json] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    emitted: list[tuple[str, Json]] = field(default_factory=list)
    reads: int = 0
    writes: int = 0
    step: int = 0
    kill_at: int = 0  # the number of the call before or after which the worker dies; 0: never
    after: bool = False

    def call(self, work: Callable[[], Result]) -> Result:
        """One call of a port: the place where a worker may die, before or after it took place."""
        self.step += 1
        dying = self.step == self.kill_at
        if dying and not self.after:
            raise Killed
        result = work()
        if dying:
            raise Killed
        return result

    def clock(self) -> Millis:
        return self.now

    def ids(self) -> str:
        return f"id-{self.step}-{len(self.accepted)}"


WEB: frozenset[str] = frozenset({"page.viewed", "identify"})


def keys_of(clock: Callable[[], Millis], *more: Key) -> Keys:
    """The keys write-key, web-key, ask-key and admin-key, one of each scope."""
    scopes = {"write": Scope.INGEST, "web": Scope.BROWSER, "ask": Scope.DECISIONS, "admin": Scope.ADMIN}
    held = [
        Key(name, hash_of(f"{name}-key"), scope, types=WEB if scope is Scope.BROWSER else frozenset())
        for name, scope in scopes.items()
    ]
    text = Access((*held, *more)).text()
    return Keys(lambda fresh=None: text, clock)


@dataclass
class FakeCustomers:
    world: World
    races: int = 0  # how often somebody else commits first

    def read(
        self, ids: Collection[str], *, profiles: Collection[str] = (), consistent: bool = False
    ) -> dict[str, Customer]:
        def work() -> dict[str, Customer]:
            self.world.reads += 1
            return {id: self._one(id, id in profiles) for id in ids}

        return self.world.call(work)

    def _one(self, id: str, with_profile: bool) -> Customer:
        kept = self.world.states.get(id)
        if kept is None:
            return Customer.unknown(id)
        s = kept.state
        state = State.unpack(s.pack(), version=s.version, guard=s.guard, writer=s.writer, catalog=s.catalog, due=s.due)
        state.moved, state.heir, state.erased, state.erasing = s.moved, s.heir, s.erased, s.erasing
        return Customer(id, state, kept.profile.copy() if with_profile and kept.profile else None)

    def commit(self, before: Customer, after: Customer, effects: Sequence[Effect], writer: str) -> None:
        for put in effects:
            if isinstance(put, PutTombstone) and put.inherits:
                self.world.call(partial(self._bring_over, put))
        self.world.call(lambda: self._commit(before, after, effects))

    def _bring_over(self, put: PutTombstone) -> None:
        for (who, campaign, key), entry in list(self.world.entries.items()):
            if who == put.device:
                self.world.entries.setdefault((put.heir, campaign, key), entry)

    def _commit(self, before: Customer, after: Customer, effects: Sequence[Effect]) -> None:
        world, who = self.world, before.id
        if self.races:
            self.races -= 1
            raise StateMoved
        gone = [e for e in effects if isinstance(e, PutTombstone)]
        if any(self._version(put.device) != put.seen for put in gone) or self._version(who) != before.state.version:
            raise StateMoved
        entries = {
            (e.campaign, e.key)
            for e in effects
            if isinstance(e, PutEntry) and (who, e.campaign, e.key) in world.entries
        }
        messages = {e.id for e in effects if isinstance(e, PutMessage) and e.id in world.messages}
        if entries or messages:
            raise AlreadyWritten(frozenset(entries), frozenset(messages))
        world.writes += 1
        state = replace(after.state, version=before.state.version + 1)
        kept = world.states.get(who)
        world.states[who] = Customer(who, state, after.profile or (kept.profile if kept else None))
        world.states |= {put.device: tombstone(put) for put in gone}
        world.owners -= {(address, put.device) for put in gone for address in put.addresses}
        for effect in effects:
            if isinstance(effect, PutOwner):
                world.owners.add((effect.address, who))
            if isinstance(effect, DropOwner):
                world.owners.discard((effect.address, who))
            if isinstance(effect, PutEntry):
                world.entries[who, effect.campaign, effect.key] = effect
            if isinstance(effect, PutMessage):
                world.messages[effect.id] = StoredMessage(effect, who, "pending", due=effect.due)

    def _version(self, who: str) -> int:
        kept = self.world.states.get(who)
        return kept.state.version if kept else 0


@dataclass
class FakeQueues:
    world: World
    backlog_now: int = 0

    def put_events(self, bodies: Sequence[Json]) -> None:
        self.world.call(lambda: self.world.events.extend(bodies))

    def put_messages(self, refs: Sequence[MessageRef]) -> None:
        self.world.call(lambda: self.world.refs.extend(refs))

    def put_rejected(self, bodies: Sequence[Json]) -> None:
        self.world.call(lambda: self.world.rejected.extend(bodies))

    def put_fan_outs(self, refs: Sequence[FanOutRef], *, hops: int = 0) -> None:
        self.world.call(lambda: self.world.fan_outs.extend((ref, hops) for ref in refs))

    def put_erasures(self, refs: Sequence[ErasureRef]) -> None:
        self.world.call(lambda: self.world.erasures.extend(refs))

    def put_pages(self, bodies: Sequence[Json]) -> None:
        self.world.call(lambda: self.world.events.extend(bodies))

    def backlog(self, queue: str = "events") -> int:
        return self.backlog_now


@dataclass
class FakeDue:
    world: World

    def due(self, until: Millis, limit: int) -> Iterator[tuple[Millis, str | MessageRef | ReputationRef]]:
        for (channel, what), bad in list(self.world.looks.items()):
            if bad <= until:
                yield bad, ReputationRef(channel, what, bad)
        for who, customer in self.world.states.items():
            if (moment := customer.state.due) and moment <= until:
                yield moment, who
        for name, message in self.world.messages.items():
            if message.due and message.due <= until:
                yield message.due, MessageRef(message.customer, name)


@dataclass
class FakeArchive:
    world: World
    closed: bool = False  # takes nothing

    def put(self, lines: Sequence[Json]) -> None:
        if self.closed:
            raise NotTaken("ServiceUnavailableException")
        self.world.call(lambda: self.world.lines.extend(lines))


@dataclass
class FakeControl:
    world: World

    def control(self) -> Control:
        return self.world.control_now

    def stop(self, what: str) -> None:
        self.world.control_now = replace(self.world.control_now, stops=self.world.control_now.stops | {what})

    def resume(self, what: str) -> None:
        self.world.control_now = replace(self.world.control_now, stops=self.world.control_now.stops - {what})

    def open_circuit(self, channel: str, until: Millis) -> None:
        circuits = {**self.world.control_now.circuits, channel: until}
        self.world.control_now = replace(self.world.control_now, circuits=circuits)

    def since(self, keeps: Collection[str], now: Millis) -> Mapping[str, Millis]:
        return dict.fromkeys(keeps, now)


@dataclass
class FakeProvider:
    """Accepts, or first answers what it was told to; `took` says whether an unanswered call was taken."""

    world: World
    answers: list[Exception] = field(default_factory=list)
    took: bool = False

    def send(self, message: Outgoing, now: Millis) -> str:
        def work() -> str:
            if self.answers:
                if self.took:
                    self.world.accepted.append(message.message)
                raise self.answers.pop(0)
            self.world.accepted.append(message.message)
            return f"provider-{len(self.world.accepted)}"

        return self.world.call(work)


@dataclass
class FakeBus:
    world: World

    def put(self, type: str, detail: Json, time: Millis) -> None:
        self.world.call(lambda: self.world.emitted.append((type, detail)))


@dataclass
class FakeRenderer:
    broken: Exception | None = None

    def render(self, dossier: Dossier, now: Millis) -> Outgoing:
        if self.broken:
            raise self.broken
        put, to = dossier.message.put, {"email": "ada@shop.example"}
        return Outgoing(put.id, dossier.customer.id, put.campaign, put.step, "", put.channel, to)
