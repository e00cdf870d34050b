"""What Shopify sends, as the canonical event: every topic by a payload of its own in events/shopify."""

import copy
import json
from pathlib import Path

import pytest

from kairos.domain import coupons
from kairos.domain.erasure import erasure
from kairos.domain.events import Consent, Event, Ref
from kairos.domain.identity import device_id
from kairos.domain.sources import eventbridge, queued
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.shopify import Shopify
from kairos.domain.sources.shopify_topics import TOPICS

SAMPLES = Path(__file__).parents[4] / "events" / "shopify"
SHOP = Shopify({"email": ("offers", "news"), "sms": ("offers",)})
NOW = 1_798_000_000_000  # 2026-12-23
ADA, TOKEN = "7001000000001", "Z2NwLWV1cm9wZS13ZXN0MTowMUpQ"
CART, HERS = Ref(anonymous_id=TOKEN), Ref(id=ADA, previous_id=device_id(TOKEN))
MAIL = Ref(email="ada@shop.example")


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def read(body):
    return queued.read(body, NOW, Segment(), SHOP)


def with_payload(name, **changes):
    body = copy.deepcopy(sample(name))
    body["detail"]["payload"] |= changes
    return body


def told(name, **changes):
    """The topic's own event, with fields of the payload changed."""
    return read(with_payload(name, **changes))[0]


def test_an_order_tells_the_language_that_it_was_made_in():
    assert told("orders-create", customer_locale="da-DK").context == {"locale": "da-DK"}
    assert told("checkouts-create", customer_locale=None).context == {}


@pytest.mark.parametrize(
    ("name", "type", "who", "some"),
    [
        ("carts-update", "cart.updated", CART, {"cart_id": TOKEN, "total": 994.0, "currency": "DKK", "cart_url": "https://nordlys-demo.myshopify.com/cart/5002:2,5001:1"}),
        ("checkouts-create", "checkout.started", HERS, {"cart_id": TOKEN, "total": 994.0, "cart_url": "https://nordlys-demo.myshopify.com/4711/checkouts/cdf5e7b1a3/recover?key=made-up"}),
        ("checkouts-update", "checkout.completed", HERS, {"cart_id": TOKEN}),
        ("orders-create", "order.placed", HERS, {"cart_id": TOKEN, "order_id": "#1042", "total": 994.0, "currency": "DKK"}),
        ("orders-cancelled", "order.cancelled", Ref(id=ADA), {"order_id": "#1042", "cancel_reason": "customer"}),
        ("orders-updated", "order.updated", Ref(id=ADA), {"order_id": "#1042", "financial_status": "partially_refunded"}),
        ("fulfillments-create", "order.shipped", MAIL, {"order_id": "#1042", "tracking_number": "00370000001"}),
        ("fulfillments-update", "order.delivered", MAIL, {"order_id": "#1042", "product": "Oak kite - Large"}),
        ("refunds-create", "refund.created", None, {"refund_id": "1501", "total": 249.5}),
        ("customers-create", "customer.registered", Ref(id=ADA), {"shopify_state": "enabled"}),
        ("customers-email-consent", "customer.consent_told", Ref(id=ADA), {}),
        ("customers-sms-consent", "customer.consent_told", Ref(id=ADA), {}),
        ("customers-delete", "customer.deleted", Ref(id=ADA), {}),
        ("customers-data-request", "customer.data_asked", Ref(id=ADA), {"request_id": "9999"}),
        ("products-update", "product.updated", None, {"product_id": "4001", "published": True, "date": "2026-03-17", "url": "https://nordlys-demo.myshopify.com/products/storm-lantern"}),
        ("draft-orders-create", "shopify.draft_orders.create", Ref(id=ADA), {"total_price": "495.00"}),
    ],
)  # fmt: skip
def test_each_topic_is_an_event_in_our_words(name, type, who, some):
    event = told(name)
    assert (event.type, event.customer, event.source) == (type, who, "shopify")
    assert {key: event.properties.get(key) for key in some} == some
    assert event.id.startswith("shopify.")
    assert event.received == NOW


def test_every_sample_is_looked_at():
    listed = {row[0] for row in test_each_topic_is_an_event_in_our_words.pytestmark[0].args[1]}
    assert listed | {"customers-redact"} == {path.stem for path in SAMPLES.glob("*.json")}


def test_who_is_to_be_redacted_is_forgotten():
    assert told("customers-redact") == erasure(Ref(id=ADA), NOW, "shopify")
    by_address = {"id": None, "email": "bo@shop.example"}
    assert told("customers-redact", customer=by_address) == erasure(Ref(email="bo@shop.example"), NOW, "shopify")
    with pytest.raises(BadEvent) as refused:
        told("customers-redact", customer=None)
    assert refused.value.field == "payload.customer"


