"""One message given to its provider, and what the provider may answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kairos.domain.events import Json, Millis


class NotTaken(Exception):
    """The provider surely did not take it (throttled, no connection): try later."""


class CircuitOpen(NotTaken):
    """Nor will it take any other for now: sending is paused."""


class QuotaSpent(CircuitOpen):
    """What is left of the day's quota is kept for transactional messages: marketing is paused."""


class Refused(Exception):
    """The provider definitely refused it; `reason` is `failed_provider` (this message) or `undeliverable` (this address)."""

    def __init__(self, reason: Literal["failed_provider", "undeliverable"], code: str) -> None:
        super().__init__(code)
        self.reason = reason
        self.code = code


class InDoubt(Exception):
    """Nobody knows whether it was taken (timeout, reset, 5xx)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One rendered message, ready for a provider. `headers` are e-mail headers; `data` is a push's payload."""

    message: str  # our id
    customer: str
    campaign: str
    step: str
    variant: str
    channel: str
    to: Mapping[str, Any]  # {"email"} | {"phone"} | {"token", "platform", "arn"?}
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    data: Json = field(default_factory=dict)
    transactional: bool = False
    expires: Millis = 0


class Provider(Protocol):
    """One channel at one provider: one call, one answer."""

    def send(self, message: Outgoing, now: Millis) -> str:
        """The provider's message id. Raises NotTaken, CircuitOpen, Refused, InDoubt."""
