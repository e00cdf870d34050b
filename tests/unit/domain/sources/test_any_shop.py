"""Whatever a shop system may send, on whichever topic: events, or a refusal that names the field; never an accident."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kairos.domain import products
from kairos.domain.events import Event
from kairos.domain.sources import canonical, shopify, stripe
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.shopify_topics import TOPICS

NOW = 1_798_000_000_000
SHOP = shopify.Shopify({"email": ("offers",), "sms": ("offers",)})
FIELDS = [
    "id", "token", "cart_token", "customer", "customer_id", "email", "phone", "line_items", "refunds", "fulfillments", "name",
    "transactions", "refund_line_items", "line_item", "kind", "amount", "shipment_status", "variants", "price", "title",
    "inventory_quantity", "inventory_management", "updated_at", "created_at", "image", "src", "handle", "published_at",
    "email_marketing_consent", "sms_marketing_consent", "state", "opt_in_level", "consent_updated_at", "default_address",
    "total_price", "tags", "items", "data", "metadata", "status", "trial_end", "currency", "due_date", "current_period_end",
    "plan", "recurring", "interval", "interval_count", "unit_amount", "quantity", "cancel_at", "amount_due", "parent",
    "subscription_details", "ended_at", "preferred_locales", "discount_codes", "product_id", "variant_id",
]  # fmt: skip
WORDS = [
    "subscribed",
    "delivered",
    "active",
    "trialing",
    "refund",
    "month",
    "dkk",
    "2026-03-17T10:00:00Z",
    "12.50",
    "gid://x/1",
    "a@b.example",
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text(max_size=8), st.sampled_from(WORDS)
)  # fmt: skip
ANY = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=15,
)
PAYLOADS = st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=12)
GENEROUS = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def sound(events: tuple[Event, ...]) -> None:
    """They can be queued, read again as they were, and compared with what was known of a product."""
    for event in events:
        assert canonical.from_dict(json.loads(json.dumps(canonical.to_dict(event)))) == event
        products.hear(products.Known(0, {"1": 9.0}, stock=False), event)


@GENEROUS
@given(topic=st.sampled_from(sorted(TOPICS)), payload=PAYLOADS)
def test_shopify(topic: str, payload: dict[str, object]) -> None:
    with suppress(BadEvent):
        sound(SHOP({"X-Shopify-Topic": topic}, payload, received=NOW, delivery="d"))


@GENEROUS
@given(
    type=st.sampled_from(sorted(stripe.KINDS)), now=PAYLOADS, before=PAYLOADS, created=st.just(NOW // 1000) | SCALARS
)
def test_stripe(type: str, now: dict[str, object], before: dict[str, object], created: object) -> None:
    data = {"object": now, "previous_attributes": before}
    with suppress(BadEvent):
        sound(
            stripe.read(
                {"id": "evt_1", "object": "event", "type": type, "created": created, "data": data}, received=NOW
            )
        )


@pytest.mark.parametrize(
    "detail", [{}, {"metadata": None}, {"metadata": {}, "payload": {}}, {"object": "event"}, [], None]
)
def test_what_is_of_no_shop_is_none(detail: object) -> None:
    assert not shopify.is_one(detail)
    assert not stripe.is_one(detail)
