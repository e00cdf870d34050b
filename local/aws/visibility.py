"""moto's SQS, made right where a received message is given back, and where one is older than its queue keeps it."""

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend

from local.aws.seams import replace


def give_back() -> None:
    """Given back means seen at once, also by a clock that stands still, and however long ago the message was sent."""
    replace(SQSBackend, "change_message_visibility", _change)


def expire() -> None:
    """A message that is too old is gone; in moto it stays, and hides all that lie behind it."""
    replace(Queue, "messages", property(_messages))
    replace(SQSBackend, "is_message_valid_based_on_retention_period", lambda *_: True)


def _messages(queue: Queue) -> list[Message]:
    """Those that can be received; the others of the queue are looked at in passing."""
    kept_since = models.unix_time_millis() - 1000 * queue.message_retention_period  # type: ignore[attr-defined]  # moto sets it by name
    if any(message.sent_timestamp <= kept_since for message in queue._messages):
        queue._messages = [message for message in queue._messages if message.sent_timestamp > kept_since]
    return [message for message in queue._messages if message.visible and not message.delayed]


def _change(backend: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    queue = backend.get_queue(queue_name)
    for message in queue._messages:
        if message.had_receipt_handle(receipt_handle):
            seconds = int(visibility_timeout)
            message.visible_at = models.unix_time_millis() + seconds * 1000 if seconds else 0
            if not seconds:
                queue.pending_messages.discard(message)
            return
    raise ReceiptHandleIsInvalid
