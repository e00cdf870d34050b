"""What is kept of one customer: small, idempotent by form, packed into one item."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from kairos.domain import form
from kairos.domain.events import Json, Millis
from kairos.domain.interest import Seen
from kairos.domain.journey import Armed, Goal, Moment, Placed, Recent, Run, Sent, twin


class NewerFormat(Exception):
    """The item was written by newer code: leave the event to that."""


class NeedsProfile(Exception):
    """This decision reads or changes the profile: read it along and decide again."""


class Fact(NamedTuple):
    """A value as one source gave it: when that was so, and when it was heard."""

    value: Any
    time: Millis
    received: Millis = 0

    @property
    def order(self) -> tuple[Millis, Millis, str]:
        """The newest stands, of one time the later received; two that were received at once stand by their text."""
        return self.time, self.received, as_text(self.value)


def as_text(value: Any) -> str:
    """A value as text that tells it from any other."""
    return json.dumps(value, sort_keys=True, default=str)


@dataclass(slots=True)
class State:
    """Everything decisions look at. The first group are attributes of the item, the rest is packed."""

    version: int = 0
    guard: int = 0
    writer: str = ""
    catalog: str = ""
    due: Millis | None = None
    moved: str = ""  # a device that was identified: whom its events follow
    heir: str = ""  # and with whom it was merged
    profiled: int = 0  # the version with which its profile was last written
    erased: Millis = 0  # who was here before was forgotten then
    erasing: bool = False  # and some of their items are still there

    born: Millis = 0  # receipt of the first event
    newest: Millis = 0  # newest moment seen: the conditions' now
    names: str = ""  # fingerprint of the attribute names that were kept
    attributes: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # name -> source -> value; the profile has times
    consents: dict[str, tuple[str, Millis, Millis]] = field(
        default_factory=dict
    )  # topic/channel -> word, time, received
    addresses: dict[str, Fact] = field(default_factory=dict)  # channel -> hash or None
    suppressed: dict[str, dict[str, Millis]] = field(
        default_factory=dict
    )  # channel -> hash -> since when nothing goes there; negative: since when it may again
    tags: dict[str, tuple[bool, Millis]] = field(default_factory=dict)
    counts: dict[str, list[Moment]] = field(default_factory=dict)  # keep -> newest first
    lasts: dict[str, dict[str, list[Moment]]] = field(default_factory=dict)  # keep -> value hash -> newest two
    armed: dict[str, dict[str, Armed]] = field(default_factory=dict)  # campaign -> value hash
    dates: dict[str, tuple[str, Millis, str]] = field(
        default_factory=dict
    )  # campaign -> day handled, next moment, its day
    runs: list[Run] = field(default_factory=list)
    recents: dict[str, list[Recent]] = field(default_factory=dict)  # campaign -> newest first
    sends: list[Sent] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    window: Millis = 0  # until when marketing messages collect for arbitration
    interests: dict[str, tuple[int, dict[str, int]]] = field(
        default_factory=dict
    )  # dimension -> half-lives since 1970, value -> strength then (see interest.py)
    seen: list[Seen] = field(default_factory=list)  # newest events that interests have taken in
    forgotten: int = 0  # second up to which such events are not remembered
    points: float = 0  # what steps have added to the score
    watched: dict[str, tuple[str | None, Millis]] = field(
        default_factory=dict
    )  # watch -> what it showed (None: unknown), when passing time may change that
    looked: Millis = 0  # everything watched since then was looked at
    lapses: dict[str, Millis] = field(default_factory=dict)  # campaign -> the last sign of life it fired behind
    placed: list[Placed] = field(default_factory=list)
    coupons: dict[str, Json] = field(default_factory=dict)  # name -> the live one
    indexed: str = ""  # fingerprint of the audience index this customer was put into
    observed: dict[str, tuple[Millis, Millis]] = field(
        default_factory=dict
    )  # what events' contexts say -> when one last said so, and was received

    raw: bytes = b""  # as it was read or decided

    def pack(self) -> bytes:
        """The packed part; equal states pack to equal bytes."""
        return form.write({name: getattr(self, name) for name in form.KEPT})

    @classmethod
    def unpack(
        cls, raw: bytes, *, version: int, guard: int, writer: str = "", catalog: str = "", due: Millis | None = None
    ) -> "State":
        """The state of an item. Raises NewerFormat."""
        if raw[0] > form.FORMAT:
            raise NewerFormat(f"format {raw[0]}")
        state = cls(version=version, guard=guard, writer=writer, catalog=catalog, due=due, raw=raw)
        for name, value in form.read(raw).items():
            setattr(state, name, value)
        state.addresses = {channel: Fact(*values) for channel, values in state.addresses.items()}
        return state

    @property
    def known(self) -> bool:
        """Whether there is somebody: what an erasure leaves behind is nobody."""
        return bool(self.version) and (bool(self.born) or not self.erased)

    @property
    def owned(self) -> frozenset[str]:
        """Where the customer can be reached, as `channel#hash`."""
        return frozenset(f"{channel}#{fact.value}" for channel, fact in self.addresses.items() if fact.value)

    def snapshots(self) -> set[str]:
        """Names of the snapshots that timers still refer to."""
        return {a.snapshot for values in self.armed.values() for a in values.values() if a.snapshot}

    def copy(self) -> "State":
        """A copy that can be changed without touching this one."""
        other = replace(self)
        for name in ("attributes", "consents", "addresses", "tags", "dates", "observed"):
            setattr(other, name, dict(getattr(self, name)))
        other.attributes = {name: dict(values) for name, values in self.attributes.items()}
        other.suppressed = {channel: dict(words) for channel, words in self.suppressed.items()}
        other.counts = {keep: list(moments) for keep, moments in self.counts.items()}
        other.lasts = {keep: {v: list(m) for v, m in values.items()} for keep, values in self.lasts.items()}
        other.armed = {name: {v: twin(a) for v, a in values.items()} for name, values in self.armed.items()}
        other.runs = [twin(run) for run in self.runs]
        other.recents = {name: [twin(r) for r in recents] for name, recents in self.recents.items()}
        other.sends, other.goals, other.placed = list(self.sends), list(self.goals), list(self.placed)
        other.interests = {name: (at, dict(values)) for name, (at, values) in self.interests.items()}
        other.seen, other.watched, other.lapses = list(self.seen), dict(self.watched), dict(self.lapses)
        other.coupons = dict(self.coupons)
        return other


@dataclass(slots=True)
class Profile:
    """All attributes by source, and all addresses: for rendering and the API."""

    attributes: dict[str, dict[str, Fact]] = field(default_factory=dict)  # source -> name
    addresses: dict[str, Any] = field(default_factory=dict)  # email, phone, whatsapp, push; the state has their times

    def merged(self, precedence: Sequence[str]) -> dict[str, Any]:
        """One value a name, the first source in `precedence` that has one."""
        merged: dict[str, Any] = {}
        for source in reversed(precedence):
            known = self.attributes.get(source, {}).items()
            merged.update({name: fact.value for name, fact in known if fact.value is not None})
        return merged

    def address(self, kind: str) -> Any:
        """The value of an address, or None."""
        return self.addresses.get(kind)

    def pack(self) -> bytes:
        body = {"a": self.attributes, "d": self.addresses}
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def unpack(cls, raw: bytes) -> "Profile":
        body = json.loads(raw)
        said = {source: {name: Fact(*row) for name, row in values.items()} for source, values in body["a"].items()}
        return cls(attributes=said, addresses=body["d"])

    def copy(self) -> "Profile":
        return Profile({s: dict(v) for s, v in self.attributes.items()}, dict(self.addresses))


@dataclass(frozen=True, slots=True)
class Customer:
    """The aggregate: one customer's state and, where it was read, the profile."""

    id: str
    state: State
    profile: Profile | None = None
    used: frozenset[tuple[str, str]] = frozenset()  # (campaign, key) known to be used up
    made: frozenset[str] = frozenset()  # ids of messages known to exist

    @classmethod
    def unknown(cls, id: str, *, erased: Millis = 0) -> "Customer":
        """Somebody never heard of, or not since they were forgotten."""
        return cls(id, State(erased=erased), Profile())
