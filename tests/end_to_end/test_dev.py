"""`kairos dev --clock virtual`, from outside: HTTP and boto3."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.end_to_end.dev_client import ROOT, Dev

START = "2026-05-04T08:00:00Z"


@pytest.fixture(scope="module")
def dev() -> Iterator[Dev]:
    started = Dev("--clock", "virtual", "--start", START)
    yield started
    started.stop()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def cart(customer: str, cart_id: str, time: str | None = None, **more: Any) -> dict[str, Any]:
    properties = {"cart_id": cart_id, "total": 249.0, "items": [{"name": "Lamp", "price": 249.0, "quantity": 1}]}
    event = {"type": "cart.updated", "customer": customer, "properties": properties, **more}
    return event | ({"time": time} if time else {})


def order(customer: str, cart_id: str) -> dict[str, Any]:
    properties = {"cart_id": cart_id, "order_id": f"o-{cart_id}", "total": 249.0}
    return {"type": "order.placed", "customer": customer, "properties": properties}


def test_it_says_where_it_is_and_that_it_is_ready_and_stops_cleanly() -> None:
    started = Dev("--clock", "virtual")
    assert started.lines[0].startswith("http://127.0.0.1:")
    assert started.lines[1].startswith("AWS_ENDPOINT_URL=http://127.0.0.1:")
    assert started.lines[2] == "ready"
    assert started.stop() == 0


def test_an_event_put_with_plain_boto3_leads_to_its_message(dev: Dev) -> None:
    detail = '{"customer": {"id": "anna", "email": "anna@shop.example"}, "properties": {}}'
    entry = {"Source": "shop", "DetailType": "customer.registered", "Detail": detail, "EventBusName": dev.bus}
    answer = dev.aws("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    [message] = dev.messages("anna")
    assert (message["campaign"], message["channel"], message["to"]) == ("welcome", "email", "anna@shop.example")
    assert message["time"] == dev.now
    assert message["subject"]
    assert message["html"]
    assert message["text"]


def test_an_event_posted_leads_to_its_message_without_settling(dev: Dev) -> None:
    dev.post([{"type": "customer.registered", "customer": {"id": "bo", "email": "bo@shop.example"}}])
    deadline = time.monotonic() + 10
    while not (found := dev.ask("GET", "/_local/messages?customer=bo")[1]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [message["campaign"] for message in found] == ["welcome"]


def test_the_cart_message_comes_an_hour_after_the_last_update(dev: Dev) -> None:
    dev.customer("carla")
    dev.post([cart("carla", "c1")])
    dev.advance("20m")
    dev.post([cart("carla", "c1")])
    last = moment(dev.now)
    dev.advance("59m")
    assert dev.messages("carla") == []
    dev.advance("2m")
    [message] = dev.messages("carla")
    assert message["campaign"] == "abandoned-cart"
    assert timedelta(hours=1) <= moment(message["time"]) - last <= timedelta(hours=1, minutes=1)


def test_an_order_of_the_same_cart_keeps_the_message_away(dev: Dev) -> None:
    dev.customer("dora")
    dev.post([cart("dora", "d1")])
    dev.advance("30m")
    dev.post([order("dora", "d1")])
    dev.advance("3h")
    assert carts(dev, "dora") == []


def carts(dev: Dev, id: str) -> list[dict[str, Any]]:
    """What they were told of their cart."""
    return [message for message in dev.messages(id) if message["campaign"] == "abandoned-cart"]


def test_everything_delivered_three_times_in_random_order_makes_one_message(dev: Dev) -> None:
    dev.customer("emil")
    start = moment(dev.now)
    events = [
        cart("emil", "e1", (start + timedelta(minutes=n)).isoformat(), id=f"emil-{n}") for n in range(4)
    ]  # fmt: skip
    dev.advance("4m")
    thrice = events * 3
    random.Random(7).shuffle(thrice)
    for event in thrice:
        dev.post([event])
    dev.advance("2h")
    [message] = dev.messages("emil")
    assert timedelta(hours=1, minutes=3) <= moment(message["time"]) - start <= timedelta(hours=1, minutes=5)


def test_within_the_cooldown_a_second_cart_is_refused_and_after_it_is_not(dev: Dev) -> None:
    dev.customer("frida")
    dev.post([cart("frida", "f1")])
    dev.advance("2h")
    assert len(carts(dev, "frida")) == 1
    dev.post([order("frida", "f1")])
    dev.post([cart("frida", "f2")])
    dev.advance("2h")
    assert len(carts(dev, "frida")) == 1
    [refused] = [line for line in dev.decisions("frida") if line["key"] == "f2"]
    assert (refused["campaign"], refused["outcome"], refused["reason"]) == ("abandoned-cart", "refused", "cooldown")
    dev.advance("3d")
    dev.post([cart("frida", "f3")])
    dev.advance("2h")
    assert len(carts(dev, "frida")) == 2


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Europe/Copenhagen"])
def test_the_birthday_comes_at_nine_in_the_customers_own_zone(dev: Dev, zone: str) -> None:
    id = "gerda-" + zone.split("/")[1].lower()
    birthday = (moment(dev.now) + timedelta(days=3)).astimezone(ZoneInfo(zone))
    dev.customer(id, birthday=birthday.strftime("1990-%m-%d"), timezone=zone)
    dev.advance("5d")
    [message] = [message for message in dev.messages(id) if message["campaign"] == "birthday"]
    local = moment(message["time"]).astimezone(ZoneInfo(zone))
    assert (local.date(), local.hour, local.minute) == (birthday.date(), 9, 0)


def test_every_triggered_campaign_has_its_outcome_and_reason(dev: Dev) -> None:
    dev.post([{"type": "customer.registered", "customer": "hans"}])
    found = [line for line in dev.decisions("hans") if line["campaign"] == "welcome"]
    assert [(line["outcome"], line.get("reason", "")) for line in found] == [("entered", ""), ("refused", "no_address")]
    for line in found:
        assert {"time", "customer", "campaign", "key", "outcome", "reason"} <= set(line)


def test_costs_are_counted_by_service_and_operation(dev: Dev) -> None:
    costs = dev.ask("GET", "/_local/costs")[1]
    assert costs["requests"]["dynamodb"]["BatchGetItem"] > 0
    assert costs["requests"]["ses"]["SendEmail"] > 0
    assert costs["capacity"]["write"] > 0
    assert costs["price"]["usd"] > 0


def test_what_throttles_is_sent_later_and_what_times_out_never_twice(dev: Dev) -> None:
    dev.customer("ida")
    dev.post([cart("ida", "i1")])
    fault = {"service": "ses", "operation": "SendEmail", "error": "TooManyRequestsException", "times": 3}
    assert dev.ask("POST", "/_local/faults", fault)[0] == 200
    dev.advance("3h")
    assert len(dev.messages("ida")) == 1


def test_a_month_over_many_customers_is_a_matter_of_seconds(dev: Dev) -> None:
    dev.post([cart(f"many-{n}", f"m{n}") for n in range(200)])
    before = time.monotonic()
    dev.advance("30d")
    assert time.monotonic() - before < 30


def test_with_a_state_it_goes_on_where_it_was(tmp_path: Path) -> None:
    arguments = ("--clock", "virtual", "--start", START, "--state", str(tmp_path))
    first = Dev(*arguments)
    first.customer("jens")
    first.post([cart("jens", "j1")])
    first.advance("30m")
    assert first.stop() == 0
    second = Dev(*arguments)
    try:
        assert second.now == "2026-05-04T08:30:00Z"
        second.advance("31m")
        assert [message["campaign"] for message in second.messages("jens")] == ["abandoned-cart"]
    finally:
        second.stop()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--clock", "sundial"], 2),
        (["--start", START], 2),
        (["--clock", "virtual", "--start", "soon"], 2),
        (["--campaigns", "nowhere"], 2),
    ],
)
def test_wrong_use_is_exit_2(arguments: list[str], code: int) -> None:
    ran = subprocess.run([sys.executable, "-m", "local", "dev", *arguments], cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == code


def test_wrong_campaigns_are_exit_1_with_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("brand: 1\n")
    command = [sys.executable, "-m", "local", "dev", "--port", "0", "--aws-port", "0", "--campaigns", str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "policy.yaml:1" in ran.stderr


def test_settling_on_the_wall_clock_does_not_wait_for_batches_to_fill() -> None:
    dev = Dev("--clock", "real")
    try:
        dev.customer("ada")
        dev.post([{"type": "customer.registered", "customer": "ada"}])
        assert [message["campaign"] for message in dev.messages("ada")] == ["welcome"]
    finally:
        assert dev.stop() == 0
