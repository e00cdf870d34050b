"""What an event costs, counted on the project's own stack."""

import json
from collections import Counter
from typing import Any

import pytest

from local.aws.outbox import Sent
from local.stack import Stack

ONE_READ_ONE_WRITE = {"BatchGetItem": 1, "PutItem": 1}


class Meter:
    """DynamoDB requests and units between two looks."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._before: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.look()

    def look(self) -> tuple[dict[str, int], dict[str, float]]:
        """What has been spent since the last look."""
        self.stack.settle()
        costs = self.stack.costs()
        before = self._before
        self._before = Counter(costs["requests"].get("dynamodb", {})), Counter(costs["capacity"])
        requests, units = (Counter(now) for now in self._before)
        requests.subtract(before[0])
        units.subtract(before[1])
        return {k: v for k, v in requests.items() if v}, dict(units)


@pytest.fixture
def meter(whole: Stack) -> Meter:
    """Everything is warm: what is counted since when is known, the customer too."""
    whole.post_events([page(0)])
    return Meter(whole)


def page(n: int, kind: str = "page.viewed") -> dict[str, Any]:
    return {"id": f"p{n}", "type": kind, "customer": "anna", "properties": {"category": "toys"}}


def test_an_event_without_effects_costs_one_read_and_one_conditional_write(meter: Meter) -> None:
    meter.stack.post_events([page(1)])
    requests, units = meter.look()
    assert requests == ONE_READ_ONE_WRITE
    assert (units["read"], units["write"]) == (0.5, 1)


def test_ten_events_of_one_customer_in_one_batch_cost_the_same(meter: Meter) -> None:
    meter.stack.post_events([page(n) for n in range(1, 10)])
    requests, units = meter.look()
    assert requests == ONE_READ_ONE_WRITE
    assert (units["read"], units["write"]) == (0.5, 1)


def test_an_event_that_no_definition_refers_to_costs_nothing(meter: Meter) -> None:
    meter.stack.post_events([page(1, "video.watched")])
    requests, units = meter.look()
    assert requests == {}
    assert (units["read"], units["write"]) == (0, 0)


PARIS = {"timezone": "Europe/Paris", "locale": "fr"}


def test_where_somebody_is_costs_nothing_until_it_is_somewhere_else(meter: Meter) -> None:
    meter.stack.post_events([page(1) | {"context": PARIS}])
    meter.look()
    meter.stack.post_events([page(2) | {"context": PARIS}])
    assert meter.look()[0] == ONE_READ_ONE_WRITE
    meter.stack.post_events([page(3) | {"context": {"timezone": "Europe/London"}}])
    assert meter.look()[0] == {"BatchGetItem": 2, "TransactWriteItems": 1}  # the profile is read along, and written


def test_an_event_by_an_address_alone_costs_a_look_at_whose_it_is_once_a_batch(meter: Meter) -> None:
    meter.stack.request("PUT", "/v1/customers/ada", {"addresses": {"email": "ada@shop.example"}}, key="dev-admin-key")
    by_mail = [page(n) | {"customer": {"email": "ada@shop.example"}} for n in range(1, 4)]
    meter.stack.post_events(by_mail[:1])
    meter.look()
    meter.stack.post_events(by_mail[1:])
    requests, units = meter.look()
    assert requests == {"Query": 1, "BatchGetItem": 2, "PutItem": 1}
    assert (units["read"], units["write"]) == (1 + 6 * 0.5, 1), (
        "whose it is, her, who was known by it, and was forgotten"
    )


def segment(events: list[dict[str, Any]]) -> tuple[str, Any]:
    named = ({"type": "page", "messageId": e["id"], "userId": e["customer"], "category": "toys"} for e in events)
    return "/v1/batch", {"batch": list(named)}


@pytest.mark.parametrize("written", [lambda events: ("/v1/events", events), segment], ids=["events", "segment"])
def test_a_batch_of_a_hundred_is_one_request_ten_to_the_queue_and_none_to_the_table(whole: Stack, written: Any) -> None:
    path, body = written([page(n) for n in range(100)])
    whole.request("POST", *written([page(0)]))  # the worker knows its keys then
    whole.settle()
    before = whole.costs()
    assert whole.request("POST", path, body).status in (200, 202)
    after = whole.costs()
    spent = {
        service: {name: count - before["requests"].get(service, {}).get(name, 0) for name, count in operations.items()}
        for service, operations in after["requests"].items()
    }
    asked = {f"{s}.{name}": count for s, operations in spent.items() for name, count in operations.items() if count}
    assert asked == {"sqs.SendMessageBatch": 10}
    assert after["invocations"]["IngestFunction"] - before["invocations"]["IngestFunction"] == 1


def test_ten_deliveries_in_a_batch_cost_a_write_each_and_one_read_of_all(whole: Stack) -> None:
    topics, whole.providers._mail_topics = whole.providers._mail_topics, {}  # SES says nothing for now
    for number in range(11):
        addresses = {"email": f"c{number}@shop.example"}
        assert (
            whole.request("PUT", f"/v1/customers/c{number}", {"addresses": addresses}, key="dev-admin-key").status
            == 200
        )
        order = {"type": "order.placed", "customer": f"c{number}", "properties": {"order_id": str(number)}}
        assert whole.post_events([order]).status == 202
    whole.settle()
    whole.providers._mail_topics = topics
    first, *others = [delivered(sent) for sent in whole.providers.sent]
    tell(whole, [first])  # everything is warm then
    meter = Meter(whole)
    tell(whole, others)
    requests, units = meter.look()
    assert requests == {"UpdateItem": 10, "BatchGetItem": 1}
    assert (units["read"], units["write"]) == (10 * 0.5, 10)


def delivered(sent: Sent) -> dict[str, Any]:
    """As SES tells it."""
    stamp, tags = "2026-11-24T10:00:00.000Z", {name: [value] for name, value in sent.tags.items()}
    mail = {"messageId": sent.id, "timestamp": stamp, "tags": tags}
    return {"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": stamp, "recipients": [sent.to]}}


def tell(stack: Stack, said: list[dict[str, Any]]) -> None:
    """In one batch of the queue of feedback."""
    entries: Any = [{"Id": str(number), "MessageBody": json.dumps(one)} for number, one in enumerate(said)]
    queue = stack.template.resolve.known["BulkQueue"]
    stack.session.client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)
    stack.settle()
