"""Event source mappings, schedules and the bus, on a clock that stands still."""

from typing import Any

from local.aws.sources import queue_named
from local.clock import VirtualClock
from local.stack import Stack


def seen(stack: Stack) -> list[Any]:
    return list(stack.lambdas.module("Function").seen)


def minutes(stack: Stack) -> list[str]:
    return list(stack.lambdas.module("Function").minutes)


def queue(stack: Stack, name: str) -> Any:
    return queue_named(stack.template.resolve.attributes[name, "QueueName"])


def test_an_event_on_the_bus_reaches_the_function_with_the_clocks_time(stack: Stack, clock: VirtualClock) -> None:
    stack.put_events([("cart.updated", {"total": 3})])
    stack.settle()
    [(body, count, sent)] = seen(stack)
    assert body["detail-type"] == "cart.updated"
    assert body["time"] == "2026-05-01T10:00:00Z"
    assert (count, sent) == (1, clock.now)


def test_our_own_events_do_not_come_back_from_the_bus(stack: Stack) -> None:
    stack.put_events([("message.sent", {"a": 1})], source="kairos")
    stack.settle()
    assert seen(stack) == []


def test_only_what_the_function_names_as_failed_comes_again_after_the_visibility_timeout(stack: Stack) -> None:
    sqs, url = stack.session.client("sqs"), stack.template.resolve.known["Queue"]
    sqs.send_message(QueueUrl=url, MessageBody='{"n": 1}')
    sqs.send_message(QueueUrl=url, MessageBody='{"n": 2, "fails": true}')
    stack.settle()
    assert [body["n"] for body, _, _ in seen(stack)] == [1, 2]
    stack.advance("59s")
    assert len(seen(stack)) == 2
    stack.advance("2s")
    assert [(body["n"], count) for body, count, _ in seen(stack)] == [(1, 1), (2, 1), (2, 2)]


def test_what_fails_three_times_is_in_the_dead_letter_queue(stack: Stack) -> None:
    sqs, url = stack.session.client("sqs"), stack.template.resolve.known["Queue"]
    sqs.send_message(QueueUrl=url, MessageBody='{"fails": true}')
    stack.advance("10m")
    assert len(seen(stack)) == 3
    assert len(queue(stack, "Dlq").messages) == 1
    assert queue(stack, "Queue").messages == []


def test_what_is_older_than_its_queue_keeps_it_is_gone_and_hides_nothing(stack: Stack) -> None:
    sqs, url = stack.session.client("sqs"), stack.template.resolve.known["Dlq"]
    sqs.send_message(QueueUrl=url, MessageBody="old")
    stack.advance("3d")
    sqs.send_message(QueueUrl=url, MessageBody="new")
    stack.advance("2d")
    (found,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert found["Body"] == "new"


def test_a_killed_sandbox_leaves_its_batch_to_the_next_one(stack: Stack) -> None:
    sqs, url = stack.session.client("sqs"), stack.template.resolve.known["Queue"]
    item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    sqs.send_message(QueueUrl=url, MessageBody='{"put": {"pk": {"S": "a"}, "sk": {"S": "b"}}}')
    stack.kill("Function", 1, "before")
    stack.settle()
    assert stack.session.client("dynamodb").get_item(TableName=stack.table.name, Key=item).get("Item") is None
    stack.advance("2m")
    assert stack.session.client("dynamodb").get_item(TableName=stack.table.name, Key=item)["Item"] == item


def test_the_schedule_runs_in_the_minutes_in_which_something_is_due_and_in_no_other(stack: Stack) -> None:
    stack.advance("1m")
    assert minutes(stack) == ["2026-05-01T10:00:00Z"]  # the minute that is over as time begins to move
    due = {"due_shard": {"S": "0"}, "pk": {"S": "a"}, "sk": {"S": "b"}}
    moment = stack.clock() + 3_600_000 + 90_500
    stack.session.client("dynamodb").put_item(TableName=stack.table.name, Item={**due, "due_at": {"N": str(moment)}})
    stack.advance("1h")
    assert minutes(stack)[1:] == []
    stack.advance("30d")
    assert minutes(stack)[1:] == ["2026-05-01T11:03:00Z"]


def test_a_time_that_is_already_past_is_worked_off_by_settling(stack: Stack) -> None:
    item = {"due_shard": {"S": "0"}, "pk": {"S": "a"}, "sk": {"S": "b"}, "due_at": {"N": "5"}}
    stack.session.client("dynamodb").put_item(TableName=stack.table.name, Item=item)
    stack.settle()
    assert minutes(stack) == ["2026-05-01T10:00:00Z"]