@pytest.mark.parametrize("topic", sorted(TOPICS.keys() - {"customers/redact"}))
def test_no_topic_needs_more_than_it_says(topic):
    (event, *beside) = SHOP({"X-Shopify-Topic": topic}, {}, received=NOW, delivery="d1")
    assert event.id == f"shopify.{topic}.d1"
    assert (event.time, beside) == (NOW, [])


def test_what_an_item_is():
    assert told("checkouts-create").properties["items"][0] == {
        "product_id": "4002", "variant_id": "5002", "sku": "toys-004", "name": "Oak kite", "variant": "Large",
        "brand": "Nordlys", "quantity": 2, "price": 249.5,
    }  # fmt: skip


def test_an_order_s_payload_leaves_streets_and_networks_behind():
    said = json.dumps(told("orders-create").properties)
    assert not [word for word in ("Strandgade", "192.0.2.10", "visa", "ada@") if word in said]


@pytest.mark.parametrize(
    ("customer", "email", "who"),
    [
        ({"id": 5, "email": "bo@shop.example"}, None, Ref(id="5", previous_id=device_id(TOKEN))),
        ({"id": 5.0}, None, Ref(id="5", previous_id=device_id(TOKEN))),
        (None, "bo@shop.example", Ref(email="bo@shop.example")),
        (None, "bo@", CART),
        (None, None, CART),
    ],
)
def test_a_checkout_is_the_customer_s_else_the_address_s_else_the_cart_s(customer, email, who):
    assert told("checkouts-create", customer=customer, email=email).customer == who


def test_a_cart_keeps_its_token_without_the_key_behind_it():
    cart = told("carts-update", token=f"{TOKEN}?key=secret")
    assert (cart.customer, cart.properties["cart_id"]) == (CART, TOKEN)


def test_the_codes_of_an_order_are_those_that_were_handed_in():
    order = told("orders-create", discount_codes=[{"code": "COMEBACK-7K2", "amount": "74.55", "type": "percentage"}])
    assert coupons.handed_in(order) == ("COMEBACK-7K2",)


def test_an_emptied_cart_is_worth_nothing():
    properties = told("carts-update", line_items=[]).properties
    assert properties == {"cart_id": TOKEN, "items": [], "total": 0}


def test_a_phone_number_that_is_none_is_no_address_and_no_reason_to_refuse():
    customer = sample("customers-create")["detail"]["payload"] | {"phone": "555-555-SHIP"}
    assert told("customers-create", **customer).addresses == {"email": "ada@shop.example"}


def test_a_guest_is_a_customer_without_an_account():
    assert told("customers-create", state="disabled").type == "customer.created"


def test_what_is_true_of_a_customer():
    event = told("customers-create")
    assert event.attributes == {
        "backend": {
            "first_name": "Ada", "last_name": "Holm", "country": "DK", "currency": "DKK", "shopify_state": "enabled",
            "shopify_tags": ["friend", "lamps"],
        }
    }  # fmt: skip
    assert event.addresses == {"email": "ada@shop.example", "phone": "+4520123456"}


SPOKEN = 1_773_734_400_000  # 2026-03-17T08:00:00Z


@pytest.mark.parametrize(
    ("state", "level", "word", "proof"),
    [
        ("subscribed", "confirmed_opt_in", "granted", "shopify: confirmed_opt_in"),
        ("SUBSCRIBED", "single_opt_in", "granted", ""),
        ("subscribed", None, "granted", ""),
        ("unsubscribed", "confirmed_opt_in", "withdrawn", ""),
        ("redacted", None, "withdrawn", ""),
        ("invalid", None, "withdrawn", ""),
        ("pending", None, None, ""),
        ("not_subscribed", None, None, ""),
        (None, None, None, ""),
    ],
)
def test_a_word_of_consent(state, level, word, proof):
    said = {"state": state, "opt_in_level": level, "consent_updated_at": "2026-03-17T09:00:00+01:00"}
    consents = told("customers-email-consent", email_marketing_consent=said).consents
    expected = [Consent(t, "email", word, SPOKEN, source="shopify", proof=proof) for t in ("offers", "news")]
    assert consents == (tuple(expected) if word else ())


def test_consent_to_text_messages_is_of_their_topics():
    assert told("customers-sms-consent").consents == (Consent("offers", "sms", "withdrawn", SPOKEN, source="shopify"),)


