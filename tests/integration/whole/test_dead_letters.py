"""`kairos dlq`: what died in the deployed system, why, and back again."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from kairos.domain.state import State
from local.aws.sources import queue_named
from local.stack import ROOT, Stack

Run = Callable[..., Result]
ADA = {"type": "customer.registered", "customer": "ada", "id": "e-1"}
MAIL = "ada@shop.example"


@pytest.fixture
def run(command: Run) -> Run:
    def dlq(*arguments: str) -> Result:
        ran = command("dlq", *arguments)
        assert ran.exit_code in (0, 1), ran.output
        return ran

    return dlq


def lies_in(stack: Stack, part: str) -> int:
    return len(queue_named(stack.template.resolve.attributes[part, "QueueName"])._messages)


def put(stack: Stack, part: str, body: Any) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    stack.session.client("sqs").send_message(QueueUrl=stack.template.resolve.known[part], MessageBody=text)


def row(run: Run, queue: str) -> str:
    return next(line for line in run("list").output.splitlines() if line.startswith(queue))


@pytest.fixture
def throttled(whole: Stack) -> Stack:
    """The table took nothing for an hour and a half, and Ada has just registered."""
    body = {"addresses": {"email": MAIL}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    whole.fail("dynamodb", "BatchGetItem", "ProvisionedThroughputExceededException", times=100_000)
    assert whole.post_events([ADA]).status == 202
    whole.advance("90m")
    whole.gateway.faults.waiting.clear()
    assert (lies_in(whole, "EventsDlq"), whole.messages()) == (1, [])
    return whole


def test_events_that_a_throttled_table_killed_are_told_apart_sent_back_and_worked_off(
    throttled: Stack, run: Run
) -> None:
    assert re.fullmatch(
        r"events +1  since 2026-05-04T08:00:00Z  1 × passes now: what stopped it has gone", row(run, "events")
    )
    assert run("redrive", "events").output == "events: 1 sent back\n"
    throttled.settle()
    assert lies_in(throttled, "EventsDlq") == 0
    assert [m["to"] for m in throttled.messages()] == [MAIL]


def test_sent_back_twice_is_sent_once(throttled: Stack, run: Run) -> None:
    queue = queue_named(throttled.template.resolve.attributes["EventsDlq", "QueueName"])
    [letter] = [message.body for message in queue._messages]
    put(throttled, "EventsDlq", letter)
    assert run("redrive", "events").output == "events: 2 sent back\n"
    throttled.settle()
    assert len(throttled.messages()) == 1


def test_looking_takes_nothing_away_and_names_nobody(throttled: Stack, run: Run) -> None:
    for _ in range(2):
        shown = run("show", "events").output
        assert "passes now" in shown and '"customer.registered"' in shown
        assert "ada" not in shown and "e-1" not in shown
    assert "ada" in run("show", "events", "--personal").output
    assert lies_in(throttled, "EventsDlq") == 1


def test_a_state_that_cannot_be_read_is_named_by_where_it_fails(throttled: Stack, run: Run) -> None:
    client, table = throttled.session.client("dynamodb"), throttled.table.name
    key = {"pk": {"S": "C#ada"}, "sk": {"S": "S"}}
    good = client.get_item(TableName=table, Key=key)["Item"]
    client.put_item(TableName=table, Item={**good, "body": {"B": b"\xff"}})
    assert re.search(r"1 × fails: \w+ at \w+\.py:\d+", row(run, "events"))
    client.put_item(TableName=table, Item=good)
    assert "passes now" in row(run, "events")


CONSENT = json.loads((ROOT / "events" / "shopify" / "customers-email-consent.json").read_text())
SHOPPER = str(CONSENT["detail"]["payload"]["customer_id"])


def spoil_consents(stack: Stack, customer: str) -> None:
    """Their state is read, and every new word on mail about news, which the shop's mapping makes of Shopify's, fails."""
    client, key = stack.session.client("dynamodb"), {"pk": {"S": f"C#{customer}"}, "sk": {"S": "S"}}
    item: Any = client.get_item(TableName=stack.table.name, Key=key)["Item"]
    state = State.unpack(item["body"]["B"], version=1, guard=0)
    state.consents["news/email"] = ("granted", "soon", "soon")  # type: ignore[assignment]  # what no code of ours writes
    client.put_item(TableName=stack.table.name, Item={**item, "body": {"B": state.pack()}})


@pytest.fixture
def spoilt(whole: Stack) -> Stack:
    """Shopify has said of a known customer what can never be decided, and beside it lies what can."""
    put(whole, "EventsQueue", CONSENT)
    whole.settle()
    spoil_consents(whole, SHOPPER)
    put(whole, "EventsDlq", CONSENT)
    put(whole, "EventsDlq", {"id": "bus", "source": "shop", "detail-type": "customer.registered",
                             "detail": {"id": "e-2", "customer": {"id": "bo"}}})  # fmt: skip
    return whole


def test_what_shopify_says_is_read_with_the_shop_s_own_mapping(spoilt: Stack, run: Run) -> None:
    assert "1 × fails: TypeError at facts.py" in row(run, "events")


def test_what_would_only_die_again_stays_until_somebody_insists(spoilt: Stack, run: Run) -> None:
    ran = run("redrive", "events")
    assert (ran.exit_code, ran.stdout) == (1, "events: 1 sent back\n")
    assert re.search(r"1 × fails: TypeError at facts.py:\d+\n.*1 would only die again, and stay", ran.stderr)
    assert lies_in(spoilt, "EventsDlq") == 1
    assert run("redrive", "events").exit_code == 1, "what stayed is seen again at once"
    assert run("redrive", "events", "--anyway").output == "events: 1 sent back\n"
    assert lies_in(spoilt, "EventsDlq") == 0


def test_what_is_chosen_by_its_id_and_hopeless_stays_too(spoilt: Stack, run: Run) -> None:
    [id] = re.findall(r"^([0-9a-f-]{36})  \S+  fails", run("show", "events").output, re.MULTILINE)
    ran = run("redrive", "events", "--id", id)
    assert (ran.exit_code, ran.stdout, "is not there" in ran.stderr) == (1, "events: 0 sent back\n", False)
    assert run("redrive", "events", "--id", id, "--anyway").exit_code == 0


def test_a_message_is_judged_by_the_stack_s_clock(whole: Stack, run: Run) -> None:
    """On a clock that stands elsewhere than the wall's, what is due now would else be long expired, or gone."""
    body = {"addresses": {"email": MAIL}}
    assert whole.request("PUT", "/v1/customers/ada", body, key="dev-admin-key").status == 200
    sources, whole.player.poller.sources = whole.player.poller.sources, whole.player.poller.sources[:1]
    whole.post_events([ADA])
    whole.settle()
    [letter] = [
        message.body for message in queue_named(whole.template.resolve.attributes["SendQueue", "QueueName"])._messages
    ]
    put(whole, "SendDlq", letter)
    assert "1 × passes now" in row(run, "send")
    whole.player.poller.sources = sources
    whole.settle()
    assert "1 × sent: settled meanwhile" in row(run, "send")
    whole.advance("13d")
    assert run("redrive", "send").output == "send: 1 sent back\n"
    whole.settle()
    assert len(whole.messages()) == 1


