"""What a provider says of a message it was given, in the project's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.identity import AddressHash

TOLD: Final = ("delivered", "delayed", "bounced", "complained", "rejected", "opened", "clicked")
"""Kinds that become events of their own; `sent` settles the message and nothing more."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thing a provider reports of one message; without tags it speaks of an address only."""

    kind: str  # sent, or one of TOLD
    time: Millis
    channel: str
    provider_id: str
    tags: Mapping[str, str] = field(default_factory=dict)  # message, customer, campaign, step, variant
    address: str = ""
    permanent: bool = False
    details: Json = field(default_factory=dict)

    @property
    def customer(self) -> str:
        return self.tags.get("customer", "")

    @property
    def message(self) -> str:
        return self.tags.get("message", "")

    def suppresses(self, address_hash: AddressHash) -> str:
        """`channel#hash` of the address that must not be written to again, or nothing."""
        if not self.address or not (self.kind == "complained" or (self.kind == "bounced" and self.permanent)):
            return ""
        return f"{self.channel}#{address_hash(self.channel, self.address)}"

    def event(self, received: Millis, address_hash: AddressHash) -> Event | None:
        """The ordinary event it is; None if it is nobody's, or says only that the message was taken."""
        if self.kind not in TOLD or not (self.customer and self.message):
            return None
        said: dict[str, Any] = {**self.details, "permanent": self.permanent or self.kind == "complained"}
        if self.address:
            said["address_hash"] = address_hash(self.channel, self.address)
        return self._event(self.kind, f"{self.message}.{self.kind}.{self.time}", received, said)

    def sent(self, received: Millis) -> Event:
        """That the message was sent, as `deliver` would have told it."""
        return self._event("sent", f"{self.message}.sent", received, {})

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
