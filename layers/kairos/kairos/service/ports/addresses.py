"""What the services need to know of addresses, whoever has them, and of the reputation of who writes to them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from kairos.domain.events import Millis
from kairos.domain.reputation import Hour


class AddressStore(Protocol):
    """Suppression by address, whoever owns it, and who does; `address` is `channel#hash`."""

    def owners(self, address: str, most: int) -> Iterable[str]:
        """The customers who can be reached there, the first `most` of them."""

    def suppress(self, address: str, reason: str, time: Millis) -> bool:
        """The first reason and its moment stay; a word older than its release says nothing. Whether it is closed now."""

    def release(self, address: str, time: Millis) -> Millis:
        """Opens it again, if it was closed before that. When somebody had stopped it, 0 if nobody had."""

    def soft_bounce(self, address: str, time: Millis) -> Collection[int]:
        """Adds the day; all days on which it bounced softly since the last delivery."""

    def soft(self, addresses: Collection[str]) -> Mapping[str, Collection[int]]:
        """The days on which they bounced softly, of those that did."""

    def forgive(self, address: str, days: Collection[int]) -> None:
        """Forgets soft bounces of these days."""


@dataclass(frozen=True, slots=True)
class ReputationRef:
    """Something of a channel's reputation that is to be looked at: an hour, or that marketing is paused."""

    channel: str
    what: str
    due: Millis


class ReputationStore(Protocol):
    """How many of a channel's messages were sent, bounced and complained about, hour by hour."""

    def count(self, channel: str, hour: Hour, now: Millis) -> None:
        """So many more; if any of them bounced, or was complained about, the hour is due to be looked at."""

    def hours(self, channel: str, since: int) -> Iterable[Hour]:
        """Those from this hour on."""

    def looked(self, ref: ReputationRef) -> None:
        """It is due no more, unless it has become so again."""

    def pause(self, channel: str, now: Millis) -> None:
        """Due from now on, until it is forgotten."""

    def forget(self, channel: str) -> None:
        """Counting begins anew, and nothing is due."""
