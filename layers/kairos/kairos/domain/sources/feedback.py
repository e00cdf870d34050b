"""What a provider says of a message it was given, in the project's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.identity import address_hash

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

    @property
    def suppresses(self) -> str:
        """`channel#hash` of the address that must not be written to again, or nothing."""
        if not self.address or not (self.kind == "complained" or (self.kind == "bounced" and self.permanent)):
            return ""
        return f"{self.channel}#{address_hash(self.channel, self.address)}"

    def event(self, received: Millis) -> Event | None:
        """The ordinary event it is; None if it is nobody's, or says only that the message was taken."""
        if self.kind not in TOLD or not (self.customer and self.message):
            return None
        about = {name: self.tags[name] for name in ("campaign", "step", "variant") if self.tags.get(name)}
        said: dict[str, Any] = {"message_id": self.message, "channel": self.channel, **about, **self.details}
        if self.address:
            said["address_hash"] = address_hash(self.channel, self.address)
        return Event(
            id=f"{self.message}.{self.kind}.{self.time}",
            type=f"message.{self.kind}",
            time=self.time,
            received=received,
            source=self.channel,
            customer=Ref(id=self.customer),
            properties=said | {"permanent": self.permanent or self.kind == "complained"},
            own=True,
        )
