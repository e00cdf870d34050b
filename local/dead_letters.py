"""What lies in a stack's dead-letter queues: looked at without taking it away, and sent back where it came from."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from kairos.adapters.queues import SqsQueues
from kairos.domain.events import Json
from kairos.domain.sources.parts import BadEvent
from kairos.service import strict_json
from local.reach import Reached

HELD: Final = 120
"""Seconds for which nobody else sees what is being looked at."""

A_SECOND: Final = 50
"""Letters that are received and looked at in a second, at least: what was first must not come again meanwhile."""

LONGEST: Final = 43_200
"""Seconds for which SQS hides a message at most."""

AT_ONCE: Final = 10
"""Messages in one request to SQS."""


class Place(NamedTuple):
    """Where letters of a kind lie, and where they are sent back to."""

    queue: str
    source: str
    what: str


PLACES: Final[dict[str, Place]] = {
    "events": Place("EventsDlq", "EventsQueue", "events that could not be decided"),
    "send": Place("SendDlq", "SendQueue", "messages that could not be carried"),
    "bulk": Place("BulkDlq", "BulkQueue", "provider feedback and pages of an audience"),
    "fan-out": Place("FanOutDlq", "FanOutQueue", "audiences that were not reached"),
    "erase": Place("EraseDlq", "EraseQueue", "people who are not forgotten yet"),
    "sweep": Place("SweepDlq", "", "minutes that were not swept"),
    "rejected": Place("RejectedQueue", "EventsQueue", "what could not be understood"),
}


@dataclass(frozen=True)
class Letter:
    """One dead letter."""

    id: str
    text: str
    sent: int
    receives: int
    group: str
    said: dict[str, str]  # what whoever put it there said of it: EventBridge's ERROR_CODE and the like
    handle: str

    @property
    def body(self) -> Any:
        """Its JSON; the text itself if it is none."""
        return _json_or_text(self.text)


class DeadLetters:
    """The dead letters of one stack."""

    def __init__(self, reached: Reached) -> None:
        self._reached, self._sqs = reached, reached.client("sqs")
        self._urls: dict[str, str] = {}
        self._gone: set[str] = set()

    def count(self, name: str) -> int:
        """About how many lie there."""
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._url(PLACES[name].queue), AttributeNames=asked)
        return sum(int(found["Attributes"][each]) for each in asked)

    @contextmanager
    def held(self, name: str, limit: int, longer: int = 0) -> Iterator[list[Letter]]:
        """The oldest so many, hidden from others meanwhile; those that are not sent back are there again afterwards.

        Also where nobody says so: after two minutes, by how many there are and `longer` (seconds) more.
        """
        url, found = self._url(PLACES[name].queue), dict[str, Letter]()
        hidden = min(HELD + limit // A_SECOND + longer, LONGEST)
        try:
            while len(found) < limit:
                got = self._receive(url, min(AT_ONCE, limit - len(found)), hidden)
                if not got:
                    break
                found.update((letter.id, letter) for letter in got)
            yield list(found.values())
        finally:
            kept = [letter.handle for letter in found.values() if letter.handle not in self._gone]
            for start in range(0, len(kept), AT_ONCE):
                entries = [
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                    for number, handle in enumerate(kept[start : start + AT_ONCE])
                ]
                self._sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)

    def send_back(self, name: str, letters: Sequence[Letter]) -> int:
        """First sent, then deleted: whoever dies in between leaves it in both, which does no harm."""
        place = PLACES[name]
        for letter in letters:
            if place.source:
                fair = {"MessageGroupId": letter.group} if letter.group else {}
                url = self._url(place.source)
                self._sqs.send_message(QueueUrl=url, MessageBody=letter.text, **fair)
            self._sqs.delete_message(QueueUrl=self._url(place.queue), ReceiptHandle=letter.handle)
            self._gone.add(letter.handle)
        return len(letters)

    def drop(self, name: str, letters: Sequence[Letter]) -> int:
        """For good."""
        for letter in letters:
            self._sqs.delete_message(QueueUrl=self._url(PLACES[name].queue), ReceiptHandle=letter.handle)
            self._gone.add(letter.handle)
        return len(letters)

    def replace(self, name: str, letter: Letter, bodies: Sequence[Json]) -> None:
        """Sends these where the letter came from in its place. First sent, then deleted, as above."""
        place = PLACES[name]
        SqsQueues(self._sqs, events=self._url(place.source)).put_events(bodies)
        self._sqs.delete_message(QueueUrl=self._url(place.queue), ReceiptHandle=letter.handle)
        self._gone.add(letter.handle)

    def _receive(self, url: str, count: int, hidden: int) -> list[Letter]:
        wait = 0 if self._reached.local else 2  # asks all of a queue's servers; the embedded one has but one
        got = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=count, VisibilityTimeout=hidden, WaitTimeSeconds=wait,
            AttributeNames=["All"], MessageAttributeNames=["All"],
        )  # fmt: skip
        return [_letter(message) for message in got.get("Messages", [])]

    def _url(self, part: str) -> str:
        if part not in self._urls:
            self._urls[part] = self._reached.physical(part)
        return self._urls[part]


def _letter(message: Any) -> Letter:
    stamps = message["Attributes"]
    said = {name: str(value.get("StringValue", "")) for name, value in message.get("MessageAttributes", {}).items()}
    return Letter(
        message["MessageId"], message["Body"], int(stamps["SentTimestamp"]), int(stamps["ApproximateReceiveCount"]),
        stamps.get("MessageGroupId", ""), said, message["ReceiptHandle"],
    )  # fmt: skip


KEPT: Final = frozenset({
    "kairos", "type", "time", "received", "source", "detail-type", "reason", "message", "field", "campaign", "hops",
    "eventType", "notificationType", "requestContext", "condition", "Type", "TopicArn", "Timestamp",
})  # fmt: skip
"""What says nothing of anybody, by name; everything else is shown by its kind and length only."""


def masked(body: Any, name: str = "") -> Any:
    """A body without a person in it."""
    if isinstance(body, dict):
        return {key: masked(value, key) for key, value in body.items()}
    if isinstance(body, list):
        return [masked(value) for value in body[:3]] + ([f"… {len(body) - 3} more"] if len(body) > 3 else [])
    if name in KEPT or body is None or isinstance(body, bool):
        return body
    return f"‹{type(body).__name__} {len(str(body))}›"


def shown(letter: Letter, *, personal: bool) -> str:
    """Its body, to be read."""
    return pretty(letter.body) if personal else printable(json.dumps(masked(letter.body), ensure_ascii=False))


def pretty(body: Any) -> str:
    """JSON for people, which is still the same JSON: what would steer a terminal is escaped."""
    return printable(json.dumps(body, indent=2, ensure_ascii=False))


def printable(text: str) -> str:
    """Without what would steer a terminal; JSON, which has escaped all others, stays the same JSON."""
    return re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _json_or_text(text: str) -> Any:
    try:
        return strict_json.read_queued(text)
    except BadEvent:
        return text
