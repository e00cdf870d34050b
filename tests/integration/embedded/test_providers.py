"""What the simulated providers keep and report."""

import json

import pytest

from local.aws.sources import queue_named
from local.stack import Stack


def reports(stack: Stack) -> list[dict[str, object]]:
    queue = queue_named(stack.template.resolve.attributes["Feedback", "QueueName"])
    return [json.loads(json.loads(message.body)["Message"]) for message in queue.messages]


def send(stack: Stack, to: str) -> None:
    url = stack.template.resolve.known["Queue"]
    stack.session.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"mail": to}))
    stack.settle()


@pytest.mark.parametrize(
    ("to", "kinds"),
    [
        ("anna@shop.example", ["Send", "Delivery"]),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"]),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"]),
        ("complaint+7@simulator.amazonses.com", ["Send", "Delivery", "Complaint"]),
    ],
)
def test_ses_reports_over_its_topic_what_becomes_of_a_mail(stack: Stack, to: str, kinds: list[str]) -> None:
    send(stack, to)
    found = reports(stack)
    assert [report["eventType"] for report in found] == kinds
    for report in found:
        assert report["mail"]["tags"]["campaign"] == ["welcome"]  # type: ignore[index]  # as in SES's documentation
        assert report["mail"]["timestamp"] == "2026-05-01T10:00:00.000Z"  # type: ignore[index]  # as in SES's documentation


def test_an_accepted_mail_is_listed_as_its_recipient_has_it(stack: Stack) -> None:
    send(stack, "anna@shop.example")
    [message] = stack.messages()
    assert message["time"] == "2026-05-01T10:00:00Z"
    assert (message["channel"], message["to"], message["provider"]) == ("email", "anna@shop.example", "ses")
    assert (message["subject"], message["text"].strip(), message["campaign"]) == ("Hi", "Hello", "welcome")
