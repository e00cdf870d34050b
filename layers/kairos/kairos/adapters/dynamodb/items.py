"""The table's items, from and to what the services know. Keys are strings, bodies packed JSON, moments milliseconds."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import orjson

from kairos.domain.effects import PutConsent, PutEntry, PutMessage, PutSnapshot
from kairos.domain.events import Json, Millis
from kairos.domain.reputation import Hour
from kairos.domain.state import Customer, Profile, State
from kairos.service.ports import Control, Due, MessageRef, ReputationRef, StoredMessage
from kairos.service.ports.erasures import PASS, ErasureRef
from kairos.service.ports.fan_out import FanOutRef

Item = dict[str, Any]
Key = dict[str, Any]

SHARDS: Final = 16
LAST_HOUR: Final = 99_999_999
MESSAGE_KEPT: Final[Millis] = 90 * 24 * 60 * 60 * 1000
"""How long a message is kept after its expiry."""

_LONGEST_SORT_KEY: Final = 1024
_CIRCUIT: Final = "circuit:"


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def key(pk: str, sk: str) -> Key:
    """Where an item is."""
    return {"pk": text(pk), "sk": text(sk)}


def state_key(customer: str) -> Key:
    return key(f"C#{customer}", "S")


def profile_key(customer: str) -> Key:
    return key(f"C#{customer}", "P")


def entry_key(customer: str, campaign: str, entry: str) -> Key:
    """A key too long to be one stands as its hash."""
    sk = f"E#{campaign}#{entry}"
    if len(sk.encode()) > _LONGEST_SORT_KEY:
        sk = f"E#{campaign}#sha256:{hashlib.sha256(entry.encode()).hexdigest()}"
    return key(f"C#{customer}", sk)


def message_key(customer: str, message: str) -> Key:
    return key(f"C#{customer}", f"M#{message}")


def snapshot_key(customer: str, name: str) -> Key:
    return key(f"C#{customer}", f"N#{name}")


def address_key(address: str) -> Key:
    """`address` is `channel#hash`."""
    return key(f"A#{address}", "A")


def owner_key(address: str, customer: str) -> Key:
    """A row beside the address's own; an id too long to be a key stands as its hash."""
    return key(f"A#{address}", f"O#{short(customer, _LONGEST_SORT_KEY - 2)}")


def owner_item(address: str, customer: str) -> Item:
    return {**owner_key(address, customer), "customer": text(customer)}


def to_owner(item: Item) -> str:
    return str(item["customer"]["S"])


def short(name: str, longest: int) -> str:
    """A name as it can stand in a key: as its hash, if it is too long."""
    return name if len(name.encode()) <= longest else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def reputation_key(channel: str, what: str) -> Key:
    """Something of a channel's reputation."""
    return key(f"R#{channel}", what)


def hour_key(channel: str, hour: int) -> Key:
    """What became of a channel's messages in an hour (since 1970); later hours sort behind."""
    return reputation_key(channel, f"{hour:08d}")


def to_hour(item: Item) -> Hour:
    counts = {name: int(item[name]["N"]) for name in ("sent", "bounced", "complained") if name in item}
    return Hour(int(item["sk"]["S"]), **counts)


def code_key(code: str) -> Key:
    """A coupon's code in its normal form."""
    return key(f"V#code#{code}", "V")


def given_key(coupon: str) -> Key:
    """What a coupon got out of a pool."""
    return key(f"V#given#{coupon}", "V")


def pool(name: str, part: int) -> str:
    """The partition of a part of a pool of codes."""
    return f"V#pool#{name}#{part}"


def part_of(code: str) -> int:
    """The part of a pool in which a code lies."""
    return zlib.crc32(code.encode()) % SHARDS


def control_key(kind: str = "control") -> Key:
    return key("K", kind)


def shard(whose: str) -> str:
    """The part of the due index, and of a place of the audience's, in which everything of a customer is."""
    return str(zlib.crc32(whose.encode()) % SHARDS)


