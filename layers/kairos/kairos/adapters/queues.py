"""The queues: by ten, by a mebibyte, and whatever was not taken is named."""

import hashlib
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from kairos.domain.events import Json
from kairos.service.ports import MessageRef, QueueRefused
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE: Final = 10
LARGEST: Final = 1024 * 1024
"""Bytes of a message, and of a batch."""

TRIES: Final = 3

Letter = dict[str, str]


class SqsQueues:
    """The port Queues; a function knows the urls of those it may use."""

    def __init__(
        self, client: "SQSClient", *, events: str = "", send: str = "", rejected: str = "", bulk: str = "",
        fan_out: str = "", erase: str = "", patience: float = math.inf, sleep: Callable[[float], None] = time.sleep,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`patience`: seconds after which a call begins no further request; whoever waits must be answered in time."""
        self._client = client
        self._patience, self._elapsed = patience, elapsed
        self._events, self._send, self._rejected = events, send, rejected
        self._bulk, self._fan_out, self._erase = bulk, fan_out, erase
        self._sleep = sleep

    def put_events(self, bodies: Sequence[Json]) -> None:
        self._put(self._events, [{"MessageBody": _json(body)} for body in bodies])

    def put_messages(self, refs: Sequence[MessageRef]) -> None:
        """Fair: nobody waits for somebody else's hundred messages."""
        self._put(self._send, [_letter(ref) for ref in refs])

    def put_rejected(self, bodies: Sequence[Json]) -> None:
        self._put(self._rejected, [{"MessageBody": _json(body)} for body in bodies])

    def put_fan_outs(self, refs: Sequence[FanOutRef], *, hops: int = 0) -> None:
        self._put(self._fan_out, [{"MessageBody": _json({"fan_out": ref.key, "hops": hops})} for ref in refs])

    def put_erasures(self, refs: Sequence[ErasureRef]) -> None:
        self._put(self._erase, [{"MessageBody": _json({"erasure": ref.key})} for ref in refs])

    def put_pages(self, bodies: Sequence[Json]) -> None:
        self._put(self._bulk, [{"MessageBody": _json(body)} for body in bodies])

    def backlog(self, queue: Literal["events", "send", "bulk"] = "events") -> int:
        name: Final = "ApproximateNumberOfMessages"
        url = {"events": self._events, "send": self._send, "bulk": self._bulk}[queue]
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(answer["Attributes"][name])

    def _put(self, url: str, letters: Sequence[Letter]) -> None:
        refused: list[int] = []
        until = self._elapsed() + self._patience
        for batch in batches([len(letter["MessageBody"].encode()) for letter in letters]):
            refused += self._persist(url, {index: letters[index] for index in batch}, until)
        if refused:
            raise QueueRefused(sorted(refused))

    def _persist(self, url: str, waiting: Mapping[int, Letter], until: float) -> list[int]:
        """What is not taken in three tries, or in time."""
        hopeless: list[int] = []
        for attempt in range(TRIES):
            if self._elapsed() >= until:
                break
            if attempt:
                self._sleep(random.uniform(0, 0.05 * 2**attempt))
            entries: Any = [{"Id": str(index), **letter} for index, letter in waiting.items()]
            try:
                failed = self._client.send_message_batch(QueueUrl=url, Entries=entries).get("Failed", [])
            except (ClientError, BotoCoreError):
                continue  # taken or not, nobody knows: twice on the queue does no harm, never does
            hopeless += [int(entry["Id"]) for entry in failed if entry["SenderFault"]]
            waiting = {int(e["Id"]): waiting[int(e["Id"])] for e in failed if not e["SenderFault"]}
            if not waiting:
                return hopeless
        return hopeless + list(waiting)


def batches(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Indexes, in their order, grouped to what one request takes."""
    batch: list[int] = []
    held = 0
    for index, size in enumerate(sizes):
        if batch and (len(batch) == AT_ONCE or held + size > LARGEST):
            yield batch
            batch, held = [], 0
        batch.append(index)
        held += size
    if batch:
        yield batch


def _letter(ref: MessageRef) -> Letter:
    body = {"customer": ref.customer, "message": ref.message, "campaign": ref.campaign, "key": ref.key}
    group = hashlib.sha256(ref.customer.encode()).hexdigest()[:32]  # an id may have letters that a group may not
    return {"MessageBody": _json(body), "MessageGroupId": group}


def _json(body: Json) -> str:
    """The two characters that JSON lets through and SQS does not are escaped; they can only stand in texts."""
    text = orjson.dumps(body, default=dict).decode()
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