def test_an_order_tells_what_was_sent_back_and_what_has_arrived_each_time_as_the_same_event():
    first, again = (read(with_payload("orders-updated", updated_at=at)) for at in ("2026-03-25", "2026-03-26"))
    assert [(e.id, e.type) for e in first[1:]] == [
        ("shopify.refund.1501", "order.refunded"), ("shopify.delivered.2001", "order.delivered"),
    ]  # fmt: skip
    assert first[1:] == again[1:]
    assert first[1].properties["total"] == 249.5
    assert {event.customer for event in first} == {Ref(id=ADA)}


def test_an_arrival_is_one_event_whichever_topic_tells_it():
    assert told("fulfillments-update").id == "shopify.delivered.2001"
    assert told("fulfillments-update", shipment_status="in_transit").type == "fulfillment.updated"


@pytest.mark.parametrize(
    ("changes", "available"),
    [
        ({"inventory_quantity": 1}, True),
        ({"inventory_quantity": 0}, False),
        ({"inventory_quantity": -2}, False),
        ({"inventory_quantity": 0, "inventory_policy": "continue"}, True),
        ({"inventory_quantity": 0, "inventory_management": None}, True),
        ({"inventory_quantity": None}, True),
    ],
)
def test_whether_a_variant_can_be_bought(changes, available):
    [variant] = sample("products-update")["detail"]["payload"]["variants"]
    [known] = told("products-update", variants=[variant | changes]).properties["variants"]
    assert known["available"] is available
    assert (known["variant_id"], known["price"]) == ("5001", 396.0)


@pytest.mark.parametrize(
    ("changes", "published"),
    [({}, True), ({"status": "draft"}, False), ({"status": "archived"}, False), ({"published_at": None}, False)],
)
def test_whether_a_product_is_on_sale(changes, published):
    assert told("products-update", **changes).properties["published"] is published


@pytest.mark.parametrize(
    ("metadata", "id"),
    [
        ({"X-Shopify-Event-Id": "e", "X-Shopify-Webhook-Id": "w"}, "e"),
        ({"shopify-event-id": "e"}, "e"),
        ({"X-Shopify-Webhook-Id": "w"}, "w"),
        ({}, "envelope"),
    ],
)
def test_the_event_s_own_id_goes_before_the_delivery_s(metadata, id):
    (event,) = SHOP(metadata | {"x-shopify-topic": "Carts/Update"}, {}, received=NOW, delivery="envelope")
    assert event.id == f"shopify.carts/update.{id}"


@pytest.mark.parametrize(
    ("metadata", "payload", "time", "expected"),
    [
        ({"X-Shopify-Triggered-At": "2026-03-17T09:00:00.250Z"}, {"updated_at": "2026-01-01"}, "2026-02-01", 1_773_738_000_250),
        ({}, {"updated_at": "2026-03-17T10:00:00+01:00"}, "2026-02-01", 1_773_738_000_000),
        ({}, {}, "2026-03-17T09:00:00Z", 1_773_738_000_000),
        ({}, {}, None, NOW),
        ({"X-Shopify-Triggered-At": "2027-01-01T00:00:00Z"}, {}, None, NOW),
    ],
)  # fmt: skip
def test_when_it_happened(metadata, payload, time, expected):
    (event,) = SHOP(metadata | {"X-Shopify-Topic": "carts/update"}, payload, received=NOW, delivery="d", time=time)
    assert event.time == expected


@pytest.mark.parametrize(
    ("metadata", "payload", "code", "field"),
    [
        ({}, [], "bad_value", "payload"),
        ({"X-Shopify-Triggered-At": "yesterday"}, {}, "bad_time", "metadata.triggered-at"),
        ({}, {"updated_at": "yesterday"}, "bad_time", "payload.updated_at"),
        ({"X-Shopify-Topic": "x" * 300}, {}, "too_long", "metadata.topic"),
        ({"X-Shopify-Event-Id": "x" * 300}, {}, "too_long", "metadata.event-id"),
        ({}, {"token": "x" * 300}, "too_long", "payload"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(metadata, payload, code, field):
    with pytest.raises(BadEvent) as refused:
        SHOP({"X-Shopify-Topic": "carts/update"} | metadata, payload, received=NOW, delivery="d")
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_envelope_of_somebody_who_is_not_trusted_is_no_shop_s():
    (event,) = eventbridge.read(sample("orders-create"), received=NOW, messages=Segment(), shop=SHOP, trusted=False)
    assert isinstance(event, Event)
    assert (event.type, event.customer, event.consents) == ("shopifyWebhook", None, ())


def test_every_topic_is_told_of():
    told = (SAMPLES.parents[1] / "docs" / "shops.md").read_text()
    assert [topic for topic in TOPICS if f"`{topic}`" not in told] == []
