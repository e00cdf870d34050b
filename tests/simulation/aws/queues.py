"""SQS in memory: standard queues, at least once, in no order, with visibility by a given clock, retention and redrive."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from tests.simulation.aws.client import Client, Request
from tests.simulation.aws.errors import Invalid, known
from tests.simulation.aws.faults import MEBIBYTE, Faults

LARGEST: Final = MEBIBYTE
"""Bytes of a message, and of a batch."""

_ENTRY: Final = frozenset({"Id", "MessageBody"})
_MORE: Final = frozenset({"DelaySeconds", "MessageGroupId", "MessageAttributes"})
_FORBIDDEN: Final = re.compile("[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").search
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,80}\Z").match
_GROUP: Final = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}\Z").match


@dataclass(slots=True)
class Message:
    """A message on a queue; moments are milliseconds."""

    id: str
    body: str
    sent: int
    visible: int
    group: str = ""
    receipts: int = 0
    first: int = 0
    handle: str = ""


@dataclass(slots=True)
class Queue:
    """A queue as template.yaml has it."""

    name: str
    url: str
    arn: str
    visibility: int = 30_000
    retention: int = 4 * 86_400_000
    most_receipts: int = 0
    dead: "Queue | None" = None
    messages: list[Message] = field(default_factory=list)


class Sqs(Client):
    """The client, and what an event source mapping or an operator does beside it."""

    def __init__(self, queues: Mapping[str, Queue], clock: Callable[[], int], faults: Faults) -> None:
        super().__init__("sqs", faults)
        self.queues = dict(queues)
        self._by_url = {queue.url: queue for queue in queues.values()}
        self._clock = clock
        self._numbers = count(1)

    def send_message(self, **request: Any) -> Any:
        return self._call("SendMessage", request, self._send)

    def send_message_batch(self, **request: Any) -> Any:
        return self._call("SendMessageBatch", request, self._send_batch)

    def receive_message(self, **request: Any) -> Any:
        return self._call("ReceiveMessage", request, self._receive)

    def delete_message(self, **request: Any) -> Any:
        return self._call("DeleteMessage", request, self._delete)

    def change_message_visibility(self, **request: Any) -> Any:
        return self._call("ChangeMessageVisibility", request, self._change)

    def get_queue_attributes(self, **request: Any) -> Any:
        return self._call("GetQueueAttributes", request, self._attributes)

    def put(self, queue: Queue, body: str, *, delay: int = 0, group: str = "") -> str:
        """Onto the queue, as the bus or a topic would; once, or twice if the faults say so. The message's id."""
        now, id = self._clock(), f"message-{next(self._numbers)}"
        for _ in range(2 if self._faults.stored_twice(queue.name, body) else 1):
            queue.messages.append(Message(id, body, now, now + delay, group))
        return id

    def take(self, queue: Queue, most: int, *, visibility: int | None = None) -> list[Message]:
        """Receives: what was received too often goes to the dead-letter queue instead, what is too old is gone."""
        now = self._clock()
        self.tidy(queue)
        visible = sorted((m for m in queue.messages if m.visible <= now), key=lambda m: m.sent)
        taken = []
        for position in self._faults.receive(queue.name, len(visible), most) if visible else ():
            message = visible[position]
            message.receipts += 1
            message.first = message.first or now
            message.visible = now + (queue.visibility if visibility is None else visibility)
            message.handle = f"{message.id}/{next(self._numbers)}"
            taken.append(message)
        return taken

    def tidy(self, queue: Queue) -> None:
        """Moves what is dead, keeping the moment it was sent, and forgets what is older than the queue keeps."""
        now = self._clock()
        for message in list(queue.messages):
            if now - message.sent >= queue.retention:
                queue.messages.remove(message)
            elif queue.dead and message.visible <= now and message.receipts >= queue.most_receipts:
                queue.messages.remove(message)
                queue.dead.messages.append(message)

    def delete(self, queue: Queue, handle: str) -> None:
        """By the newest handle only: whoever was too late deletes nothing. Now and then the message stays all the same."""
        for message in queue.messages:
            if message.handle == handle and not self._faults.delivered_again(queue.name, message.body):
                queue.messages.remove(message)
                return

    def redrive(self, queue: Queue) -> int:
        """What StartMessageMoveTask does to the queue's dead letters: they come back as new messages."""
        if queue.dead is None:
            return 0
        self.tidy(queue.dead)
        moved, queue.dead.messages[:] = list(queue.dead.messages), []
        now = self._clock()
        queue.messages += [Message(f"message-{next(self._numbers)}", m.body, now, now, m.group) for m in moved]
        return len(moved)

    def _queue(self, request: Request) -> Queue:
        if (queue := self._by_url.get(request["QueueUrl"])) is None:
            raise Invalid("The specified queue does not exist.", "AWS.SimpleQueueService.NonExistentQueue")
        return queue

    def _send(self, request: Request) -> Any:
        known(request, frozenset({"QueueUrl", "MessageBody"}), _MORE)
        queue = self._queue(request)
        _check(request)
        return self._sent(queue, request)

    def _send_batch(self, request: Request) -> Any:
        known(request, frozenset({"QueueUrl", "Entries"}), frozenset())
        queue, entries = self._queue(request), request["Entries"]
        _check_batch(entries)
        refused = self._faults.entries("sqs", "SendMessageBatch", len(entries))
        answer: dict[str, list[Any]] = {"Successful": [], "Failed": []}
        for position, entry in enumerate(entries):
            failed = refused.get(position)
            code, fault = (failed.code, failed.sender_fault) if failed else ("", False)
            if not failed:
                try:
                    _check(entry)
                except Invalid as error:
                    code, fault = error.code, True
            if code:
                answer["Failed"].append({"Id": entry["Id"], "Code": code, "SenderFault": fault})
            else:
                answer["Successful"].append({"Id": entry["Id"], **self._sent(queue, entry)})
        return {name: found for name, found in answer.items() if found}

    def _sent(self, queue: Queue, entry: Request) -> dict[str, str]:
        body = entry["MessageBody"]
        id = self.put(queue, body, delay=1000 * entry.get("DelaySeconds", 0), group=entry.get("MessageGroupId", ""))
        return {"MessageId": id, "MD5OfMessageBody": hashlib.md5(body.encode()).hexdigest()}

    def _receive(self, request: Request) -> Any:
        known(
            request, frozenset({"QueueUrl"}), frozenset({"MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"})
        )
        most, visibility = request.get("MaxNumberOfMessages", 1), request.get("VisibilityTimeout")
        if not 1 <= most <= 10:
            raise Invalid("MaxNumberOfMessages must be between 1 and 10", "InvalidParameterValue")
        taken = self.take(self._queue(request), most, visibility=None if visibility is None else 1000 * visibility)
        found = [{"MessageId": m.id, "ReceiptHandle": m.handle, "Body": m.body} for m in taken]
        return {"Messages": found} if found else {}

    def _delete(self, request: Request) -> Any:
        known(request, frozenset({"QueueUrl", "ReceiptHandle"}), frozenset())
        self.delete(self._queue(request), request["ReceiptHandle"])
        return {}

    def _change(self, request: Request) -> Any:
        known(request, frozenset({"QueueUrl", "ReceiptHandle", "VisibilityTimeout"}), frozenset())
        for message in self._queue(request).messages:
            if message.handle == request["ReceiptHandle"]:
                message.visible = self._clock() + 1000 * request["VisibilityTimeout"]
                return {}
        raise Invalid("The receipt handle is not that of a message in flight", "MessageNotInflight")

    def _attributes(self, request: Request) -> Any:
        known(request, frozenset({"QueueUrl"}), frozenset({"AttributeNames"}))
        queue, now = self._queue(request), self._clock()
        self.tidy(queue)
        visible = sum(message.visible <= now for message in queue.messages)
        found = {
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(len(queue.messages) - visible),
            "QueueArn": queue.arn,
        }
        return {
            "Attributes": {name: value for name, value in found.items() if name in request.get("AttributeNames", ())}
        }


