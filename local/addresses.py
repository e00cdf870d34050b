"""Addresses of a stack, looked at, closed and opened by its operators."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.addresses import DynamoAddresses
from kairos.adapters.dynamodb.table import Table
from kairos.adapters.queues import SqsQueues
from kairos.domain import identity, suppression
from kairos.domain.events import Event, Millis
from kairos.domain.sources import canonical, parts
from kairos.domain.sources.parts import BadEvent
from kairos.service.feedback import OWNERS
from local.key_lists import read
from local.reach import Reached

BY_HAND: Final = "by_hand"
THEIRS: Final = {
    "complained": "somebody said that it is spam",
    "stopped": "its owner said STOP; START from the same number opens it",
}
"""Reasons for which only who is reached there opens an address again."""

_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Known:
    """What the table has of an address on a channel."""

    channel: str
    place: str  # `channel#hash`
    reason: str  # why it is closed; empty if it is open
    since: Millis
    soft: int  # days on which it bounced softly


def channels(address: str, only: str | None = None) -> list[tuple[str, str]]:
    """On which channels it is one, each in its one form. Raises BadEvent, also if it is none on that one."""
    address = address.strip()
    if "@" in address:
        named = [("email", parts.email(address, "address"))]
    else:
        number = parts.phone(address, "address")
        named = [("sms", number), ("whatsapp", number)]
    found = [(channel, value) for channel, value in named if only in (None, channel)]
    if not found:
        raise BadEvent("bad_value", f"must be one for {only}", "address")
    return found


class Addresses:
    """Of one stack."""

    def __init__(self, reached: Reached) -> None:
        self._table = Table(reached.client("dynamodb"), reached.physical("Table"))
        self._addresses = DynamoAddresses(self._table)
        self._queues = SqsQueues(reached.client("sqs"), events=reached.physical("EventsQueue"))
        self._hash = identity.keyed(read(reached, "AddressKeySecret").encode())
        self._clock = reached.now

    def known(self, address: str, only: str | None = None) -> Iterator[Known]:
        """On each of its channels, or on that one. Raises BadEvent."""
        for channel, value in channels(address, only):
            place = f"{channel}#{self._hash(channel, value)}"
            key = items.address_key(place)
            found: Any = self._table.get([key], consistent=True).get(items.identity(key), {})
            reason, since = found.get("suppressed", {}).get("S", ""), int(found.get("since", {}).get("N", 0))
            yield Known(channel, place, reason, since, len(found.get("soft", {}).get("NS", ())))

    def owners(self, known: Known) -> list[str]:
        """The customers who are reached there, a few hundred at most."""
        return list(self._addresses.owners(known.place, OWNERS))

    def close(self, known: Known) -> None:
        """Nothing goes there from now on; those who are reached there are told."""
        now = self._clock()
        if self._addresses.suppress(known.place, BY_HAND, now):
            self._tell([suppression.event(known.place, who, now, now, BY_HAND) for who in self.owners(known)])

    def open(self, known: Known) -> None:
        """It may be written to again, with no bounce to its name; those who are reached there are told."""
        now = max(self._clock(), known.since + 1)  # a clock may stand still, and of one instant the closing counts
        self._addresses.release(known.place, now)
        self._tell([suppression.event(known.place, who, now, now) for who in self.owners(known)])

    def _tell(self, events: list[Event]) -> None:
        bodies = [{"kairos": "event", "event": canonical.to_dict(event)} for event in events]
        for start in range(0, len(bodies), _AT_ONCE):
            self._queues.put_events(bodies[start : start + _AT_ONCE])
