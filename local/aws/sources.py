"""The event source mappings: queues polled in batches, what failed left for later, the rest deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from moto.sqs.models import Message, Queue, sqs_backends

from local.aws.gateway import lock
from local.aws.lambdas import FunctionError, Lambdas
from local.aws.template import ACCOUNT, REGION, Template

DELETED: Final = 1_000
"""Receipts of deleted messages that are remembered, in case somebody deletes one twice."""


@dataclass(frozen=True)
class Source:
    """One mapping of a queue to a function."""

    queue: str
    function: str
    batch: int
    window: int  # ms that a batch may wait to fill
    partial: bool  # the function names what failed


def sources_of(template: Template) -> list[Source]:
    """The mappings that the template declares."""
    found = [template.resolve(item) for item in template.of_type("AWS::Lambda::EventSourceMapping").values()]
    return [
        Source(
            queue=item["EventSourceArn"].rsplit(":", 1)[-1],
            function=item["FunctionName"].split(":function:")[-1].split(":")[0],
            batch=int(item.get("BatchSize", 10)),
            window=int(item.get("MaximumBatchingWindowInSeconds", 0)) * 1000,
            partial="ReportBatchItemFailures" in item.get("FunctionResponseTypes", []),
        )
        for item in found
        if item.get("Enabled", True)
    ]


def queue_named(name: str) -> Queue:
    """moto's queue of this name."""
    return sqs_backends[ACCOUNT][REGION].get_queue(name)


class Poller:
    """Polls every queue in turn, as one worker."""

    def __init__(self, sources: Iterable[Source], lambdas: Lambdas, clock: Callable[[], int], *, patient: bool) -> None:
        self.sources = tuple(sources)
        self.lambdas = lambdas
        self.clock = clock
        self.patient = patient  # lets batches fill for as long as their windows say

    def poll(self) -> bool:
        """One batch of each queue that has one; whether there was any."""
        return self._round(patient=self.patient)

    def drain(self) -> None:
        """Polls until no message is visible, without waiting for a batch to fill."""
        while self._round(patient=False):
            pass

    def _round(self, *, patient: bool) -> bool:
        polled = [self._poll(source, patient=patient) for source in self.sources]  # each, whatever the first one had
        return any(polled)

    def next_visible(self) -> int | None:
        """When the next message that cannot be seen yet will be."""
        with lock:
            queues = {source.queue for source in self.sources}
            moments = [_visible_at(message) for name in queues for message in queue_named(name)._messages]
        return min(moments, default=None)

    def _poll(self, source: Source, *, patient: bool) -> bool:
        with lock:
            queue = queue_named(source.queue)
            if not queue._messages or (patient and self._fills(source, queue)):
                return False
            timeout: Any = queue.visibility_timeout  # type: ignore[attr-defined]  # moto sets it by name
            received = sqs_backends[ACCOUNT][REGION].receive_message(source.queue, source.batch, 0, timeout, ["All"])
        if not received:
            return False
        records = [_record(message, queue.queue_arn) for message in received]
        try:
            answer = self.lambdas.invoke(source.function, {"Records": records})
        except FunctionError as error:
            self.lambdas.log(f"{source.queue}: {error}")
            return True
        done = _done(received, answer) if source.partial else {message.id for message in received}
        with lock:
            _delete(queue, done)
        return True

    def _fills(self, source: Source, queue: Queue) -> bool:
        visible = queue.messages
        oldest = min((int(message.sent_timestamp or 0) for message in visible), default=0)
        return len(visible) < source.batch and self.clock() < oldest + source.window


def _visible_at(message: Message) -> int:
    return int(max(message.visible_at, message.delayed_until)) + 1


def _record(message: Message, arn: str) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if message.group_id:
        attributes["MessageGroupId"] = message.group_id
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def _done(received: list[Message], answer: Any) -> set[str]:
    """Which of a batch are finished; an answer that is no answer, or names an unknown id, fails them all."""
    ids = {message.id for message in received}
    if not answer:
        return ids
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if failures is None:
        return ids
    failed = {item.get("itemIdentifier") for item in failures}
    return ids - failed if failed <= ids else set()


def _delete(queue: Queue, ids: set[str]) -> None:
    kept: list[Message] = []
    for message in queue._messages:
        if message.id in ids:
            queue.pending_messages.discard(message)
            if len(queue.deleted_messages) > DELETED:
                queue.deleted_messages.clear()
            queue.deleted_messages.update(handle for handle in message.all_receipt_handles if handle)
        else:
            kept.append(message)
    queue._messages = kept
