"""Calls that are refused, lost, or carried out and reported lost; workers that die or run late; letters that come again."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from click.testing import Result

from local.clock import MINUTE, iso
from tests.faults.shop import Shop, cart, counted, event

Kairos = Callable[..., Result]

WELCOME: Final = "welcome send.mail email"
LETTER: Final = "letter send.mail email"

CALLS: Final[dict[tuple[str, str], str]] = {
    ("dynamodb", "BatchGetItem"): "ProvisionedThroughputExceededException",
    ("dynamodb", "DeleteItem"): "ThrottlingException",
    ("dynamodb", "PutItem"): "ProvisionedThroughputExceededException",
    ("dynamodb", "Query"): "ProvisionedThroughputExceededException",
    ("dynamodb", "Scan"): "ProvisionedThroughputExceededException",
    ("dynamodb", "TransactWriteItems"): "ThrottlingException",
    ("dynamodb", "UpdateItem"): "RequestLimitExceeded",
    ("events", "PutEvents"): "ThrottlingException",
    ("firehose", "PutRecord"): "ServiceUnavailableException",
    ("pinpoint", "SendMessages"): "TooManyRequestsException",
    ("ses", "SendEmail"): "TooManyRequestsException",
    ("sns", "Publish"): "Throttled",
    ("sqs", "GetQueueAttributes"): "RequestThrottled",
    ("sqs", "SendMessageBatch"): "RequestThrottled",
}
"""Everything that a shop's life asks of AWS, and how AWS says that it is too much."""


PROVIDERS: Final = {"push": "end_user_messaging"}


def life(shop: Shop, who: str) -> list[str]:
    """One of everything; what came of it."""
    shop.know(who, region=f"{who}-south")
    shop.put(who, attributes={"region": who})
    shop.post(event("weather.frost", None, f"{who}-frost", region=who, date=who))
    kinds = ("signup", "text.wanted", "push.wanted", "letter.wanted", "told")
    shop.post(cart(who, f"{who}-cart"), *(event(kind, who, f"{who}-{kind}") for kind in kinds))
    shop.stack.advance("90m")
    shop.heals()
    shop.stack.advance("20h")
    return sorted(shop.sent(who))


EXPECTED: Final = sorted([
    WELCOME, LETTER, "text send.short sms", "push send.note push", "frost send.mail email",
    "cart send.mail email", "cart send.later email",
])  # fmt: skip


def test_what_a_life_asks_of_aws_is_listed(shop: Shop) -> None:
    assert life(shop, "whole") == EXPECTED
    asked = {(service, name) for service, names in shop.stack.costs()["requests"].items() for name in names}
    assert asked == CALLS.keys() | {("secretsmanager", "GetSecretValue"), ("ses", "GetAccount")}, (
        "and these at a cold start"
    )


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_throttled_anywhere_everything_goes_out_once_and_nothing_is_lost(shop: Shop, call: tuple[str, str]) -> None:
    """Twelve calls are more than anybody makes at once: it is done later, by whoever comes next."""
    shop.fails(*call, CALLS[call], times=12)
    assert life(shop, "-".join(call).lower()) == EXPECTED


@pytest.mark.parametrize(
    ("error", "applied"), [("timeout", True), ("timeout", False), ("reset", True), ("InternalServerError", True)]
)
def test_a_write_of_which_nobody_knows_whether_it_happened_happens_once(shop: Shop, error: str, applied: bool) -> None:
    """Every kind of write, until its client stops asking again; carried out each time, or never."""
    for call in ("PutItem", "TransactWriteItems", "UpdateItem", "DeleteItem"):
        shop.fails("dynamodb", call, error, times=3, applied=applied)
    for service, call in (("sqs", "SendMessageBatch"), ("firehose", "PutRecord")):
        shop.fails(service, call, error, times=3, applied=applied)
    assert life(shop, who := f"lost-{error.lower()}-{applied}".lower()) == EXPECTED
    assert counted(status for status, _ in shop.messages(who)) == {"sent": len(EXPECTED) + 1}, "and what was emitted"


def test_of_a_batch_only_what_failed_comes_again(shop: Shop) -> None:
    names = [shop.know(f"ann{n}") for n in range(10)]
    client, key = shop.stack.session.client("dynamodb"), {"pk": {"S": "C#ann4"}, "sk": {"S": "S"}}
    good = client.get_item(TableName=shop.stack.table.name, Key=key)["Item"]
    client.put_item(TableName=shop.stack.table.name, Item={**good, "body": {"B": b"\xff"}})
    shop.hear(*(event("signup", who, f"{who}-1") for who in names))
    assert [shop.sent(who) for who in names] == [[WELCOME] if who != "ann4" else [] for who in names]
    [left] = shop.lying("EventsQueue")
    assert json.loads(left)["event"]["id"] == "ann4-1"
    client.put_item(TableName=shop.stack.table.name, Item=good)
    shop.stack.advance("7m")
    assert (shop.sent("ann4"), shop.lying("EventsQueue")) == ([WELCOME], [])
    assert sum(one["id"] == "ann3-1" for one in shop.archived()) == 1, "the others were not told again"


