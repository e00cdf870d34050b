"""A message's links on the deployed template: the click, the question, the way out."""

import json
import re
from pathlib import Path

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

ROOT = Path(__file__).parents[2]
BASE_URL = "https://links.example"
ADMIN = {"authorization": "Bearer dev-admin-key"}
ADA = {
    "attributes": {"first_name": "Ada", "locale": "da"},
    "addresses": {"email": "ada@example.com"},
    "consents": [
        {"topic": "offers", "channel": "email", "state": "granted"},
        {"topic": "news", "channel": "email", "state": "granted", "proof": "form 7"},
    ],
}


@pytest.fixture(scope="module")
def stack():
    clock = VirtualClock(parse_moment("2026-05-01T10:00:00Z"))
    made = Stack.start(campaigns=ROOT / "campaigns", clock=clock, base_url=BASE_URL)
    yield made
    made.stop()


def customer(stack, name):
    return json.loads(stack.request("GET", f"/v1/customers/{name}", None, ADMIN).body)


def written(stack, name, event, times=1):
    """The message that events lead to, for a customer of that name."""
    stack.request("PUT", f"/v1/customers/{name}", ADA, ADMIN)
    for _ in range(times):
        stack.request("POST", "/v1/events", event | {"customer": name}, {"authorization": "Bearer dev-write-key"})
    stack.settle()
    stack.advance("2h")
    return [message for message in stack.messages() if message["customer"] == name][-1]


def links_of(message, door):
    return re.findall(rf"{BASE_URL}(/{door}/[\w-]+)", message["text"])


CART = {"type": "cart.updated", "properties": {"cart_id": "c1", "total": 10.5, "cart_url": "https://shop.example/c/1"}}
TOYS = {"type": "page.viewed", "properties": {"category": "toys"}}


def test_a_mail_is_left_by_one_click_and_not_by_a_look(stack):
    message = written(stack, "ada", CART)
    way_out = message["headers"]["List-Unsubscribe"].strip("<>").removeprefix(BASE_URL)
    assert stack.request("GET", way_out).status == 200
    assert {"offers": "granted"}.items() <= {c["topic"]: c["state"] for c in customer(stack, "ada")["consents"]}.items()
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = stack.request("POST", way_out, b"List-Unsubscribe=One-Click", form)
    assert answer.status == 200
    assert "Du er afmeldt" in answer.body.decode()
    words = {c["topic"]: c["state"] for c in customer(stack, "ada")["consents"]}  # at once: nothing was played since
    assert words["offers"] == "withdrawn"
    assert words["news"] != "withdrawn"


def test_a_click_leads_on(stack):
    (link,) = links_of(written(stack, "bo", CART), "l")
    answer = stack.request("GET", link)
    assert (answer.status, answer.headers["location"]) == (302, "https://shop.example/c/1")


@pytest.mark.parametrize(("name", "number", "value"), [("cy", 0, True), ("di", 1, False)])
def test_an_answer_is_part_of_the_profile(stack, name, number, value):
    link = links_of(written(stack, name, TOYS, times=11), "l")[number]
    assert "Tak" in stack.request("GET", link).body.decode()
    stack.settle()
    assert customer(stack, name)["attributes"]["declared"]["likes_toys"] is value


def test_a_link_that_was_tampered_with_says_so(stack):
    answer = stack.request("GET", "/l/" + "A" * 80, None, {"accept-language": "en"})
    assert answer.status == 404
    assert "This link is not valid" in answer.body.decode()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
