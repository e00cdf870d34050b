"""Codes through the whole system: imported, shown, told to the shop, handed in, and counted for the message that showed them."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from local.aws.sources import queue_named
from local.cli import kairos
from local.clock import VirtualClock, parse_moment
from local.stack import Stack
from tests.served import aws_port

Kairos = Callable[..., Result]
POLICY = """
brand: {name: Nordlys, email: "Nordlys <hello@nordlys.example>", postal_address: "Strandgade 12"}
timezone: Europe/Copenhagen
topics: {service: {transactional: true}}
publish: [coupon.issued]
"""
CAMPAIGN = """
status: live
topic: service
expires: 2h
trigger: {{event: {event}}}
goal: {{event: order.placed, within: 30d, value: properties.total, match: {{properties: {{redeemed: {{campaign: [{name}]}}}}}}}}
steps:
  - coupon: {{name: {name}, percent: 15, valid: 12h, {source}}}
  - send: {{channel: email, template: code}}
"""
MAIL = "---\nsubject: Code\n---\n<p>Code {{ coupon.code }} until {{ date(coupon.expires, 'HH:mm') }}.</p>\n"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "policy.yaml").write_text(POLICY)
    for name, event, source in (("made", "a", "code: 'SUMMER-{8}'"), ("pooled", "b", "pool: summer")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "campaign.yaml").write_text(CAMPAIGN.format(name=name, event=event, source=source))
        (tmp_path / name / "code.email.html").write_text(MAIL)
    made = Stack.start(campaigns=tmp_path, clock=VirtualClock(parse_moment("2026-05-04T08:00:00Z")))
    yield made
    made.stop()


@pytest.fixture
def command(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kairos]:
    with aws_port(stack.providers) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield lambda *arguments: CliRunner().invoke(kairos, ["coupons", *map(str, arguments)])


def happens(stack: Stack, kind: str, who: str, **properties: Any) -> None:
    event = {"type": kind, "properties": properties} | (
        {"customer": {"id": who, "email": f"{who}@shop.example"}} if who else {}
    )
    assert stack.post_events([event]).status == 202
    stack.settle()


def codes(stack: Stack) -> list[str]:
    return [re.findall(r"Code (\S+) until 22:00\.", message["text"])[0] for message in stack.messages()]


@pytest.fixture
def till(stack: Stack) -> Callable[[], list[dict[str, Any]]]:
    """What the shop's till hears on the bus, by a rule of its own."""
    bus = stack.physical("AWS::Events::EventBus")[0]
    sqs, events = stack.session.client("sqs"), stack.session.client("events")
    url = sqs.create_queue(QueueName="till")["QueueUrl"]
    pattern = json.dumps({"source": ["kairos"], "detail-type": ["coupon.issued"]})
    events.put_rule(Name="till", EventBusName=bus, EventPattern=pattern)
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule="till", EventBusName=bus, Targets=[{"Id": "till", "Arn": arn}])
    return lambda: [json.loads(message.body)["detail"] for message in queue_named("till").messages]


def goals(stack: Stack) -> list[str]:
    records = (line["record"] for line in stack.archive.lines() if "record" in line)
    return [record["campaign"] for record in records if record["outcome"] == "goal"]


def test_a_code_is_made_told_to_the_shop_handed_in_and_counted(stack: Stack, till: Callable[[], Any]) -> None:
    happens(stack, "a", "ada")
    happens(stack, "a", "bo")
    first, second = codes(stack)
    assert re.fullmatch("SUMMER-[2-9A-HJ-NP-Z]{8}", first)
    assert first != second
    assert [(one["code"], one["customer"]["id"], one["percent"]) for one in till()] == [
        (first, "ada", 15), (second, "bo", 15)
    ]  # fmt: skip
    assert till()[0]["expires"] == "2026-05-04T20:00:00+00:00"
    stack.advance("1h")
    happens(stack, "order.placed", "ada", total=50, coupon="SUMMER-MADEUP22")
    assert goals(stack) == []
    happens(stack, "order.placed", "ada", total=50, coupon=first.lower())
    assert goals(stack) == ["made"]
    orders = [line["event"] for line in stack.archive.lines() if line.get("event", {}).get("type") == "order.placed"]
    assert [order["properties"].get("redeemed", {}).get("message_id") for order in orders] == [
        None,
        stack.messages()[0]["id"],
    ]


def test_a_pool_s_codes_go_out_once_each_and_wait_for_more(stack: Stack, command: Kairos, tmp_path: Path) -> None:
    happens(stack, "b", "ada")
    assert stack.messages() == []
    assert stack.decisions()[-1]["reason"] == "no_coupon"
    file = tmp_path / "codes.csv"
    file.write_text("id,code\n1,SPRING-1\n2,SPRING-2\n")
    assert command("import", "summer", file).output.splitlines()[-1] == "summer: 2 new codes, 0 known already, 2 left"
    stack.advance("15m")
    happens(stack, "b", "bo")
    happens(stack, "b", "cy")
    sent = [re.findall(r"Code (\S+) ", message["text"])[0] for message in stack.messages()]
    assert sorted(sent) == ["SPRING-1", "SPRING-2"]
    assert command("left", "summer").output == "summer: 0 left\n"
    assert command("import", "summer", file).output.splitlines()[-1] == "summer: 0 new codes, 2 known already, 0 left"
    stack.advance("2h")
    refused = [(one["customer"], one["reason"]) for one in stack.decisions() if one["outcome"] == "refused"]
    assert refused == [("cy", "no_coupon")]


@pytest.mark.parametrize(
    ("text", "pool", "code", "said"),
    [
        ("A 1\n\nB-2\n<b>\n", "summer", 1, "codes.txt:4: no code: letters, digits, - and _, at most 64"),
        ("A" * 65, "summer", 1, "codes.txt:1: no code"),
        ("id,code\n1\n", "summer", 1, "codes.txt:2: no code"),
        ("A1\n", "sum mer", 2, "'sum mer' cannot be a pool"),
    ],
)
def test_a_file_with_something_else_in_it_is_not_imported(
    command: Kairos, tmp_path: Path, text: str, pool: str, code: int, said: str
) -> None:
    file = tmp_path / "codes.txt"
    file.write_text(text)
    ran = command("import", pool, file)
    assert ran.exit_code == code
    assert said in ran.output
    assert command("left", "summer").output == "summer: 0 left\n"