def _check_batch(entries: Sequence[Request]) -> None:
    if not entries:
        raise Invalid("There should be at least one entry", "AWS.SimpleQueueService.EmptyBatchRequest")
    if len(entries) > 10:
        raise Invalid("Maximum number of entries is 10", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
    for entry in entries:
        known(entry, _ENTRY, _MORE)
        if not _ID(entry["Id"]):
            raise Invalid(f"no entry can have the id {entry['Id']}", "AWS.SimpleQueueService.InvalidBatchEntryId")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise Invalid("ids repeated", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
    if sum(len(entry["MessageBody"].encode()) for entry in entries) > LARGEST:
        raise Invalid("Batch requests cannot be longer", "AWS.SimpleQueueService.BatchRequestTooLong")


def _check(entry: Request) -> None:
    body = entry["MessageBody"]
    if not body:
        raise Invalid("The request must contain the parameter MessageBody.", "MissingParameter")
    if len(body.encode()) > LARGEST:
        raise Invalid(f"Message must be shorter than {LARGEST} bytes.", "InvalidParameterValue")
    if _FORBIDDEN(body):
        raise Invalid("Invalid characters found. Valid unicode characters are #x9 | #xA | …", "InvalidMessageContents")
    if not 0 <= entry.get("DelaySeconds", 0) <= 900:
        raise Invalid("DelaySeconds must be between 0 and 900", "InvalidParameterValue")
    if "MessageGroupId" in entry and not _GROUP(entry["MessageGroupId"]):
        raise Invalid("The MessageGroupId has characters that it may not have", "InvalidParameterValue")
