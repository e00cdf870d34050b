"""Queues in memory deliver at least once, in no order, with visibility, retention and dead letters as template.yaml says."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from kairos.adapters.queues import SqsQueues
from kairos.service.ports import MessageRef, QueueRefused
from local.aws.template import Template
from tests.simulation.aws.faults import Entry, Fault, Faults
from tests.simulation.aws.mapping import Batch, Source, queues_of, settle, sources_of, take
from tests.simulation.aws.queues import Sqs

SECOND = 1000
DAY = 86_400 * SECOND


class Told(Faults):
    """Does as it is told."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def call(self, service: str, operation: str, request: Any) -> Fault | None:
        return self.answers.pop("fault", None)  # type: ignore[no-any-return]  # a test says what it wants

    def entries(self, service: str, operation: str, count: int) -> Any:
        return self.answers.pop("entries", {})

    def receive(self, queue: str, waiting: int, most: int) -> Sequence[int]:
        return range(min(waiting, most))[:: self.answers.get("step", 1)]

    def delivered_again(self, queue: str, body: str) -> bool:
        return bool(self.answers.get("again"))

    def stored_twice(self, queue: str, body: str) -> bool:
        return bool(self.answers.get("twice"))


@pytest.fixture(scope="module")
def template() -> Template:
    return Template(Path(__file__).parents[2] / "template.yaml", {})


class World:
    """The project's queues, and a clock."""

    def __init__(self, template: Template, faults: Faults) -> None:
        self.now = 0
        self.sqs = Sqs(queues_of(template), lambda: self.now, faults)
        self.source = next(source for source in sources_of(template) if source.queue == "SendQueue")
        self.queue = self.sqs.queues["SendQueue"]

    def put(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.put(self.queue, body)

    def round(self, *failed: str) -> list[str]:
        """One batch worked off, of which these bodies fail."""
        if (batch := take(self.sqs, self.source)) is None:
            return []
        records = batch.event["Records"]
        names = [{"itemIdentifier": r["messageId"]} for r in records if r["body"] in failed]
        settle(self.sqs, self.source, batch, {"batchItemFailures": names})
        return [record["body"] for record in records]


def taken(world: World) -> Batch:
    batch = take(world.sqs, world.source)
    assert batch
    return batch


@pytest.fixture
def world(template) -> World:
    return World(template, Told())


def test_queues_are_those_of_the_template(template) -> None:
    queues = queues_of(template)
    queue = queues["SendQueue"]
    assert (queue.visibility, queue.retention, queue.most_receipts) == (360 * SECOND, 7 * DAY, 10)
    assert queue.dead is queues["SendDlq"]
    assert queue.dead.retention == 14 * DAY
    assert Source("EventsQueue", "EvaluateFunction", 100, partial=True) in sources_of(template)


def test_what_failed_is_seen_again_when_its_visibility_ends(world) -> None:
    world.put("a", "b", "c")
    assert world.round("b") == ["a", "b", "c"]
    assert world.round() == []
    world.now = 360 * SECOND
    assert world.round() == ["b"]
    world.now *= 2
    assert world.round() == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, 0),
        ({}, 0),
        ({"batchItemFailures": None}, 0),
        ({"batchItemFailures": []}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "message-1"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, 2),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 2),
        ({"batchItemFailures": [{}]}, 2),
    ],
)
def test_what_an_answer_leaves_on_the_queue(world, answer: Any, left: int) -> None:
    world.put("a", "b")
    batch = taken(world)
    settle(world.sqs, world.source, batch, answer)
    assert len(world.queue.messages) == left


def test_whoever_answers_after_the_visibility_deletes_nothing_that_somebody_else_has(world) -> None:
    world.put("a")
    late = taken(world)
    world.now = 360 * SECOND
    again = taken(world)
    settle(world.sqs, world.source, late, {})
    assert [record["attributes"]["ApproximateReceiveCount"] for record in again.event["Records"]] == ["2"]
    assert len(world.queue.messages) == 1
    settle(world.sqs, world.source, again, {})
    assert not world.queue.messages


def test_ten_failures_make_a_dead_letter_that_can_be_redriven_after_thirteen_days(world) -> None:
    world.put("poison")
    for n in range(10):
        world.now = n * 360 * SECOND
        assert world.round("poison") == ["poison"]
    world.now += 360 * SECOND
    assert world.round() == []
    assert [message.body for message in world.queue.dead.messages] == ["poison"]
    world.now = 13 * DAY
    assert world.sqs.redrive(world.queue) == 1
    assert world.round() == ["poison"]


def test_a_dead_letter_is_as_old_as_its_message(world) -> None:
    world.put("poison")
    world.queue.messages[0].receipts = 10
    world.now = 6 * DAY
    assert world.round() == []
    world.now = 14 * DAY
    assert world.sqs.redrive(world.queue) == 0


def test_a_queue_forgets_after_a_week(world) -> None:
    world.put("a")
    world.now = 7 * DAY
    assert world.round() == []


@pytest.mark.parametrize("how", ["twice", "again"])
def test_a_message_comes_more_than_once(template, how: str) -> None:
    world = World(template, Told(**{how: True}))
    world.put("a")
    first = world.round()
    world.now = 360 * SECOND
    assert [*first, *world.round()] == ["a", "a"]


def adapter(world: World) -> SqsQueues:
    return SqsQueues(world.sqs, send=world.queue.url, sleep=lambda _: None)  # type: ignore[arg-type]  # as far as it goes


REFS = [MessageRef(f"customer-{n}", f"m{n}", "c", "k") for n in range(12)]


@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        ({}, 12),
        ({"entries": {0: Entry("InternalError"), 9: Entry("InternalError")}}, 12),
        ({"fault": Fault("RequestThrottled")}, 12),
        ({"fault": Fault("ReadTimeoutError", applied=True)}, 12 + 10),
    ],
)
def test_the_adapter_brings_all_of_them_onto_the_queue(template, answers: Any, sent: int) -> None:
    world = World(template, Told(**answers))
    adapter(world).put_messages(REFS)
    bodies = [json.loads(message.body)["message"] for message in world.queue.messages]
    assert set(bodies) == {ref.message for ref in REFS}
    assert len(bodies) == sent


def test_the_adapter_names_what_sqs_will_never_take(world) -> None:
    queues = SqsQueues(world.sqs, events=world.queue.url, sleep=lambda _: None)
    with pytest.raises(QueueRefused) as error:
        queues.put_events([{"a": "fine"}, {"a": "a" * 1024 * 1024}])
    assert error.value.indexes == (1,)
    assert len(world.queue.messages) == 1


def test_the_adapter_writes_what_sqs_does_not_take_in_another_way(world) -> None:
    told = {"a": "\ufffe, \uffff"}
    SqsQueues(world.sqs, events=world.queue.url).put_events([told])
    assert [json.loads(message.body) for message in world.queue.messages] == [told]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(n), "MessageBody": "a"} for n in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "1", "MessageBody": "a"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "a"}], "InvalidBatchEntryId"),
        ([{"Id": str(n), "MessageBody": "a" * 600_000} for n in range(2)], "BatchRequestTooLong"),
    ],
)
def test_a_batch_that_sqs_refuses_whole(world, entries: Any, code: str) -> None:
    with pytest.raises(ClientError) as error:
        world.sqs.send_message_batch(QueueUrl=world.queue.url, Entries=entries)
    assert error.value.response["Error"]["Code"] == f"AWS.SimpleQueueService.{code}"
