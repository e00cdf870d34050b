"""A visitor becomes a customer, from the door to the message, through the deployed template."""

import json

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

TOYS = {"category": "toys"}


@pytest.fixture
def stack():
    made = Stack.start(clock=VirtualClock(parse_moment("2026-11-24T10:00:00Z")))
    yield made
    made.stop()


def visit(stack, number, **who):
    page = {"type": "page.viewed", "id": f"p{number}", "customer": who, "properties": TOYS}
    assert stack.post_events([page]).status == 202
    stack.settle()


def put(stack, who):
    news = [{"topic": "news", "channel": "email", "state": "granted", "proof": "a link"}]
    body = {"addresses": {"email": f"{who}@shop.example"}, "consents": news}
    assert stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key").status == 200


def identify(stack, who, device="d1", path="/v1/identify"):
    answer = stack.request("POST", path, {"userId": who, "anonymousId": device, "traits": {"plan": "plus"}})
    assert (answer.status, answer.body) == (200, b'{"success": true}')
    stack.settle()


def asked(stack):
    return [m["customer"] for m in stack.messages() if m["campaign"] == "toys-interest"]


def test_what_a_device_did_counts_for_the_customer_and_starts_the_campaign_once(stack):
    put(stack, "anna")
    for number in range(10):
        visit(stack, number, anonymous_id="d1")
    identify(stack, "anna")
    assert asked(stack) == []
    visit(stack, 10, anonymous_id="d1")  # the device's late page is hers
    identify(stack, "anna", path="/v1/i")
    visit(stack, 11, id="anna")
    assert asked(stack) == ["anna"]


def test_a_shared_device_follows_whoever_identified_last_and_merges_nobody(stack):
    put(stack, "anna")
    put(stack, "bo")
    for number in range(10):
        visit(stack, number, anonymous_id="d1")
    identify(stack, "anna")
    identify(stack, "bo")
    visit(stack, 10, anonymous_id="d1")
    assert asked(stack) == []  # ten of Anna's, one of Bo's
    visit(stack, 11, id="anna")
    assert asked(stack) == ["anna"]


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        ({}, "dev-write-key", 400),
        ({"userId": "anna"}, "wrong", 401),
        ({"userId": "anna", "traits": {"email": "x"}}, "dev-write-key", 400),
    ],
)
def test_an_error_has_a_code_and_a_message(stack, body, key, status):
    answer = stack.request("POST", "/v1/identify", body, key=key)
    assert answer.status == status
    assert b'"code"' in answer.body and b'"message"' in answer.body


def alias(stack, previous, who):
    answer = stack.request("POST", "/v1/alias", {"previousId": previous, "userId": who})
    assert (answer.status, answer.body) == (200, b'{"success": true}')
    stack.settle()


def test_an_alias_makes_one_of_two_customers_over_a_chain_and_no_circle(stack):
    for who in ("ada", "a-1", "anna"):
        put(stack, who)
    for number, who in enumerate(("ada", "a-1", "anna") * 3):
        visit(stack, number, id=who)
    alias(stack, "ada", "a-1")
    alias(stack, "a-1", "anna")
    alias(stack, "anna", "ada")  # whom she is already
    shown = [stack.request("GET", f"/v1/customers/{who}", key="dev-admin-key") for who in ("ada", "a-1", "anna")]
    assert [json.loads(answer.body)["id"] for answer in shown] == ["anna"] * 3
    assert json.loads(shown[0].body)["addresses"] == {"email": "anna@shop.example"}
    visit(stack, 9, id="ada")
    assert asked(stack) == []
    visit(stack, 10, anonymous_id="a-1")  # a device of that name is hers, too: the eleventh
    assert asked(stack) == ["anna"]


def test_what_is_done_under_an_address_is_its_owner_s_before_and_after_they_are_known(stack):
    for number in range(5):
        visit(stack, number, email="Anna@Shop.example")
    put(stack, "anna")
    for number in range(5, 10):
        visit(stack, number, email="anna@shop.example")
    assert asked(stack) == []
    visit(stack, 10, id="anna")
    assert asked(stack) == ["anna"]
