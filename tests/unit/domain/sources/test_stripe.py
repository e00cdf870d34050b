"""What Stripe sends, as the canonical event: every type by a payload of its own in events/stripe."""

import copy
import json
from pathlib import Path

import pytest

from kairos.domain.events import Ref
from kairos.domain.sources import queued, stripe_parts
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.stripe import KINDS, read

SAMPLES = Path(__file__).parents[4] / "events" / "stripe"
NOW = 1_798_000_000_000  # 2026-12-23
ADA = Ref(id="ada", previous_id="cus_Made01")


def sample(name):
    return json.loads((SAMPLES / f"{name}.json").read_text())


def told(name, before=None, **changes):
    """The event, with fields of its object changed."""
    body = copy.deepcopy(sample(name))
    body["detail"]["data"]["object"] |= changes
    if before is not None:
        body["detail"]["data"]["previous_attributes"] = before
    (event,) = queued.read(body, NOW, Segment())
    return event


@pytest.mark.parametrize(
    ("name", "type", "who", "some"),
    [
        ("invoice-created", "invoice.drafted", ADA, {"invoice_id": "in_1Made0001"}),
        ("invoice-finalized", "invoice.issued", ADA, {"invoice_id": "F-20417", "total": 1895.5, "currency": "DKK", "due_on": "2026-11-12", "pay_url": "https://invoice.stripe.example/i/made-up"}),
        ("invoice-payment-failed", "invoice.payment_failed", ADA, {"attempt_count": 1, "next_attempt_on": "2026-11-15", "due_on": None}),
        ("invoice-paid", "invoice.paid", ADA, {"invoice_id": "F-20417", "total": 1895.5}),
        ("invoice-voided", "invoice.credited", ADA, {"invoice_id": "F-20417"}),
        ("subscription-created", "trial.started", ADA, {"plan": "plus", "trial_ends_at": "2026-10-15T08:00:00Z"}),
        ("subscription-trial-will-end", "trial.ending", ADA, {"plan": "plus"}),
        ("subscription-updated", "subscription.started", ADA, {"plan": "plus", "value": 348.0, "currency": "DKK"}),
        ("subscription-cancelled", "subscription.cancelled", ADA, {"reason": "cancellation_requested"}),
        ("subscription-deleted", "subscription.ended", ADA, {"status": "canceled"}),
        ("checkout-session-completed", "checkout.completed", ADA, {"total": 29.0, "mode": "subscription"}),
        ("customer-created", "billing.customer_created", ADA, {}),
        ("charge-refunded", "stripe.charge.refunded", Ref(id="cus_Made02"), {"amount_refunded": 2900}),
    ],
)  # fmt: skip
def test_each_type_is_an_event_in_our_words(name, type, who, some):
    event = told(name)
    assert (event.type, event.customer, event.source) == (type, who, "stripe")
    assert {key: event.properties.get(key) for key in some} == some
    assert event.id.startswith("evt_")
    assert event.time < event.received == NOW


def test_every_sample_is_looked_at():
    listed = {row[0] for row in test_each_type_is_an_event_in_our_words.pytestmark[0].args[1]}
    assert listed == {path.stem for path in SAMPLES.glob("*.json")}


@pytest.mark.parametrize("type", sorted(KINDS))
def test_no_type_needs_more_than_it_says(type):
    body = {"id": "evt_1", "object": "event", "type": type, "created": 1_790_000_000, "data": {"object": {}}}
    (event,) = read(body, received=NOW)
    assert (event.id, event.customer, event.addresses) == ("evt_1", None, {})


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, ADA),
        ({"parent": None}, Ref(id="cus_Made01")),
        ({"parent": None, "metadata": {"customer_id": 7}}, Ref(id="7", previous_id="cus_Made01")),
        ({"parent": None, "subscription_details": {"metadata": {"customer_id": "bo"}}}, Ref(id="bo", previous_id="cus_Made01")),
        ({"parent": None, "metadata": {"customer_id": "cus_Made01"}}, Ref(id="cus_Made01")),
        ({"customer": None}, Ref(id="ada")),
        ({"customer": {"id": "cus_1"}, "parent": None}, None),
    ],
)  # fmt: skip
def test_the_shop_s_own_id_goes_before_stripe_s(changes, who):
    assert told("invoice-finalized", **changes).customer == who


