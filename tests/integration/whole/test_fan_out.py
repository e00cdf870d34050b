"""External events and schedules, from the door to the message, through the deployed template."""

import json
from pathlib import Path

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

START = "2026-11-26T08:00:00Z"
POLICY = """
brand: {name: Nordlys, email: "Nordlys <hello@nordlys.example>", postal_address: "Strandgade 12"}
timezone: Europe/Copenhagen
topics: {service: {transactional: true}}
attributes: {precedence: [backend, declared, behaviour], indexed: [region, country]}
"""
FROST = """
status: live
topic: service
trigger: {external: weather.frost}
audience:
  - attributes: {region: ["{{ event.properties.region }}"]}
  - attributes: {drives: [true]}
key: "{{ event.properties.region }} {{ event.properties.date }}"
steps: [{send: {channel: sms, template: hello}}]
"""
FRIDAY = """
status: live
topic: service
trigger: {schedule: "at(2026-11-27T09:00:00)", timezone: customer}
audience: [{attributes: {country: [DK]}}]
steps: [{send: {channel: sms, template: hello}}]
"""
BIRTHDAY = """
status: live
topic: service
trigger: {date: attributes.birthday, yearly: true}
steps: [{send: {channel: sms, template: hello}}]
"""
ZONES = {"tokyo": "Asia/Tokyo", "here": "Europe/Copenhagen", "york": "America/New_York"}


def shop(folder: Path, **campaigns: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "policy.yaml").write_text(POLICY)
    for name, text in campaigns.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "campaign.yaml").write_text(text)
        (folder / name / "hello.sms.txt").write_text("Hello")
    return folder


@pytest.fixture
def stack(tmp_path):
    made = Stack.start(
        campaigns=shop(tmp_path / "c", frost=FROST, friday=FRIDAY), clock=VirtualClock(parse_moment(START))
    )
    yield made
    made.stop()


def put(stack, who, **attributes):
    body = {"attributes": attributes, "addresses": {"phone": "+4520123456"}}
    assert stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200


def reached(stack, campaign):
    return sorted((m["customer"], m["time"][11:16]) for m in stack.messages() if m["campaign"] == campaign)


def test_an_external_event_reaches_everybody_it_concerns_over_several_pages_and_once(stack):
    for number in range(230):
        put(stack, f"c{number:03}", region="north" if number % 2 else "south", drives=number % 3 == 0)
    frost = {"type": "weather.frost", "id": "frost-1", "properties": {"region": "north", "date": "2026-11-27"}}
    for _ in range(2):
        assert stack.post_events([frost]).status == 202
        stack.settle()
    expected = [f"c{n:03}" for n in range(230) if n % 2 and n % 3 == 0]
    assert [who for who, _ in reached(stack, "frost")] == expected
    refused = [d for d in stack.decisions() if d["campaign"] == "frost" and d["outcome"] == "refused"]
    assert {d["reason"] for d in refused} == {"not_in_audience"} and len(refused) == 115 - len(expected)


def test_who_moves_away_is_not_reached_and_who_moves_in_is(stack):
    put(stack, "anna", region="north", drives=True)
    put(stack, "bo", region="south", drives=True)
    put(stack, "anna", region="south")
    put(stack, "bo", region="north")
    stack.put_events([("weather.frost", {"properties": {"region": "north", "date": "2026-11-28"}})])
    stack.settle()
    assert [who for who, _ in reached(stack, "frost")] == ["bo"]


def test_a_schedule_comes_once_at_its_time_where_each_customer_is(stack):
    for who, zone in ZONES.items():
        put(stack, who, country="DK", timezone=zone)
    put(stack, "ola", country="NO", timezone="Europe/Oslo")
    stack.advance_to("2026-11-29T00:00:00Z")
    assert reached(stack, "friday") == [("here", "08:00"), ("tokyo", "00:00"), ("york", "14:00")]


def test_whoever_is_silent_is_looked_at_once_after_a_deployment(stack, tmp_path):
    """A birthday that begins to be celebrated is celebrated with somebody of whom nothing is heard."""
    put(stack, "anna", birthday="1990-12-01")
    stack.advance("1h")
    shop(tmp_path / "c", birthday=BIRTHDAY)
    redeploy(stack, tmp_path / "c")
    stack.advance_to("2026-12-02T00:00:00Z")
    assert reached(stack, "birthday") == [("anna", "08:00")]


def redeploy(stack, campaigns):
    from local.stack import compile_campaigns

    compile_campaigns(campaigns, stack._layer)
    stack.lambdas.close()
    stack.player.minute(stack.clock())


def test_a_page_costs_one_message_and_one_read(stack):
    for number in range(100):
        put(stack, f"c{number:03}", region="north", drives=False)
    before = requests(stack)
    stack.put_events([("weather.frost", {"properties": {"region": "north", "date": "2026-11-28"}})])
    stack.settle()
    made = {name: count - before.get(name, 0) for name, count in requests(stack).items() if count > before.get(name, 0)}
    assert made["sqs.SendMessageBatch"] == 2, json.dumps(made)  # the fan-out, and its one page


def requests(stack):
    found = stack.costs()["requests"]
    return {f"{service}.{name}": count for service, names in found.items() for name, count in names.items()}
