"""The queues and event source mappings of template.yaml: batches handed to a function, and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from local.aws.template import ACCOUNT, REGION, Template
from tests.simulation.aws.queues import Message, Queue, Sqs


@dataclass(frozen=True, slots=True)
class Source:
    """A queue whose messages a function is invoked with. `partial`: the function may name those that failed."""

    queue: str
    function: str
    batch: int
    partial: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages under way to a function, each with the handle of this receipt."""

    queue: Queue
    messages: Sequence[Message]
    handles: Sequence[str]

    @property
    def event(self) -> dict[str, Any]:
        """As Lambda hands it over."""
        return {"Records": [_record(self.queue, message) for message in self.messages]}


def queues_of(template: Template) -> dict[str, Queue]:
    """Every queue by its logical id, dead-letter queues tied to theirs."""
    found = {name: _queue(name, properties) for name, properties in template.of_type("AWS::SQS::Queue").items()}
    for name, properties in template.of_type("AWS::SQS::Queue").items():
        if policy := properties.get("RedrivePolicy"):
            found[name].dead = found[_logical(policy["deadLetterTargetArn"])]
            found[name].most_receipts = int(policy["maxReceiveCount"])
    return found


def sources_of(template: Template) -> list[Source]:
    """The mappings of queues to functions, by logical ids."""
    return [
        Source(
            queue=_logical(one["EventSourceArn"]),
            function=_logical(one["FunctionName"]).removesuffix("Aliaslive"),
            batch=int(one.get("BatchSize", 10)),
            partial="ReportBatchItemFailures" in one.get("FunctionResponseTypes", ()),
        )
        for one in template.of_type("AWS::Lambda::EventSourceMapping").values()
    ]


def take(sqs: Sqs, source: Source) -> Batch | None:
    """The next batch, if a message is visible."""
    queue = sqs.queues[source.queue]
    messages = sqs.take(queue, source.batch)
    return Batch(queue, messages, [message.handle for message in messages]) if messages else None


def settle(sqs: Sqs, source: Source, batch: Batch, answer: Any) -> None:
    """Deletes what is done; the rest is seen again when its visibility ends. For a function that died: do not call it.

    An answer that names an unknown id, or none, fails the whole batch, as documented.
    """
    done = _done({message.id for message in batch.messages}, answer) if source.partial else None
    for message, handle in zip(batch.messages, batch.handles, strict=True):
        if done is None or message.id in done:
            sqs.delete(batch.queue, handle)


def _done(ids: set[str], answer: Any) -> set[str]:
    if not answer or answer.get("batchItemFailures") is None:
        return ids
    failed = {one.get("itemIdentifier") for one in answer["batchItemFailures"]}
    return ids - failed if failed <= ids else set()


def _queue(name: str, properties: Mapping[str, Any]) -> Queue:
    return Queue(
        name=name,
        url=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
        arn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        visibility=1000 * int(properties.get("VisibilityTimeout", 30)),
        retention=1000 * int(properties.get("MessageRetentionPeriod", _FOUR_DAYS)),
    )


def _logical(expression: Any) -> str:
    """Whose attribute or reference it is."""
    [(function, argument)] = expression.items()
    name: str = argument[0] if function == "Fn::GetAtt" else argument
    return name


def _record(queue: Queue, message: Message) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.receipts), "SentTimestamp": str(message.sent), "SenderId": "simulation",
        "ApproximateFirstReceiveTimestamp": str(message.first),
    }  # fmt: skip
    if message.group:
        attributes["MessageGroupId"] = message.group
    return {
        "messageId": message.id, "receiptHandle": message.handle, "body": message.body, "attributes": attributes,
        "messageAttributes": {}, "eventSource": "aws:sqs", "eventSourceARN": queue.arn, "awsRegion": REGION,
    }  # fmt: skip


_FOUR_DAYS: Final = 345_600