def test_an_address_comes_with_its_customer():
    assert told("invoice-finalized").addresses == {"email": "ada@shop.example"}


@pytest.mark.parametrize(
    ("status", "before", "ends", "type"),
    [
        ("active", {"status": "trialing"}, False, "subscription.started"),
        ("active", {"status": "incomplete"}, False, "subscription.started"),
        ("trialing", {"status": "incomplete"}, False, "trial.started"),
        ("active", {"status": "past_due"}, False, "subscription.updated"),
        ("active", {"metadata": {}}, False, "subscription.updated"),
        ("trialing", {"trial_end": 1}, False, "trial.updated"),
        ("active", {"cancel_at_period_end": False}, True, "subscription.cancelled"),
        ("trialing", {"cancel_at_period_end": False}, True, "trial.cancelled"),
        ("active", {"metadata": {}}, True, "subscription.updated"),
        ("active", {"cancel_at_period_end": True}, False, "subscription.updated"),
    ],
)
def test_what_has_changed_of_a_subscription(status, before, ends, type):
    event = told("subscription-updated", before, status=status, cancel_at_period_end=ends)
    assert event.type == type


@pytest.mark.parametrize(
    ("status", "type"),
    [("trialing", "trial.started"), ("active", "subscription.started"), ("incomplete", "subscription.created")],
)
def test_a_subscription_begins_when_it_is_paid_for(status, type):
    assert told("subscription-created", status=status).type == type


@pytest.mark.parametrize(
    ("changes", "type"),
    [
        ({}, "subscription.ended"),
        ({"cancel_at_period_end": False, "cancel_at": None}, "subscription.cancelled"),
        ({"cancel_at_period_end": False, "cancel_at": None, "trial_end": 1_794_729_600}, "trial.cancelled"),
        ({"cancel_at_period_end": False, "cancel_at": None, "trial_end": 1_792_051_200}, "subscription.cancelled"),
    ],
)
def test_the_end_is_told_once_whether_it_was_asked_for_before_or_is_now(changes, type):
    assert told("subscription-deleted", **changes).type == type


@pytest.mark.parametrize(
    ("name", "status", "renews"),
    [
        ("subscription-created", "trialing", "2026-10-15"),
        ("subscription-updated", "active", "2026-11-15"),
        ("subscription-cancelled", "ending", None),
        ("subscription-deleted", "canceled", None),
    ],
)
def test_what_campaigns_ask_of_a_subscription_is_the_customer_s(name, status, renews):
    known = told(name).attributes["backend"]
    assert (known["subscription_status"], known["subscription_renews_on"]) == (status, renews)


def test_older_versions_tell_the_period_of_the_whole_subscription():
    event = told("subscription-updated", items={"data": []}, current_period_end=1_792_051_200)
    assert event.attributes["backend"]["subscription_renews_on"] == "2026-10-15"


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        (1999, "eur", 19.99), (500, "jpy", 500), (1500, "kwd", 1.5), (0, "dkk", 0.0),
        (None, "eur", None), (1999, None, None), (True, "eur", None), ("1999", "eur", None),
    ],
)  # fmt: skip
def test_an_amount_is_in_whole_units(value, currency, expected):
    assert stripe_parts.amount(value, currency) == expected


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"data": None}, "not_understood", "detail.data.object"),
        ({"object": "v2.core.event", "data": None}, "not_understood", "detail.data.object"),
        ({"data": [1]}, "bad_value", "detail.data"),
        ({"created": "today"}, "bad_time", "detail.created"),
        ({"id": None}, "bad_value", "detail.id"),
        ({"type": 5}, "bad_value", "detail.type"),
        ({"data": {"object": {"customer": "x" * 300}}}, "too_long", "detail.data.object"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field(changes, code, field):
    with pytest.raises(BadEvent) as refused:
        read(sample("invoice-paid")["detail"] | changes, received=NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_every_type_is_told_of():
    told = (SAMPLES.parents[1] / "docs" / "shops.md").read_text()
    assert [type for type in KINDS if f"`{type}`" not in told] == []
