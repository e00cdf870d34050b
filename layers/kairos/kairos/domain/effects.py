"""What a decision asks the shell to do, and what it says about itself."""

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kairos.domain.events import Consent, Json, Millis
from kairos.domain.state import Customer

Outcome = Literal["entered", "sent", "in_doubt", "deferred", "refused", "left", "goal"]


def message_id(customer: str, campaign: str, key: str, step: str, channel: str) -> str:
    """The identity of a message (26 letters and digits): who, why, which step, on which channel. No version, no time."""
    text = "\x1f".join((customer, campaign, key, step, channel))
    return b32encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=").lower()


@dataclass(frozen=True, slots=True)
class PutEntry:
    """A customer enters a campaign; refused by the table if that key was ever used."""

    campaign: str
    key: str
    entered: Millis
    since: Millis  # the trigger's own moment
    trigger: str  # id of the trigger event, or the due moment
    control: bool  # held out
    event: Json  # the trigger event's fields that templates and later conditions name
    snapshot: str | None  # where the larger fields are
    expires: Millis  # TTL: when the key may be forgotten


@dataclass(frozen=True, slots=True)
class PutMessage:
    """A message is decided; refused by the table if one of this identity exists."""

    id: str
    campaign: str
    key: str
    step: str
    channel: str  # email, sms, push, or event (something emitted on the bus)
    channels: tuple[str, ...]  # what is left to try if a provider definitely refuses this one
    topic: str
    template: str
    transactional: bool
    since: Millis  # the trigger's own moment: exits from then on stop it
    trigger: str
    same: Mapping[str, str]  # hashed `same` values of the trigger event, by exit selector
    expires: Millis
    due: Millis
    guard: int
    catalog: str
    variant: str = ""
    coupon: Json | None = (
        None  # {"id", "name", "percent" | "amount", "valid": ms, "since"?}: starts when first rendered
    )
    detail: Json | None = None  # channel event: {"type", "detail"}


@dataclass(frozen=True, slots=True)
class PutSnapshot:
    """Event fields too large for the state, kept while a timer waits; harmless when orphaned."""

    name: str
    event: Json
    expires: Millis


@dataclass(frozen=True, slots=True)
class PutConsent:
    """Evidence of one word of consent."""

    consent: Consent
    event: str


@dataclass(frozen=True, slots=True)
class PutPlace:
    """The customer comes into a place of the audience index; harmless when orphaned."""

    place: str


@dataclass(frozen=True, slots=True)
class DropPlace:
    """The customer leaves a place of the audience index, if no later state has put them there again."""

    place: str


@dataclass(frozen=True, slots=True)
class PutOwner:
    """The customer can be reached at an address (`channel#hash`) from now on; others may be, too."""

    address: str


@dataclass(frozen=True, slots=True)
class DropOwner:
    """The customer cannot be reached there any more."""

    address: str


@dataclass(frozen=True, slots=True)
class PutTombstone:
    """A device is somebody's: what was known of it is with its heir, and what is still heard of it follows."""

    device: str
    seen: int  # version of its state that was merged
    guard: int
    moved: str  # the customer whom its events follow: who identified last
    heir: str  # the customer with whom it was merged
    time: Millis  # of the identification
    inherits: bool = False  # whether its entries come over with this commit
    snapshots: tuple[str, ...] = ()  # that its timers refer to
    places: tuple[str, ...] = ()  # of the audience index, which it leaves
    addresses: tuple[str, ...] = ()  # `channel#hash`, which are not its own any more
    erased: Millis = 0  # when its id was forgotten


Effect = PutEntry | PutMessage | PutSnapshot | PutConsent | PutPlace | DropPlace | PutOwner | DropOwner | PutTombstone


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the customer's life: what was decided and why."""

    time: Millis
    customer: str
    campaign: str
    key: str
    outcome: Outcome
    reason: str = ""
    step: str = ""
    channel: str = ""
    message: str = ""
    variant: str = ""
    event: str = ""  # id of the event that caused it, or "wake"
    version: int = 0  # of the state the decision was taken on
    catalog: str = ""
    value: float = 0.0  # of a goal
    currency: str = ""  # of that

    def line(self) -> dict[str, Any]:
        """The record as it is archived: `{time, customer, campaign, key, step?, outcome, reason, …}`."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {
            k: v for k, v in fields.items() if v or k in ("time", "customer", "campaign", "key", "outcome", "reason")
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The customer afterwards, what has to be done, and the reasons."""

    customer: Customer
    effects: tuple[Effect, ...] = ()
    records: tuple[Record, ...] = ()
    changed: bool = False  # whether there is anything to write