@pytest.mark.parametrize(
    "wrong",
    [("show", "send", "--limit", "0"), ("redrive", "send", "--limit", "-1"), ("redrive", "send", "--rate", "0")],
)
def test_a_number_that_cannot_be_is_refused_by_name(command: Run, wrong: tuple[str, ...]) -> None:
    ran = command("dlq", *wrong)
    assert (ran.exit_code, f"Invalid value for '{wrong[2]}'" in ran.output) == (2, True)


LETTERS: list[tuple[str, str, Any, str]] = [
    ("events", "EventsDlq", {"kairos": "strange"}, "not understood: not_understood"),
    ("bulk", "BulkDlq", {"kairos": "wake", "customers": ["ada"]}, "passes now"),
    ("bulk", "BulkDlq", {"kairos": "occurrence", "customers": ["ada"]}, "not understood: not_understood"),
    ("send", "SendDlq", {"customer": "ada", "message": "m1"}, "gone: the message is not in the table any more"),
    ("send", "SendDlq", "no JSON", "not understood: bad_json"),
    ("fan-out", "FanOutDlq", {"fan_out": "frost#1"}, "finished meanwhile"),
    ("sweep", "SweepDlq", {}, "the next minute did all that this one left"),
]  # fmt: skip


def test_each_queue_s_letters_have_a_reason(whole: Stack, run: Run) -> None:
    for _, part, body, _ in LETTERS:
        put(whole, part, body)
    rows = run("list").output.splitlines()
    for queue, _, _, why in LETTERS:
        assert why in next(line for line in rows if line.startswith(queue))
    assert LETTERS[3][3] in run("show", "send").output


def test_one_is_chosen_by_its_id(whole: Stack, run: Run) -> None:
    for number in range(3):
        put(whole, "SendDlq", {"customer": "ada", "message": f"m{number}"})
    ids = re.findall(r"^([0-9a-f-]{36})  ", run("show", "send").output, re.MULTILINE)
    assert len(ids) == 3
    assert run("redrive", "send", "--id", ids[1]).output == "send: 1 sent back\n"
    assert lies_in(whole, "SendDlq") == 2
    missing = run("redrive", "send", "--id", ids[1])
    assert (missing.exit_code, "1 of the ids is not there" in missing.output) == (1, True)


def test_a_mass_is_sent_back_ten_by_ten(whole: Stack, run: Run) -> None:
    for number in range(25):
        put(whole, "SendDlq", {"customer": "ada", "message": f"m{number}"})
    assert run("redrive", "send", "--limit", "5", "--rate", "1000").output == "send: 5 sent back\n"
    assert run("redrive", "send", "--rate", "1000").output == "send: 20 sent back\n"
    assert lies_in(whole, "SendDlq") == 0


def test_minutes_are_let_go(whole: Stack, run: Run) -> None:
    put(whole, "SweepDlq", {})
    assert "1 let go" in run("redrive", "sweep").output
    assert lies_in(whole, "SweepDlq") == 0