@pytest.mark.parametrize("function", ["EvaluateFunction", "DeliverFunction"])
def test_a_worker_that_times_out_within_a_batch_is_followed_by_one_that_ends_it(shop: Shop, function: str) -> None:
    """At each of its calls. Only who dies between claim and provider leaves a message that never goes: nobody can know it."""
    given_up = []
    for call in range(1, 30):
        seen = shop.during(function, call, lambda: None)
        names = [shop.know(f"tim-{function}-{call}-{n}".lower()) for n in range(2)]
        shop.stack.kill(function, call, "after")
        shop.hear(*(event("letter.wanted", who, f"{who}-1") for who in names))
        shop.stack.advance("20m")
        met = not shop.stack.gateway.faults.deaths
        shop.heals()
        for who in names:
            [(status, _)] = shop.messages(who)
            assert (status, shop.sent(who)) in (("sent", [LETTER]), ("given_up", [])), seen
            given_up += [seen[-1]] if status == "given_up" else []
        if not met:
            break
    assert 4 < call < 29, "there was an end to it"
    claimed = set(given_up) - {"ses.GetAccount"}  # asked in between, once in five minutes
    assert claimed == ({"dynamodb.TransactWriteItems"} if function == "DeliverFunction" else set())


@pytest.mark.parametrize("function", ["EvaluateFunction", "DeliverFunction"])
def test_a_batch_that_becomes_visible_again_while_it_is_worked_on_is_done_once(shop: Shop, function: str) -> None:
    """At each call of the first worker, a second one with the same batch overtakes it."""

    def overtake() -> None:
        shop.stack.lambdas._loaded.pop(function)  # another sandbox
        vars(shop.stack.clock)["now"] += 7 * MINUTE
        shop.stack.player.poller.drain()

    for call in range(1, 30):
        names = [shop.know(f"vic-{function}-{call}-{n}".lower()) for n in range(2)]
        seen = shop.during(function, call, overtake)
        shop.hear(*(event("letter.wanted", who, f"{who}-1") for who in names))
        shop.stack.gateway.witness = None
        shop.stack.advance("20m")
        assert [shop.sent(who) for who in names] == [[LETTER]] * 2, seen
        assert [shop.messages(who) for who in names] == [[("sent", "")]] * 2, seen
        if len(seen) < call:
            return
    raise AssertionError("there was always another call to be overtaken at")


def test_a_dead_letter_that_is_redriven_after_thirteen_days_counts_and_sends_nothing_stale(
    shop: Shop, command: Kairos
) -> None:
    shop.know("wim")
    shop.fails("dynamodb", "BatchGetItem", "ProvisionedThroughputExceededException", times=100_000)
    consent = {"topic": "tips", "channel": "email", "state": "granted"}
    form = event("form.filled", "wim", "wim-3") | {"consents": [consent]}
    shop.hear(event("signup", "wim", "wim-1"), cart("wim", "wim-2"), form)
    filled = iso(shop.now)[:16]
    shop.stack.advance("90m")
    shop.heals()
    assert (len(shop.lying("EventsDlq")), shop.sent("wim"), shop.lying("RejectedQueue")) == (3, [], [])
    shop.stack.advance("13d")
    assert command("dlq", "redrive", "events").exit_code == 0
    shop.stack.advance("1d")
    assert (shop.sent("wim"), shop.lying("EventsDlq")) == ([], [])
    assert sorted(shop.decided("wim")) == ["cart refused expired", "welcome refused expired"]
    [tips] = [said for said in shop.get("wim")["consents"] if said["topic"] == "tips"]
    assert (tips["state"], tips["time"][:16]) == ("granted", filled)


def test_a_replayed_archive_changes_nothing(shop: Shop) -> None:
    """Ours, which goes onto the queue as it lies there, and EventBridge's, which puts everything on the bus again."""
    assert life(shop, "xan") == EXPECTED
    told = [event("page.viewed", "xan", f"xan-p{n}") for n in range(5)]
    shop.stack.put_events([(one["type"], {**one, "customer": {"id": "xan"}}) for one in told])
    shop.stack.advance("2d")
    before, known = items_of(shop, "xan"), shop.get("xan")
    mine = [one for one in shop.archived() if (one["customer"] or {}).get("id") == "xan"]
    for one in mine:
        shop.letter("EventsQueue", {"kairos": "event", "event": one})
    shop.stack.put_events([(one["type"], {**one, "customer": {"id": "xan"}}) for one in told])
    shop.stack.advance("2d")
    assert len(mine) > 15
    assert sorted(shop.sent("xan")) == EXPECTED
    assert (items_of(shop, "xan"), shop.get("xan")) == (before, known)


def items_of(shop: Shop, who: str) -> list[dict[str, Any]]:
    """Profile, entries, messages, evidence: all but the state, which may forget what is over."""
    return [item for item in shop.items() if item["pk"]["S"] == f"C#{who}" and item["sk"]["S"] != "S"]
