"""A message's links on the deployed template: the click, the question, the way out."""

import json
import re
from pathlib import Path

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

ROOT = Path(__file__).parents[2]
BASE_URL = "https://links.example"
FORM = {"content-type": "application/x-www-form-urlencoded"}
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


def test_what_is_committed_on_a_page_is_counted(stack):
    """The service's own counts, and not only the door's."""
    mail = written(stack, "cy", CART)
    way_out = mail["headers"]["List-Unsubscribe"].strip("<>").removeprefix(BASE_URL)
    told: list[dict[str, object]] = []
    stack.lambdas.logs.metrics = told.append
    assert stack.request("POST", way_out, b"List-Unsubscribe=One-Click", FORM).status == 200
    stack.lambdas.logs.metrics = None
    assert {name: value for one in told for name, value in one.items() if name in ("unsubscribed", "Commits")} == {
        "unsubscribed": [1.0],
        "Commits": [1.0],
    }


def test_a_mail_is_left_by_one_click_and_not_by_a_look(stack):
    message = written(stack, "ada", CART)
    way_out = message["headers"]["List-Unsubscribe"].strip("<>").removeprefix(BASE_URL)
    assert stack.request("GET", way_out).status == 200
    assert {"offers": "granted"}.items() <= {c["topic"]: c["state"] for c in customer(stack, "ada")["consents"]}.items()
    answer = stack.request("POST", way_out, b"List-Unsubscribe=One-Click", FORM)
    assert answer.status == 200
    assert "Du er afmeldt" in answer.body.decode()
    words = {c["topic"]: c["state"] for c in customer(stack, "ada")["consents"]}  # at once: nothing was played since
    assert words["offers"] == "withdrawn"
    assert words["news"] != "withdrawn"


def test_a_click_leads_on_and_a_look_ahead_does_not_count(stack):
    (link,) = links_of(written(stack, "bo", CART), "l")
    for method, status in (("HEAD", 302), ("GET", 302)):
        answer = stack.request(method, link)
        assert (answer.status, answer.headers["location"]) == (status, "https://shop.example/c/1")
    assert stack.request("GET", link, None, {"sec-purpose": "prefetch"}).status == 403
    stack.settle()
    assert clicks(stack, "bo") == 1


def clicks(stack, name):
    told = [line["event"] for line in stack.archive.lines() if line.get("event", {}).get("type") == "message.clicked"]
    return len([event for event in told if event["customer"]["id"] == name])


@pytest.mark.parametrize(("name", "number", "value", "words"), [
    ("cy", 0, True, "JA tak"), ("di", 1, False, "NEJ tak"),
])  # fmt: skip
def test_an_answer_is_one_tap_on_a_page_and_part_of_the_profile_when_that_thanks(stack, name, number, value, words):
    link = links_of(written(stack, name, TOYS, times=11), "l")[number]
    page = stack.request("GET", link).body.decode()
    assert "<h1>Skal vi holde dig orienteret om legetøj?</h1>" in page and f">{words}</button>" in page
    assert "likes_toys" not in customer(stack, name)["attributes"].get("declared", {})
    thanks = stack.request("POST", link, b"shown=da", FORM).body.decode()
    assert f"Vi har noteret dit svar: {words}" in thanks
    assert customer(stack, name)["attributes"]["declared"]["likes_toys"] is value


def test_a_preference_centre_shows_and_changes_what_somebody_gets(stack):
    message = written(stack, "ev", CART)
    way_out = message["headers"]["List-Unsubscribe"].strip("<>").removeprefix(BASE_URL)
    (there,) = re.findall(r'href="\.\.(/p/[\w-]+)"', stack.request("GET", way_out).body.decode())
    page = stack.request("GET", there).body.decode()
    assert 'value="offers/email" checked' in page and 'value="news/email" checked' in page
    form = b"shown=da&was=&was=offers%2Femail&was=news%2Femail&on=news%2Femail&locale=en&do=pause"
    saved = stack.request("POST", there, form, FORM)
    assert saved.status == 200 and '<html lang="en">' in saved.body.decode()
    known = customer(stack, "ev")
    assert {c["topic"]: c["state"] for c in known["consents"]} == {"offers": "withdrawn", "news": "granted"}
    assert known["attributes"]["merged"]["locale"] == "en"
    assert known["attributes"]["declared"]["paused_until"].endswith("Z")


def test_who_asked_for_a_letter_confirms_with_one_tap(stack):
    asked = ADA | {"consents": [{"topic": "news", "channel": "email", "state": "granted"}]}
    stack.request("PUT", "/v1/customers/fay", asked, ADMIN)
    stack.settle()
    mail = next(message for message in stack.messages() if message["customer"] == "fay")
    (link,) = links_of(mail, "c")
    assert "Var det dig?" in stack.request("GET", link).body.decode()
    assert [c["proven"] for c in customer(stack, "fay")["consents"]] == [False]
    assert "Nyheder" in stack.request("POST", link, b"shown=da", FORM).body.decode()
    assert [c["proven"] for c in customer(stack, "fay")["consents"]] == [True]


def test_a_link_that_was_tampered_with_says_so(stack):
    answer = stack.request("GET", "/l/" + "A" * 80, None, {"accept-language": "en"})
    assert answer.status == 404
    assert "This link is not valid" in answer.body.decode()
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
