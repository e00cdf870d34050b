"""moto's SQS, made right where a received message is given back."""

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import SQSBackend

from local.aws.seams import replace


def give_back() -> None:
    """Given back means seen at once, also by a clock that stands still, and however long ago the message was sent."""
    replace(SQSBackend, "change_message_visibility", _change)


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