def identity(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def live(item: Item | None, now: Millis) -> Item | None:
    """The item, unless its time to live is over: the table deletes late."""
    if item and "ttl" in item and int(item["ttl"]["N"]) * 1000 <= now:
        return None
    return item


def _pack(value: Any) -> dict[str, bytes]:
    return {"B": orjson.dumps(value, default=dict)}


def _unpack(item: Item) -> Any:
    return orjson.loads(item["body"]["B"])


def when_due(whose: str, due: Millis | None) -> Item:
    """What puts an item into the due index, or nothing that would."""
    return {"due_shard": text(shard(whose)), "due_at": number(due)} if due else {}


def ttl(moment: Millis) -> dict[str, str]:
    """A time to live; never early."""
    return number(-(-moment // 1000))


def state_item(customer: str, state: State, *, version: int, writer: str) -> Item:
    """The state as version `version` of `writer`."""
    return {
        **state_key(customer),
        "version": number(version), "guard": number(state.guard), "writer": text(writer),
        "catalog": text(state.catalog), "body": {"B": state.raw or state.pack()},
        **when_due(customer, state.due),
        **{name: number(value) for name, value in (("profiled", state.profiled), ("erased", state.erased)) if value},
        **{name: text(whose) for name, whose in (("moved", state.moved), ("heir", state.heir)) if whose},
    }  # fmt: skip


def to_state(item: Item) -> State:
    state = State.unpack(
        item["body"]["B"],
        version=int(item["version"]["N"]),
        guard=int(item["guard"]["N"]),
        writer=item["writer"]["S"],
        catalog=item["catalog"]["S"],
        due=int(item["due_at"]["N"]) if "due_at" in item else None,
    )
    state.moved, state.heir = (item[name]["S"] if name in item else "" for name in ("moved", "heir"))
    state.profiled, state.erased = (int(item[name]["N"]) if name in item else 0 for name in ("profiled", "erased"))
    state.erasing = "erasing" in item
    return state


def profile_item(customer: str, profile: Profile, *, version: int) -> Item:
    """The profile as written with that version of the state."""
    return {**profile_key(customer), "version": number(version), "body": {"B": profile.pack()}}


def to_customer(customer: str, state: Item | None, profile: Item | None, *, with_profile: bool) -> Customer:
    """A customer without a state was never heard of."""
    if state is None:
        return Customer.unknown(customer)
    if not with_profile:
        return Customer(customer, to_state(state))
    if "erasing" in state:  # what is still there is of before
        return Customer(customer, to_state(state), Profile())
    return Customer(customer, to_state(state), Profile.unpack(profile["body"]["B"]) if profile else Profile())


def entry_item(customer: str, entry: PutEntry) -> Item:
    return {
        **entry_key(customer, entry.campaign, entry.key), "body": _pack(entry), "ttl": ttl(entry.expires)
    }  # fmt: skip


def to_entry(item: Item) -> PutEntry:
    return PutEntry(**_known(PutEntry, _unpack(item)))


def snapshot_item(customer: str, snapshot: PutSnapshot) -> Item:
    return {**snapshot_key(customer, snapshot.name), "body": _pack(snapshot.event), "ttl": ttl(snapshot.expires)}


def to_snapshot(item: Item) -> Json:
    event: Json = _unpack(item)
    return event


def consent_item(customer: str, put: PutConsent) -> Item:
    """Evidence: the same word of the same event is the same item."""
    consent = put.consent
    which = hashlib.sha256("\x1f".join((consent.topic, consent.channel, put.event)).encode()).hexdigest()[:16]
    return {**key(f"C#{customer}", f"O#{consent.time:013d}#{which}"), "body": _pack(put)}


def message_item(customer: str, put: PutMessage) -> Item:
    return {
        **message_key(customer, put.id),
        "status": text("pending"), "token": text(""), "tries": number(0), "expires": number(put.expires),
        "body": _pack(put), "ttl": ttl(put.expires + MESSAGE_KEPT),
        **when_due(customer, put.due),
    }  # fmt: skip


def to_message(item: Item) -> StoredMessage:
    body = _known(PutMessage, _unpack(item))
    return StoredMessage(
        put=PutMessage(**{**body, "channels": tuple(body["channels"])}),
        customer=item["pk"]["S"].removeprefix("C#"),
        status=item["status"]["S"],
        token=item["token"]["S"],
        tries=int(item["tries"]["N"]),
        claimed=int(item["claimed"]["N"]) if "claimed" in item else 0,
        reason=item["reason"]["S"] if "reason" in item else "",
        provider_id=item["provider_id"]["S"] if "provider_id" in item else "",
        due=int(item["due_at"]["N"]) if "due_at" in item else 0,
        address=item["address"]["S"] if "address" in item else "",
        doubted="doubted" in item,
    )


def to_control(item: Item | None) -> Control:
    if item is None:
        return Control()
    circuits = {name.removeprefix(_CIRCUIT): int(v["N"]) for name, v in item.items() if name.startswith(_CIRCUIT)}
    return Control(frozenset(item.get("stops", {}).get("SS", ())), circuits)


def circuit(channel: str) -> str:
    """The attribute of Control that says until when the channel's circuit is open."""
    return f"{_CIRCUIT}{channel}"


def to_due(item: Item) -> tuple[Millis, Due]:
    """The moment of a row of the index, and what it points at: a customer, a message, a fan-out, a reputation, an erasure."""
    moment, (pk, sk) = int(item["due_at"]["N"]), identity(item)
    if pk.startswith("F#"):
        return moment, FanOutRef(pk.removeprefix("F#"))
    if pk.startswith("D#"):
        return moment, PASS if sk == "P" else ErasureRef(sk)
    if pk.startswith("R#"):
        return moment, ReputationRef(pk.removeprefix("R#"), sk, moment)
    customer = pk.removeprefix("C#")
    return moment, MessageRef(customer, sk.removeprefix("M#")) if sk.startswith("M#") else customer


def _known(kind: type[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Only the fields this code knows: a newer release may have written more."""
    names = {f.name for f in fields(kind)}
    return {name: value for name, value in body.items() if name in names}
