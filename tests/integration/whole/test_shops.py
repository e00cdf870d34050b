"""Shopify's and Stripe's events through the whole stack into the playbook, as they come over the bus."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.clock import VirtualClock, iso, parse_moment
from local.stack import Stack

EVENTS = Path(__file__).parents[3] / "events"
DAY = 86_400


@pytest.fixture(scope="module")
def shop() -> Iterator[Stack]:
    """One stack for all: each test is about a customer of its own."""
    stack = Stack.start(clock=VirtualClock(parse_moment("2026-05-04T08:00:00Z")))
    yield stack
    stack.stop()


def put(stack: Stack, name: str, n: object = 1, **changes: Any) -> None:
    """What a partner says, now, as its bus's rule puts it on the queue."""
    body = copy.deepcopy(json.loads((EVENTS / f"{name}.json").read_text()))
    now, detail = iso(stack.clock()), body["detail"]
    if "payload" in detail:
        detail["metadata"] |= {"X-Shopify-Triggered-At": now, "X-Shopify-Event-Id": f"{name}-{n}"}
        detail["payload"] |= changes
    else:
        detail |= {"created": stack.clock() // 1000, "id": f"evt_{name}_{n}"}
        detail["data"]["object"] |= changes
    stack.put_events([(body["detail-type"], detail)], source="aws.partner/example")


def know(stack: Stack, customer: str, **addresses: str) -> None:
    words = [{"topic": topic, "channel": "email", "state": "granted", "proof": "test"} for topic in ("offers", "news")]
    body = {"consents": words, "attributes": {"locale": "en"}, "addresses": addresses}
    assert stack.request("PUT", f"/v1/customers/{customer}", body, key="dev-admin-key").status == 200


def told(stack: Stack, customer: str, campaign: str) -> list[dict[str, Any]]:
    stack.settle()
    return [m for m in stack.messages() if (m["customer"], m["campaign"]) == (customer, campaign)]


def buyer(id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer of Shopify's and their cart, as a cart's payload and a checkout's or order's name them."""
    cart, person = f"cart-{id}", {"id": int(id), "email": f"{id}@shop.example", "phone": None}
    return {"token": cart, "id": cart}, {"cart_token": cart, "customer": person, "email": person["email"]}


def payer(id: str) -> dict[str, Any]:
    return {
        "customer": f"cus_{id}",
        "parent": None,
        "metadata": {"customer_id": id},
        "customer_email": f"{id}@shop.example",
    }


def test_a_cart_left_in_the_middle_of_the_checkout_is_reminded_of(shop: Stack) -> None:
    know(shop, "101")
    cart, named = buyer("101")
    put(shop, "shopify/carts-update", 101, **cart)
    shop.advance("5m")
    put(shop, "shopify/checkouts-create", 101, **named)
    put(shop, "shopify/checkouts-create", 101, **named)  # delivered twice
    shop.advance("58m")
    assert told(shop, "101", "abandoned-cart") == []
    shop.advance("5m")
    [message] = told(shop, "101", "abandoned-cart")
    assert message["to"] == "101@shop.example"
    assert "Oak kite" in message["text"]


def test_an_order_keeps_the_reminder_of_its_cart_away_and_is_confirmed(shop: Stack) -> None:
    know(shop, "102")
    cart, named = buyer("102")
    put(shop, "shopify/carts-update", 102, **cart)
    shop.advance("5m")
    put(shop, "shopify/orders-create", 102, **named)
    put(shop, "shopify/checkouts-update", 102, **named)
    shop.advance("2h")
    assert told(shop, "102", "abandoned-cart") == []
    [message] = told(shop, "102", "order-confirmation")
    assert "#1042" in message["text"]


def test_what_is_said_at_the_shop_about_being_written_to_holds(shop: Stack) -> None:
    _, named = buyer("103")
    said = {"state": "subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": iso(shop.clock())}
    put(shop, "shopify/customers-email-consent", 103, customer_id=103, email_marketing_consent=said)
    put(shop, "shopify/checkouts-create", 103, **named)
    shop.advance("30m")
    said |= {"state": "unsubscribed", "consent_updated_at": iso(shop.clock())}
    put(shop, "shopify/customers-email-consent", 104, customer_id=103, email_marketing_consent=said)
    shop.advance("2h")
    [refused] = [d["reason"] for d in shop.decisions() if d["customer"] == "103" and d["outcome"] == "refused"]
    assert refused == "no_consent"


def test_an_invoice_that_nobody_pays_is_reminded_of_and_one_that_is_paid_is_not(shop: Stack) -> None:
    know(shop, "bo")
    due = shop.clock() // 1000 + DAY
    put(shop, "stripe/invoice-finalized", "bo-1", due_date=due, **payer("bo"))
    put(shop, "stripe/invoice-finalized", "bo-2", due_date=due, number="F-2", **payer("bo"))
    shop.settle()
    put(shop, "stripe/invoice-paid", "bo-3", number="F-2", **payer("bo"))
    shop.advance("4d")
    [message] = told(shop, "bo", "unpaid")
    assert message["to"] == "bo@shop.example"
    assert "F-20417" in message["text"]


def test_a_trial_is_helped_along_and_told_three_days_before_it_ends(shop: Stack) -> None:
    know(shop, "cai")
    put(shop, "stripe/customer-created", "cai", id="cus_cai", metadata={"customer_id": "cai"}, email="cai@shop.example")
    ends = shop.clock() // 1000 + 10 * DAY
    put(shop, "stripe/subscription-created", "cai", trial_end=ends, **payer("cai"))
    shop.advance("8d")
    assert len(told(shop, "cai", "trial")) == 3


def test_a_renewal_is_told_two_weeks_before_unless_its_end_was_asked_for(shop: Stack) -> None:
    renews = shop.clock() // 1000 + 16 * DAY
    period = {"items": {"data": [{"current_period_end": renews}]}, "trial_end": None}
    for who, name in (("gro", "updated"), ("hugo", "cancelled")):
        know(shop, who, email=f"{who}@shop.example")
        put(shop, f"stripe/subscription-{name}", who, **period, **payer(who))
    shop.advance("3d")
    assert (len(told(shop, "gro", "renewal")), told(shop, "hugo", "renewal")) == (1, [])


def test_stripe_s_customer_is_the_shop_s_from_the_first_word_of_it(shop: Stack) -> None:
    know(shop, "dora", email="dora@shop.example")
    due = shop.clock() // 1000 + DAY
    put(shop, "stripe/invoice-finalized", "dora", due_date=due, parent=None, customer="cus_dora")  # nobody's yet
    put(shop, "stripe/checkout-session-completed", "dora", client_reference_id="dora", customer="cus_dora")
    shop.advance("4d")
    assert len(told(shop, "dora", "unpaid")) == 1


def priced(stack: Stack, product: int, n: int, price: str, quantity: int = 4) -> None:
    [variant] = json.loads((EVENTS / "shopify/products-update.json").read_text())["detail"]["payload"]["variants"]
    variants = [variant | {"price": price, "inventory_quantity": quantity}]
    put(stack, "shopify/products-update", f"{product}-{n}", id=product, variants=variants)
    stack.advance("1m")


def happens(stack: Stack, type: str, customer: str, product: int) -> None:
    event = {"type": type, "customer": customer, "properties": {"product_id": str(product), "name": "Storm lantern"}}
    assert stack.post_events([event]).status == 202
    stack.settle()


def test_a_price_that_drops_is_told_once_to_who_looked_at_it(shop: Stack) -> None:
    know(shop, "emil", email="emil@shop.example")
    priced(shop, 4001, 1, "495.00")
    happens(shop, "product.viewed", "emil", 4001)
    priced(shop, 4001, 2, "480.00")  # three percent are no news
    assert told(shop, "emil", "price-drop") == []
    priced(shop, 4001, 3, "396.00")
    priced(shop, 4001, 3, "396.00")  # delivered twice
    priced(shop, 4001, 4, "396.00")  # something else has changed
    [message] = told(shop, "emil", "price-drop")
    assert "17" in message["text"]
    assert "Storm lantern" in message["subject"]


def test_what_is_back_is_told_to_who_asked_for_it(shop: Stack) -> None:
    know(shop, "frida", email="frida@shop.example")
    priced(shop, 4009, 1, "495.00", quantity=0)
    happens(shop, "stock.alert_requested", "frida", 4009)
    assert told(shop, "frida", "back-in-stock") == []
    priced(shop, 4009, 2, "495.00", quantity=3)
    assert len(told(shop, "frida", "back-in-stock")) == 1


def test_who_is_to_be_redacted_is_forgotten(shop: Stack) -> None:
    know(shop, "107", email="107@shop.example")
    put(shop, "shopify/customers-redact", 107, customer={"id": 107, "email": "107@shop.example", "phone": None})
    shop.advance("1m")
    assert shop.request("GET", "/v1/customers/107", key="dev-admin-key").status == 404
    assert shop.request("GET", "/v1/customers/bo", key="dev-admin-key").status == 200
