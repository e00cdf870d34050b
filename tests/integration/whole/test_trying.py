"""`kairos send-test`: as the stack would send it, marked, and known to nobody afterwards."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from local.aws.sources import queue_named
from local.stack import Stack

Kairos = Callable[..., Result]
BASE = "http://127.0.0.1:8080"


def tried(command: Kairos, *arguments: str) -> Result:
    ran = command("send-test", *arguments)
    assert ran.exit_code == 0, ran.output
    return ran


def known(stack: Stack) -> list[Any]:
    """Everything that stands anywhere of anybody, and what waits."""
    stack.settle()
    stack.advance("30m")
    items = [name for key in stack.table.items if (name := str(key.value))[0] not in "KF"]  # stops; a deployment
    waiting = [name for name in ("RejectedQueue", "EventsDlq", "BulkDlq") if lies_in(stack, name)]
    return [*items, *stack.archive.lines(), *stack.decisions(), *waiting]


def lies_in(stack: Stack, part: str) -> int:
    return len(queue_named(stack.template.resolve.attributes[part, "QueueName"])._messages)


def test_a_mail_to_try_is_marked_works_and_leaves_nothing(whole: Stack, command: Kairos) -> None:
    said = tried(command, "abandoned-cart", "--to", "me@shop.example", "--template", "offer", "--locale", "da")
    (message,) = whole.messages()
    assert said.output.startswith("sent: offer · email · to me@shop.example (")
    assert message["subject"] == "[TEST] 15 % på det, der ligger i din kurv"
    assert (message["headers"]["X-Kairos-Test"], message["customer"], message["to"]) == ("1", "", "me@shop.example")
    leave = message["headers"]["List-Unsubscribe"].strip("<>").removeprefix(BASE)
    (link,) = re.findall(rf"{BASE}(/l/[\w-]+)", message["text"])
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert whole.request("GET", leave).status == 200
    assert whole.request("POST", leave, b"List-Unsubscribe=One-Click", form).status == 200
    assert whole.request("GET", link).headers["location"].startswith("https://nordlys.example/cart/")
    assert known(whole) == []


def test_the_answer_that_is_tried_is_nobody_s(whole: Stack, command: Kairos) -> None:
    tried(command, "toys-interest", "--to", "me@shop.example")
    (message,) = whole.messages()
    answers = re.findall(rf"{BASE}(/l/[\w-]+)", message["text"])
    assert {whole.request(method, answers[0]).status for method in ("GET", "POST")} == {200}
    assert known(whole) == []


@pytest.mark.parametrize("address", ["bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com"])
def test_what_the_provider_says_of_a_test_closes_no_address_and_counts_for_nothing(
    whole: Stack, command: Kairos, address: str
) -> None:
    tried(command, "welcome", "--to", address)
    assert known(whole) == []


def test_every_channel_can_be_tried(whole: Stack, command: Kairos) -> None:
    arn = whole.register_device("token")
    tried(command, "frost", "--to", "+4520123456")
    tried(command, "frost", "--to", arn)
    text, push = whole.messages()
    assert (text["channel"], text["to"]) == ("sms", "+4520123456")
    assert text["text"].startswith("[TEST] Nordlys: frost")
    assert (push["channel"], push["to"]) == ("push", arn)
    assert push["subject"].startswith("[TEST] ")
    assert known(whole) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("frost", "--to", "nobody"), 2, "an e-mail address, a phone number such as +4520123456, or a push endpoint's ARN"),
        (("frost", "--to", "me@shop.example"), 2, "frost has no template for email"),
        (("gone", "--to", "me@shop.example"), 2, "there is no campaign 'gone'"),
        (("welcome", "--to", "me@shop.example", "--template", "x"), 2, "welcome has no template 'x' for email, only account, newsletter"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_said(command: Kairos, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = command("send-test", *arguments)
    assert ran.exit_code == code
    assert said in " ".join(ran.output.split())


def test_where_nothing_answers_that_is_said(command: Kairos, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    ran = command("send-test", "welcome", "--to", "me@shop.example")
    assert (ran.exit_code, "kairos dev at http://127.0.0.1:1 does not answer" in ran.output) == (1, True)
