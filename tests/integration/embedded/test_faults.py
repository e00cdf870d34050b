"""Calls that fail on demand, and sandboxes that die."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.aws.faults import BadFault, parse_fault
from local.stack import Stack

HANDLER = """
import os
import boto3
from botocore.config import Config

once = Config(retries={"total_max_attempts": 1})
mail, sns, table = (boto3.client(name, config=once) for name in ("sesv2", "sns", "dynamodb"))


def handler(event, context):
    try:
        if event["body"] == "mail":
            mail.send_email(
                FromEmailAddress="a@nordlys.example", Destination={"ToAddresses": ["b@c.example"]},
                Content={"Raw": {"Data": b"Subject: Hi\\r\\n\\r\\nHello"}},
            )
        if event["body"] == "text":
            sns.publish(PhoneNumber="+4512345678", Message="hi")
        if event["body"] == "put":
            table.put_item(TableName=os.environ["TABLE"], Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    except Exception as error:
        answer = getattr(error, "response", None) or {}
        return {"statusCode": 200, "body": answer.get("Error", {}).get("Code", type(error).__name__)}
    return {"statusCode": 200, "body": "done"}
"""


@pytest.fixture
def stack(system: Callable[[str], Stack]) -> Stack:
    return system(HANDLER)


def call(stack: Stack, what: str) -> str:
    return stack.request("POST", "/echo/x", what.encode(), {"content-type": "text/plain"}).body.decode()


@pytest.mark.parametrize(
    ("service", "operation", "what", "error", "seen"),
    [
        ("ses", "SendEmail", "mail", "TooManyRequestsException", "TooManyRequestsException"),
        ("sesv2", "SendEmail", "mail", "MailFromDomainNotVerifiedException", "MailFromDomainNotVerifiedException"),
        ("ses", "SendEmail", "mail", "timeout", "ReadTimeoutError"),
        ("ses", "SendEmail", "mail", "reset", "ConnectionClosedError"),
        ("sns", "Publish", "text", "Throttled", "Throttled"),
        ("dynamodb", "PutItem", "put", "RequestLimitExceeded", "RequestLimitExceeded"),
    ],
)  # fmt: skip
def test_the_next_calls_fail_as_told_and_the_one_after_does_not(
    stack: Stack, service: str, operation: str, what: str, error: str, seen: str
) -> None:
    stack.fail(service, operation, error, times=2)
    assert [call(stack, what) for _ in range(3)] == [seen, seen, "done"]


def test_an_answer_that_is_lost_leaves_the_mail_sent(stack: Stack) -> None:
    stack.fail("ses", "SendEmail", "timeout", applied=True)
    assert call(stack, "mail") == "ReadTimeoutError"
    assert [message["to"] for message in stack.messages()] == ["b@c.example"]


def test_a_call_that_failed_sent_nothing(stack: Stack) -> None:
    stack.fail("ses", "SendEmail", "timeout")
    assert (call(stack, "mail"), stack.messages()) == ("ReadTimeoutError", [])


@pytest.mark.parametrize(("when", "written"), [("before", False), ("after", True)])
def test_a_sandbox_dies_before_or_after_its_call(stack: Stack, when: Any, written: bool) -> None:
    stack.kill("Function", 1, when)
    assert stack.request("POST", "/echo/x", b"put", {"content-type": "text/plain"}).status == 500
    assert bool(stack.table.items) is written


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([], ""),
        ({}, "service"),
        ({"service": "ses"}, "operation"),
        ({"service": "ses", "operation": "SendEmail"}, "error"),
        ({"service": "nope", "operation": "SendEmail", "error": "x"}, "service"),
        ({"service": "ses", "operation": "SendMail", "error": "x"}, "operation"),
        ({"service": "ses", "operation": "SendEmail", "error": "x", "times": 0}, "times"),
        ({"service": "ses", "operation": "SendEmail", "error": "x", "times": True}, "times"),
        ({"service": "ses", "operation": "SendEmail", "error": "x", "applied": 1}, "applied"),
        ({"service": "ses", "operation": "SendEmail", "error": "x", "time": 1}, "time"),
    ],
)
def test_a_fault_that_cannot_be_names_its_field(given: Any, field: str) -> None:
    with pytest.raises(BadFault) as caught:
        parse_fault(json.loads(json.dumps(given)))
    assert caught.value.field == field
