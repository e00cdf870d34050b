"""The five campaigns as shipped: given these events at these times, exactly these messages and these refusals."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

START = "2026-03-17T06:00:00Z"  # seven in Copenhagen
Event = dict[str, Any]


@pytest.fixture
def stack() -> Iterator[Stack]:
    running = Stack.start(clock=VirtualClock(parse_moment(START)))
    yield running
    running.stop()


@pytest.fixture
def customer(stack: Stack) -> Callable[..., None]:
    def put(id: str = "ada", consents: tuple[str, ...] = ("offers", "news"), **attributes: Any) -> None:
        proof = {"proof": "confirmed by mail"}
        body = {
            "attributes": {"locale": "en-GB", "timezone": "Europe/Copenhagen", **attributes},
            "addresses": {"email": f"{id}@example.com"},
            "consents": [{"topic": t, "channel": "email", "state": "granted", **proof} for t in consents],
        }
        assert stack.request("PUT", f"/v1/customers/{id}", body, key="dev-admin-key").status in (200, 201, 204)

    return put


def post(stack: Stack, type: str, id: str = "", customer: str = "ada", time: str = "", **properties: Any) -> None:
    event = {"type": type, "customer": customer, "properties": properties}
    event |= {name: value for name, value in (("id", id), ("time", time)) if value}
    assert stack.post_events([event]).status == 202
    stack.settle()


def steps(stack: Stack) -> list[tuple[str, str]]:
    return [(message["campaign"], message["step"]) for message in stack.messages()]


def refusals(stack: Stack, campaign: str) -> list[str]:
    return [d["reason"] for d in stack.decisions() if d["campaign"] == campaign and d["outcome"] == "refused"]


def test_a_new_account_is_welcomed_once_whatever_else_they_sign_up_for(stack, customer) -> None:
    customer(consents=())
    post(stack, "customer.registered", "r-1")
    post(stack, "customer.registered", "r-1")
    post(stack, "newsletter.subscribed", "n-1")
    assert steps(stack) == [("welcome", "send.account")]
    assert "duplicate" in refusals(stack, "welcome")


def test_a_newsletter_reader_gets_the_newsletters_welcome(stack, customer) -> None:
    customer(consents=())
    post(stack, "newsletter.subscribed")
    assert steps(stack) == [("welcome", "send.newsletter")]
    assert stack.messages()[0]["subject"] == "You are on the list"


def test_a_left_cart_is_remembered_an_hour_after_its_last_update_and_then_sweetened(stack, customer) -> None:
    customer()
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("30m")
    post(stack, "cart.updated", cart_id="1", total=20, items=[{"name": "Oak kite", "price": 20}])
    stack.advance("59m")
    assert steps(stack) == []
    stack.advance("1m")
    assert steps(stack) == [("abandoned-cart", "send.reminder")]
    stack.advance("20h")
    assert steps(stack) == [("abandoned-cart", "send.reminder"), ("abandoned-cart", "send.offer")]
    reminder, offer = stack.messages()
    assert "Oak kite" in reminder["text"]
    assert offer["subject"] == "15 % off what is in your cart"
    assert "One-Click" in offer["headers"]["List-Unsubscribe-Post"]


def test_an_order_of_the_cart_in_the_hour_keeps_silent(stack, customer) -> None:
    customer()
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("20m")
    post(stack, "order.placed", cart_id="1", total=10)
    stack.advance("3d")
    assert steps(stack) == []


def test_an_order_after_the_reminder_ends_the_chain(stack, customer) -> None:
    customer()
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("2h")
    post(stack, "order.placed", cart_id="1", total=10)
    stack.advance("3d")
    assert steps(stack) == [("abandoned-cart", "send.reminder")]


def test_an_emptied_cart_is_not_an_abandoned_one(stack, customer) -> None:
    customer()
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("1m")
    post(stack, "cart.updated", cart_id="1", total=0)
    stack.advance("1d")
    assert steps(stack) == []


def test_a_second_cart_within_three_days_is_refused_by_the_cooldown(stack, customer) -> None:
    customer()
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("1d")
    post(stack, "cart.updated", cart_id="2", total=10)
    stack.advance("2h")
    assert [step for _, step in steps(stack)] == ["send.reminder", "send.offer"]
    assert refusals(stack, "abandoned-cart") == ["cooldown"]


def test_without_consent_to_offers_a_cart_gets_nothing(stack, customer) -> None:
    customer(consents=("news",))
    post(stack, "cart.updated", cart_id="1", total=10)
    stack.advance("1d")
    assert steps(stack) == []
    assert refusals(stack, "abandoned-cart") == ["no_consent", "no_consent"]


def test_the_eleventh_toys_page_asks_and_the_twelfth_does_not(stack, customer) -> None:
    customer()
    for number in range(10):
        post(stack, "page.viewed", f"v-{number}", category="toys")
    post(stack, "page.viewed", "v-9", category="toys")
    post(stack, "page.viewed", "books", category="books")
    assert steps(stack) == []
    post(stack, "page.viewed", "v-10", category="toys")
    post(stack, "page.viewed", "v-11", category="toys")
    assert steps(stack) == [("toys-interest", "send.keep-you-posted")]
    assert refusals(stack, "toys-interest")[-1] == "duplicate"
    assert "YES" in stack.messages()[0]["html"]


@pytest.mark.parametrize(
    ("zone", "before", "at"),
    [("Europe/Copenhagen", "2026-03-17T07:59:00Z", "2026-03-17T08:00:00Z"),
     ("America/New_York", "2026-03-17T12:59:00Z", "2026-03-17T13:00:00Z")],
)  # fmt: skip
def test_a_birthday_is_greeted_at_nine_in_the_customers_own_zone(stack, customer, zone, before, at) -> None:
    customer(timezone=zone, birthday="1985-03-17")
    stack.advance_to(before)
    assert steps(stack) == []
    stack.advance_to(at)
    assert steps(stack) == [("birthday", "send.birthday")]
    stack.advance("3d")
    assert len(steps(stack)) == 1


def test_whom_we_risk_to_lose_gets_the_warmer_greeting(stack, customer) -> None:
    customer(birthday="1985-03-17")
    for number, day in enumerate(("2025-10-01", "2025-11-01")):
        post(stack, "order.placed", f"past-{number}", time=f"{day}T12:00:00Z", total=100)
    stack.advance("3h")
    assert steps(stack) == [("birthday", "send.we-miss-you")]


def test_a_birthday_after_a_recent_visit_is_greeted_as_usual(stack, customer) -> None:
    customer(birthday="1985-03-17")
    for number, day in enumerate(("2025-10-01", "2025-11-01")):
        post(stack, "order.placed", f"past-{number}", time=f"{day}T12:00:00Z", total=100)
    post(stack, "session.started")
    stack.advance("3h")
    assert steps(stack) == [("birthday", "send.birthday")]


def test_a_catalogue_is_followed_by_three_letters_over_six_days(stack, customer) -> None:
    customer()
    post(stack, "catalogue.downloaded", catalogue="spring")
    assert [step for _, step in steps(stack)] == ["send.here-it-is"]
    stack.advance("2d")
    assert [step for _, step in steps(stack)] == ["send.here-it-is", "send.how-it-is-made"]
    stack.advance("4d")
    assert [step for _, step in steps(stack)] == ["send.here-it-is", "send.how-it-is-made", "send.come-and-see"]
    stack.advance("7d")
    assert len(steps(stack)) == 3


def test_an_order_ends_the_catalogue_series(stack, customer) -> None:
    customer()
    post(stack, "catalogue.downloaded", catalogue="spring")
    stack.advance("1d")
    post(stack, "order.placed", total=10)
    stack.advance("7d")
    assert [step for _, step in steps(stack)] == ["send.here-it-is"]


def test_without_a_word_on_news_the_series_stays_silent(stack, customer) -> None:
    customer(consents=("offers",))
    post(stack, "catalogue.downloaded", catalogue="spring")
    stack.advance("7d")
    assert steps(stack) == []
    assert refusals(stack, "catalogue-series") == ["no_consent"] * 3
