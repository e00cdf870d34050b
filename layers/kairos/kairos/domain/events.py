"""The canonical event: what every source is normalised into and `decide` is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Millis = int
"""A moment or a span in milliseconds; a moment counts from the Unix epoch, UTC."""

Json = Mapping[str, Any]

AHEAD: Final[Millis] = 5 * 60 * 1000
"""How far ahead of its receipt an event's own time is believed."""

OWN_TYPES: Final = frozenset(
    {
        "campaign.entered", "campaign.left",
        "message.sent", "message.delivered", "message.delayed", "message.bounced", "message.complained",
        "message.rejected", "message.opened", "message.clicked", "message.refused",
        "content.shown", "content.accepted", "content.dismissed",
        "answer.given", "consent.requested", "consent.granted", "consent.withdrawn",
        "address.suppressed", "address.released", "sms.received", "whatsapp.received", "coupon.issued", "goal.reached",
        "kairos.customer", "kairos.erasure", "kairos.preferences", "kairos.report",
    }
)  # fmt: skip
"""Types that only Kairos itself makes; from anybody else they are refused as `reserved_type`."""

RECEIVED: Final = frozenset({"sms.received", "whatsapp.received"})
"""What somebody wrote to us; the channel stands among its properties."""


@dataclass(frozen=True, slots=True)
class Ref:
    """Who an event says it is about; at least one field is set."""

    id: str | None = None
    anonymous_id: str | None = None
    email: str | None = None
    phone: str | None = None
    previous_id: str | None = None  # another id or device of theirs, which is one with `id` from now on


@dataclass(frozen=True, slots=True)
class Consent:
    """One word of a customer on one topic and channel."""

    topic: str
    channel: str
    state: str  # granted | withdrawn
    time: Millis
    source: str = ""
    wording: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with the facts about the customer it brings along."""

    id: str
    type: str
    time: Millis
    received: Millis
    source: str = ""
    customer: Ref | None = None
    properties: Json = field(default_factory=dict)
    context: Json = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)  # by source: declared, backend, behaviour
    addresses: Json = field(default_factory=dict)  # email, phone, whatsapp: str or None; push: list of tokens
    consents: tuple[Consent, ...] = ()
    own: bool = False  # made by Kairos, not heard from outside
    browser: bool = False  # reported with a browser's key: anybody could have, so no link in it is to be trusted

    def told_by(self, campaign: str) -> bool:
        """Whether Kairos tells it of that campaign, which it never starts."""
        return self.own and self.properties.get("campaign") == campaign

    @property
    def quiet(self) -> bool:
        """Whether it only says what is so: a first import is not news of everybody at once."""
        return self.own and self.type == "kairos.customer" and self.properties.get("quiet") is True

    @property
    def document(self) -> dict[str, Any]:
        """The event as patterns and templates see it."""
        ref = self.customer
        who = {} if ref is None else {k: v for k in ("id", "anonymous_id", "email", "phone") if (v := getattr(ref, k))}
        return {
            "id": self.id, "type": self.type, "source": self.source, "customer": who,
            "properties": self.properties, "context": self.context, **({"browser": True} if self.browser else {}),
        }  # fmt: skip


MOST: Final = 60
"""Effects and sends of one turn, beyond which the next wake-up takes what else is due: a transaction holds a hundred items."""


@dataclass(frozen=True, slots=True)
class Wake:
    """A hint that timers of a customer may be due; early, late or twice does no harm."""

    customer: str
    most: int = MOST  # fewer, where what follows from these was more than a transaction holds


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A campaign of an audience fires for one customer of it: by an external event, or because its time has come."""

    customer: str
    campaign: str
    id: str  # the external event's, or the local time of the schedule
    time: Millis
    event: Json = field(default_factory=dict)  # the external event's document
    local: str = ""  # the local time that is waited for where each customer is


Heard = Event | Wake | Occurrence
"""What `decide` is told."""
