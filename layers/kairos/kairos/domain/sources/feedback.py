"""What a provider says of a message it was given, or of an address, in the project's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.effects import PutMessage
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.identity import AddressHash
from kairos.domain.settling import report

TOLD: Final = ("delivered", "delayed", "bounced", "complained", "rejected", "opened", "clicked")
"""Kinds that become events of their own; `sent` settles the message and nothing more."""

ALL: Final = "*"
"""Of topics: every one that is marketing."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing a provider reports of one message; without tags it speaks of an address only."""

    kind: str  # sent, one of TOLD, or unsubscribed
    time: Millis
    channel: str
    provider_id: str
    tags: Mapping[str, str] = field(default_factory=dict)  # message, customer, campaign, step, variant
    address: str = ""
    permanent: bool = False  # nothing must go to the address any more
    soft: bool = False  # the address did not take it this time
    failed: bool = False  # the message surely does not arrive
    counts: str = ""  # for the sender's reputation: sent, bounced or complained
    topics: tuple[str, ...] = ()  # of which somebody has unsubscribed
    details: Json = field(default_factory=dict)

    @property
    def customer(self) -> str:
        return self.tags.get("customer", "")

    @property
    def message(self) -> str:
        return self.tags.get("message", "")

    @property
    def why(self) -> str:
        """The reason for which an address is closed by it."""
        return "soft_bounces" if self.soft else self.kind

    def place(self, address_hash: AddressHash) -> str:
        """`channel#hash` of the address, or nothing if there is none."""
        return f"{self.channel}#{address_hash(self.channel, self.address)}" if self.address else ""

    def event(self, received: Millis, address_hash: AddressHash, put: PutMessage | None = None) -> Event | None:
        """The ordinary event it is; None if it is nobody's, or says only that the message was taken.

        Of a message that does not arrive it says, where the message is known, how to go on.
        """
        if self.kind not in TOLD or not (self.customer and self.message):
            return None
        said: dict[str, Any] = {**self.details, "permanent": self.permanent}
        if self.address and self.kind in ("bounced", "complained"):
            said["address_hash"] = address_hash(self.channel, self.address)
        if self.failed and put is not None:
            reason = "failed_provider" if self.kind == "rejected" else "undeliverable"
            said = {**report(put, self.customer, "", self.time, reason=reason).properties, **said}
        return self._event(self.kind, f"{self.message}.{self.kind}.{self.time}", received, said)

    def sent(self, received: Millis) -> Event:
        """That the message was sent, as `deliver` would have told it."""
        return self._event("sent", f"{self.message}.sent", received, {})

    def withdrawal(self, customer: str, marketing: tuple[str, ...], received: Millis) -> Event:
        """The word of somebody who has unsubscribed at the provider's, for those of the topics that there are."""
        named = marketing if ALL in self.topics else [topic for topic in marketing if topic in self.topics]
        said = {"source": self.channel, "proof": self.provider_id}
        words = tuple(Consent(topic, self.channel, "withdrawn", self.time, **said) for topic in named)
        return Event(
            id=f"{self.provider_id}.unsubscribed.{self.time}", type="consent.withdrawn", time=self.time, received=received,
            source=self.channel, customer=Ref(id=customer), consents=words, properties={"channel": self.channel}, own=True,
        )  # fmt: skip

    def _event(self, kind: str, id: str, received: Millis, said: Json) -> Event:
        about = {name: self.tags[name] for name in ("campaign", "step", "variant") if self.tags.get(name)}
        return Event(
            id=id,
            type=f"message.{kind}",
            time=self.time,
            received=received,
            source=self.channel,
            customer=Ref(id=self.customer),
            properties={"message_id": self.message, "channel": self.channel, **about, **said},
            own=True,
        )
