"""What goes wrong on a game day: each breaks the stack, rings an alarm, and can be put right by the runbook."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.stack import Stack

ADMIN: Final = "dev-admin-key"


@dataclass(frozen=True)
class Repair:
    """What is not a command of ours: a deployment, a switch at AWS."""

    caption: str
    act: Callable[[Stack], None]


@dataclass(frozen=True)
class Scenario:
    """`remedy`: the commands (and repairs) that the runbook asks for; `after`: how long until all is well again."""

    name: str
    story: str
    alarm: str
    breaks: Callable[[Stack], None]
    remedy: tuple[tuple[str, ...] | Repair, ...]
    check: Callable[[Stack], list[str]]
    after: str = "1h"


def customers(stack: Stack, count: int, prefix: str) -> list[str]:
    """So many, reachable by mail, who want offers."""
    names = [f"{prefix}{number:02}" for number in range(count)]
    for who in names:
        body = {
            "addresses": {"email": f"{who}@shop.example"},
            "consents": [{"topic": "offers", "channel": "email", "state": "granted"}],
        }
        stack.request("PUT", f"/v1/customers/{who}", body, key=ADMIN)
    return names


def register(stack: Stack, names: list[str]) -> None:
    """Each is due a welcome, which is transactional."""
    stack.post_events([{"type": "customer.registered", "customer": who, "id": f"r-{who}"} for who in names])


def fill_carts(stack: Stack, names: list[str]) -> None:
    """Each is due a reminder in an hour, which is marketing."""
    items: list[dict[str, Any]] = [{"name": "Lamp", "quantity": 1, "price": 99.0}]
    carts = [{"cart_id": f"c-{who}", "total": 99.0, "items": items} for who in names]
    events = zip(names, carts, strict=True)
    stack.post_events([{"type": "cart.updated", "customer": who, "properties": cart} for who, cart in events])


def received(stack: Stack, campaign: str) -> Counter[str]:
    return Counter(m["customer"] for m in stack.messages() if m["campaign"] == campaign)


def _everybody_once(campaign: str, names: list[str]) -> Callable[[Stack], list[str]]:
    def check(stack: Stack) -> list[str]:
        got = received(stack, campaign)
        return [f"{who} got {got[who]} messages of {campaign}, not 1" for who in names if got[who] != 1]

    return check


def _throttle(stack: Stack) -> None:
    register(stack, customers(stack, 5, "ada"))
    stack.fail("dynamodb", "BatchGetItem", "ProvisionedThroughputExceededException", times=1_000_000)
    stack.advance("90m")
    stack.gateway.faults.waiting.clear()


BROKEN: Final = b"written by newer code"
_kept: dict[str, Any] = {}


def _poison(stack: Stack) -> None:
    """A release wrote states that this one cannot read."""
    [who, *others] = customers(stack, 3, "bo")
    client, key = stack.session.client("dynamodb"), {"pk": {"S": f"C#{who}"}, "sk": {"S": "S"}}
    _kept["item"] = client.get_item(TableName=stack.table.name, Key=key)["Item"]
    client.put_item(TableName=stack.table.name, Item={**_kept["item"], "body": {"B": BROKEN}})
    register(stack, [who, *others])
    stack.advance("90m")


def _read_again(stack: Stack) -> None:
    stack.session.client("dynamodb").put_item(TableName=stack.table.name, Item=_kept["item"])


BACKUP: Final = "kairos-backup"
WELL: Final = "2026-05-04T08:10:00Z"
"""When the backup is of: ten minutes into the day."""


def _spoil(stack: Stack) -> None:
    """A script wrote nonsense over every state; what point-in-time recovery will find is put aside before."""
    client, names = stack.session.client("dynamodb"), customers(stack, 4, "hal")
    register(stack, names)
    stack.advance("10m")
    fill_carts(stack, names[:1])
    client.restore_table_to_point_in_time(
        SourceTableName=stack.table.name, TargetTableName=BACKUP, UseLatestRestorableTime=True
    )
    stack.advance("1m")
    fill_carts(stack, names[1:2])
    stack.settle()
    for who in names:
        client.update_item(
            TableName=stack.table.name, Key={"pk": {"S": f"C#{who}"}, "sk": {"S": "S"}},
            UpdateExpression="SET body = :nonsense", ExpressionAttributeValues={":nonsense": {"B": b"nonsense"}},
        )  # fmt: skip
    stack.post_events([{"type": "page.viewed", "customer": who, "properties": {"category": "toys"}} for who in names])
    stack.advance("91m")


def _time_out(stack: Stack) -> None:
    """The provider takes mails and answers none, then takes none any more; ten people are due in twenty minutes."""
    fill_carts(stack, customers(stack, 25, "cy"))
    stack.advance("20m")
    fill_carts(stack, customers(stack, 10, "dot"))
    stack.fail("ses", "SendEmail", "timeout", times=25, applied=True)
    stack.fail("ses", "SendEmail", "timeout", times=1_000_000)
    stack.advance("41m")


def _answer_again(stack: Stack) -> None:
    stack.advance("30m")
    stack.gateway.faults.waiting.clear()


def _pause(stack: Stack) -> None:
    stack.fail("ses", "SendEmail", "SendingPausedException")
    register(stack, customers(stack, 3, "di"))
    stack.settle()


def _lose_the_minute(stack: Stack) -> None:
    """No queue takes what was decided, and nobody sweeps."""
    names = customers(stack, 4, "eva")
    _kept["schedules"], stack.player.schedules = stack.player.schedules, ()
    fill_carts(stack, names)
    stack.advance("2h")


def _sweep_again(stack: Stack) -> None:
    stack.player.schedules = _kept["schedules"]


def _names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number:02}" for number in range(count)]


HOT: Final = "hot_customer"


def _spam(stack: Stack) -> None:
    url = stack.template.resolve.known["EventsQueue"]
    sqs = stack.session.client("sqs")
    for number in range(120):
        sqs.send_message(QueueUrl=url, MessageBody=f"<order>{number}</order>")
    [fay, gil] = [*customers(stack, 1, "fay"), *customers(stack, 1, "gil")]
    register(stack, [fay])
    signed_up = {
        "id": f"r-{gil}",
        "source": "shop",
        "detail-type": "customer.registered",
        "detail": {"customer": {"id": gil}},
    }
    said = {"reason": HOT, "message": "is in endless conflict with other writers", "body": json.dumps(signed_up)}
    sqs.send_message(QueueUrl=stack.template.resolve.known["RejectedQueue"], MessageBody=json.dumps(said))
    stack.settle()


SCENARIOS: Final = (
    Scenario(
        "throttled-table", "Five people registered while the table took nothing for an hour and a half. It is well again.",
        "EventsDlqDepth", _throttle, (("dlq", "list"), ("dlq", "redrive", "events")),
        _everybody_once("welcome", _names("ada", 5)),
    ),
    Scenario(
        "poisoned-state", "A release wrote a customer's state in a form that the one before it, now back, cannot read.",
        "EventsDlqDepth", _poison,
        (
            ("dlq", "show", "events"), Repair("deploy the code that can read it", _read_again),
            ("dlq", "redrive", "events"), ("dlq", "redrive", "bulk"),
        ),
        _everybody_once("welcome", _names("bo", 3)),
    ),
    Scenario(
        "spoilt-states", f"A script has written nonsense over every customer's state; at {WELL} all was well.",
        "EventsDlqDepth", _spoil,
        (
            ("dlq", "list"), Repair(f"recover the table of {WELL} as {BACKUP}", lambda stack: None),
            ("restore", "--from", BACKUP, "--at", WELL, "--yes"), ("resume",),
            Repair("wait: what was in its tenth try dies only now", lambda stack: stack.advance("15m")),
            ("dlq", "redrive", "events"), ("dlq", "redrive", "bulk"),
        ),
        lambda stack: [
            *_everybody_once("welcome", _names("hal", 4))(stack),
            *_everybody_once("abandoned-cart", _names("hal", 2))(stack),
        ],
    ),
    Scenario(
        "silent-provider", "SES has taken reminders to twenty-five people, and answers nothing. Ten more are due in twenty minutes.",
        "InDoubt", _time_out,
        (
            ("stop", "--channel", "email"), Repair("wait for SES, which is well again in half an hour", _answer_again),
            ("resume", "--channel", "email"),
        ),
        _everybody_once("abandoned-cart", [*_names("cy", 25), *_names("dot", 10)]),
    ),
    Scenario(
        "paused-account", "SES has paused the account, and taken the pause back after a word with its support.",
        "CircuitOpened", _pause, (("resume", "--channel", "email"),), _everybody_once("welcome", _names("di", 3)), "1m",
    ),
    Scenario(
        "lost-minute", "Four people left carts two hours ago; the rule that wakes the sweep is disabled.",
        "SweepSilent", _lose_the_minute, (Repair("enable the rule", _sweep_again),),
        _everybody_once("abandoned-cart", _names("eva", 4)),
    ),
    Scenario(
        "garbage", "Somebody puts orders in XML on the queue; others go on as ever, and one thing among them is still wanted.",
        "RejectedDepth", _spam,
        (
            ("rejected", "list"), ("rejected", "replay", "--all", "--reason", HOT),
            ("rejected", "drop", "--all", "--reason", "bad_json", "--yes"),
        ),
        _everybody_once("welcome", [*_names("fay", 1), *_names("gil", 1)]),
    ),
)  # fmt: skip
