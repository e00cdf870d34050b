"""What goes wrong in one run, and how often. Each run has its own mixture: much of a few things finds more than a little of all."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from kairos.domain.events import Millis
from tests.simulation.aws.faults import MEBIBYTE, Entry, Fault, Faults


class Crashed(BaseException):
    """The worker dies here: nothing may catch it."""


@dataclass(frozen=True, slots=True)
class Weather:
    """Chances, per call or per message."""

    crash: float = 0.0  # the sandbox dies before a call, or behind it
    throttled: float = 0.0
    lost: float = 0.0  # the answer of a call, or the call itself
    conflict: float = 0.0
    stale: float = 0.0
    partial: float = 0.0  # batches that are not taken whole, short pages
    twice: float = 0.0  # messages of queues
    slow: float = 0.0  # seconds before a call, in which others go on
    refused: float = 0.0  # by a provider
    unheard: float = 0.0  # feedback that never comes
    late: float = 0.0  # feedback and deliveries that come an hour later
    skewed: float = 0.0  # clocks up to ten minutes off
    sweepless: float = 0.0  # hours without a sweep, and two at once
    meddling: float = 0.0  # what stops a message comes while it is about to be claimed

    @classmethod
    def of(cls, luck: random.Random) -> "Weather":
        """Every kind is there in some of the runs."""
        chances: Any = {f.name: luck.choice((0.0, 0.0, 0.02, 0.1)) for f in fields(cls)}
        return replace(cls(**chances), crash=luck.choice((0.0, 0.01, 0.03)), lost=luck.choice((0.0, 0.02, 0.06)))


CALM: Final = Weather()

_BUSY: Final[Mapping[str, str]] = {
    "dynamodb": "ProvisionedThroughputExceededException", "sqs": "RequestThrottled",
    "firehose": "ServiceUnavailableException", "events": "ThrottlingException", "sesv2": "TooManyRequestsException",
    "sns": "ThrottledException",
}  # fmt: skip
_TROUBLE: Final[Mapping[str, str]] = {"dynamodb": "InternalServerError", "sns": "InternalErrorException"}
_LOST: Final = ("ReadTimeoutError", "ConnectionClosedError")
_REFUSALS: Final[Mapping[str, Sequence[str]]] = {
    "sesv2": ("MessageRejected", "MessageRejected", "SendingPausedException"),
    "sns": ("OptedOut", "InvalidParameter"),
}


class Troubles(Faults):
    """Draws what goes wrong from one source of luck, so that a seed tells all of it."""

    def __init__(self, luck: random.Random, weather: Weather) -> None:
        self.luck, self.weather = luck, weather
        self.oldest = 0  # the sequence number before which nothing can be read any more

    def fault(self, service: str, operation: str) -> Fault | None:
        """What becomes of this call."""
        luck, weather = self.luck, self.weather
        if self.strikes(weather.crash):
            return Fault(Crashed(), applied=luck.random() < 0.5)
        if self.strikes(weather.throttled):
            return Fault(_BUSY.get(service, "ThrottlingException"))
        if self.strikes(weather.lost):
            error = luck.choice((*_LOST, _TROUBLE.get(service, "InternalFailure"), "EndpointConnectionError"))
            return Fault(error, applied=error != "EndpointConnectionError" and luck.random() < 0.6)
        if service in _REFUSALS and self.strikes(weather.refused):
            return Fault(luck.choice(_REFUSALS[service]))
        return None

    def as_of(self, read: str, newest: int) -> int:
        old = newest - self.luck.randint(1, 12) if self.strikes(self.weather.stale * 3) else newest
        return max(old, min(self.oldest, newest))

    def conflicts(self, operation: str, keys: Sequence[Any]) -> Collection[int]:
        return (self.luck.randrange(len(keys)),) if keys and self.strikes(self.weather.conflict) else ()

    def left_over(self, operation: str, count: int) -> Collection[int]:
        return self._some(count)

    def page_bytes(self) -> int:
        return self.luck.choice((1, 600, 3_000)) if self.strikes(self.weather.partial * 5) else MEBIBYTE

    def entries(self, service: str, operation: str, count: int) -> Mapping[int, Entry]:
        return {position: Entry(_BUSY.get(service, "InternalFailure")) for position in self._some(count)}

    def receive(self, queue: str, waiting: int, most: int) -> Sequence[int]:
        """Any of them, in any order: standard queues promise none."""
        count = self.luck.randint(1, min(waiting, most))
        return self.luck.sample(range(waiting), count)

    def delivered_again(self, queue: str, body: str) -> bool:
        return self.strikes(self.weather.twice)

    def stored_twice(self, queue: str, body: str) -> bool:
        return self.strikes(self.weather.twice)

    def pause(self) -> Millis:
        """How long a worker stands before its next call, while others go on."""
        return self.luck.randint(100, 20_000) if self.strikes(self.weather.slow) else 0

    def skew(self) -> Millis:
        """How far a sandbox's clock is off."""
        return self.luck.randint(-600_000, 600_000) if self.strikes(self.weather.skewed * 3) else 0

    def _some(self, count: int) -> Collection[int]:
        if count == 0 or not self.strikes(self.weather.partial):
            return ()
        return sorted(self.luck.sample(range(count), self.luck.randint(1, count)))

    def strikes(self, chance: float) -> bool:
        """Whether this is one of those times."""
        return chance > 0 and self.luck.random() < chance
