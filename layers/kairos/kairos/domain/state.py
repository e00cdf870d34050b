"""What is kept of one customer: small, idempotent by form, packed into one item."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Final, NamedTuple

from kairos.domain.events import Json, Millis
from kairos.domain.interest import pack_seen, unpack_seen
from kairos.domain.journey import Armed, Goal, Moment, Placed, Recent, Run, Sent

FORMAT: Final = 1
"""The packed form this code writes; it reads this one and refuses newer ones."""


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
    seen: list[Moment] = field(default_factory=list)  # newest events that interests have taken in, in seconds
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

    raw: bytes = b""  # as it was read

    def pack(self) -> bytes:
        """The packed part; equal states pack to equal bytes."""
        body = {short: value for name, short in _PACKED if (value := _plain(getattr(self, name)))}
        if self.attributes:
            body[_SHORT["attributes"]] = self.attributes  # as they are: an empty text is a value
        if self.seen:
            body[_SHORT["seen"]] = pack_seen(self.seen)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return bytes([FORMAT]) + zlib.compress(text.encode(), 6)

    @classmethod
    def unpack(
        cls, raw: bytes, *, version: int, guard: int, writer: str = "", catalog: str = "", due: Millis | None = None
    ) -> "State":
        """The state of an item. Raises NewerFormat."""
        if raw[0] > FORMAT:
            raise NewerFormat(f"format {raw[0]}")
        body = json.loads(zlib.decompress(raw[1:]))
        state = cls(version=version, guard=guard, writer=writer, catalog=catalog, due=due, raw=raw)
        for name, short in _PACKED:
            if short in body:
                setattr(state, name, _REBUILD.get(name, _same)(body[short]))
        return state

    @property
    def owned(self) -> frozenset[str]:
        """Where the customer can be reached, as `channel#hash`."""
        return frozenset(f"{channel}#{fact.value}" for channel, fact in self.addresses.items() if fact.value)

    def snapshots(self) -> set[str]:
        """Names of the snapshots that timers still refer to."""
        return {a.snapshot for values in self.armed.values() for a in values.values() if a.snapshot}

    def copy(self) -> "State":
        """A copy that can be changed without touching this one."""
        twin = replace(self)
        for name in ("attributes", "consents", "addresses", "tags", "dates", "observed"):
            setattr(twin, name, dict(getattr(self, name)))
        twin.attributes = {name: dict(values) for name, values in self.attributes.items()}
        twin.suppressed = {channel: dict(words) for channel, words in self.suppressed.items()}
        twin.counts = {keep: list(moments) for keep, moments in self.counts.items()}
        twin.lasts = {keep: {v: list(m) for v, m in values.items()} for keep, values in self.lasts.items()}
        twin.armed = {name: {v: _twin(a) for v, a in values.items()} for name, values in self.armed.items()}
        twin.runs = [_twin(run) for run in self.runs]
        twin.recents = {name: [_twin(r) for r in recents] for name, recents in self.recents.items()}
        twin.sends, twin.goals, twin.placed = list(self.sends), list(self.goals), list(self.placed)
        twin.interests = {name: (at, dict(values)) for name, (at, values) in self.interests.items()}
        twin.seen, twin.watched, twin.lapses = list(self.seen), dict(self.watched), dict(self.lapses)
        twin.coupons = dict(self.coupons)
        return twin


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
    def unknown(cls, id: str) -> "Customer":
        """Somebody never heard of."""
        return cls(id, State(), Profile())


_ITEM = ("version", "guard", "writer", "catalog", "due", "moved", "heir", "profiled", "raw")
_SHORT: Mapping[str, str] = {
    "born": "b", "newest": "n", "names": "m", "attributes": "a", "consents": "c", "addresses": "d", "suppressed": "x",
    "tags": "t", "counts": "k", "lasts": "l", "armed": "i", "dates": "y", "runs": "r", "recents": "e", "sends": "s",
    "goals": "g", "window": "w", "interests": "j", "seen": "h", "forgotten": "f", "points": "p", "watched": "v",
    "looked": "o", "lapses": "q", "placed": "u", "indexed": "z", "coupons": "$", "observed": "@",
}  # fmt: skip
_PACKED = tuple((f.name, _SHORT[f.name]) for f in fields(State) if f.name not in _ITEM)


_ROWS = {cls: tuple(f.name for f in fields(cls)) for cls in (Armed, Run, Recent, Sent, Goal, Placed)}
_REQUIRED = {
    cls: sum(f.default is MISSING and f.default_factory is MISSING for f in fields(cls)) for cls in _ROWS
}  # fmt: skip


def _row(value: Any) -> list[Any]:
    """A record as its values, without the empty defaults at its end."""
    cls = type(value)
    row = [getattr(value, name) for name in _ROWS[cls]]
    while len(row) > _REQUIRED[cls] and not row[-1]:
        row.pop()
    return row


def _plain(value: Any) -> Any:
    cls = type(value)
    if cls is dict:
        return {k: plain for k, v in value.items() if (plain := _plain(v)) or plain == 0}
    if cls is list:
        return [_row(v) for v in value] if value and type(value[0]) in _ROWS else value
    return _row(value) if cls in _ROWS else value


def _twin(value: Any) -> Any:
    return type(value)(*[getattr(value, name) for name in _ROWS[type(value)]])


def _same(value: Any) -> Any:
    return value


def _pairs(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) for k, v in values.items()}


def _moments(moments: Sequence[Any]) -> list[Moment]:
    return [tuple(m) for m in moments]


_REBUILD: Mapping[str, Any] = {
    "consents": _pairs,
    "addresses": lambda body: {channel: Fact(*row) for channel, row in body.items()},
    "tags": _pairs,
    "dates": _pairs,
    "counts": lambda body: {keep: _moments(m) for keep, m in body.items()},
    "lasts": lambda body: {keep: {v: _moments(m) for v, m in values.items()} for keep, values in body.items()},
    "armed": lambda body: {name: {v: Armed(*row) for v, row in values.items()} for name, values in body.items()},
    "runs": lambda body: [Run(*row) for row in body],
    "recents": lambda body: {name: [Recent(*row) for row in rows] for name, rows in body.items()},
    "sends": lambda body: [Sent(*row) for row in body],
    "goals": lambda body: [Goal(*row) for row in body],
    "placed": lambda body: [Placed(*row) for row in body],
    "interests": _pairs,
    "watched": _pairs,
    "observed": _pairs,
    "seen": unpack_seen,
}
