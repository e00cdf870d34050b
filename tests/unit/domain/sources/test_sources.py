"""What sources say, as the canonical event; what they may not say, refused with the field's name."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain import tags
from kairos.domain.events import AHEAD, Consent, Event, Ref, Wake
from kairos.domain.sources import canonical, cloudevents, eventbridge, own, parts, queued, ses, sms
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from tests.unit.domain.shop import address_hash

SEGMENT = Segment()
NOW = 1_795_424_400_000  # 2026-11-23T09:00:00Z
SAMPLES = Path(__file__).parents[4] / "events"
CARRIED = tags.write(message="m1", customer="ada 7", campaign="abandoned-cart", step="send.reminder")


def understood(body, *, trusted=True):
    return own.normalise(body, received=NOW, new_id=lambda: "made", trusted=trusted)


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("ada", Ref(id="ada")),
        ({"id": "ada"}, Ref(id="ada")),
        ({"id": 7}, Ref(id="7")),
        ({"anonymous_id": "d1", "id": None}, Ref(anonymous_id="d1")),
        ({"email": "ada@shop.example"}, Ref(email="ada@shop.example")),
        (None, None),
    ],
)
def test_a_customer_is_named_in_many_ways(customer, expected):
    assert understood({"type": "page.viewed", "customer": customer}).customer == expected


def test_an_event_without_id_and_time_gets_a_random_id_and_its_receipt():
    event = understood({"type": "page.viewed"})
    assert (event.id, event.time, event.received) == ("made", NOW, NOW)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-11-23T08:59:00Z", NOW - 60_000),
        ("2026-11-23T09:59:00+01:00", NOW - 60_000),
        ("2026-11-23T08:59:00", NOW - 60_000),
        ("2026-11-23T09:05:00Z", NOW + AHEAD),
        ("2026-11-23T09:05:00.001Z", NOW),
    ],
)
def test_a_time_is_believed_up_to_five_minutes_ahead(time, expected):
    assert understood({"type": "page.viewed", "time": time}).time == expected


def deep(levels):
    return {"x": deep(levels - 1)} if levels else 1


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "bad_event", ""),
        ({}, "bad_value", "type"),
        ({"type": " "}, "bad_value", "type"),
        ({"type": "a\nb"}, "bad_value", "type"),
        ({"type": "x" * 300}, "too_long", "type"),
        ({"type": "message.sent"}, "reserved_type", "type"),
        ({"type": "kairos.customer"}, "reserved_type", "type"),
        ({"type": "a", "time": "yesterday"}, "bad_time", "time"),
        ({"type": "a", "time": 5}, "bad_time", "time"),
        ({"type": "a", "id": ""}, "bad_value", "id"),
        ({"type": "a", "customer": 5}, "bad_value", "customer"),
        ({"type": "a", "customer": {}}, "bad_value", "customer"),
        ({"type": "a", "customer": {"email": "nobody"}}, "bad_value", "customer.email"),
        ({"type": "a", "properties": []}, "bad_value", "properties"),
        ({"type": "a", "properties": deep(40)}, "too_deep", ""),
        ({"type": "a", "consents": [{"topic": "offers", "channel": "email"}]}, "bad_value", "consents.0.state"),
        ({"type": "a", "consents": [{"state": "granted", "channel": "email"}]}, "bad_value", "consents.0.topic"),
    ],
)
def test_what_is_wrong_is_refused_with_the_name_of_its_field(body, code, field):
    with pytest.raises(BadEvent) as refused:
        understood(body)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.message.startswith(("must ", "is a type that only Kairos makes")), "what was expected"


@pytest.mark.parametrize("detail", [None, [], "text", 5])
def test_the_detail_of_a_bus_event_is_an_object(detail):
    with pytest.raises(BadEvent, match="must be an object") as refused:
        eventbridge.normalise(envelope(detail), received=NOW, messages=SEGMENT)
    assert refused.value.field == "detail"


def test_only_a_trusted_sender_speaks_of_consents_and_addresses():
    consents = [{"topic": "offers", "channel": "email", "state": "granted"}]
    body = {"type": "a", "customer": {"id": "ada", "email": "ada@shop.example"}}
    assert understood(body | {"consents": consents}).consents == (Consent("offers", "email", "granted", NOW),)
    assert understood(body).addresses == {"email": "ada@shop.example"}
    assert understood(body, trusted=False).addresses == {}
    with pytest.raises(BadEvent) as refused:
        understood(body | {"consents": consents}, trusted=False)
    assert refused.value.field == "consents"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+4520123456", "+4520123456"),
        (" +45 20 12 34 56 ", "+4520123456"),
        ("+1 (425) 555-0182", "+14255550182"),
        ("0045 2012.3456", "+4520123456"),
        ("+49/30/1234567", "+49301234567"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("20123456", None),
        ("410-555-9412", None),
        ("+45", None),
        ("+4520123456789012", None),
        ("+45 20 12 34 56 ext. 7", None),
        ("+0020123456", None),
        ("++4520123456", None),
        ("00", None),
        ("+４５２０１２３４５６", None),
    ],
)
def test_a_phone_number_has_its_country_and_one_form(written, kept):
    if kept is None:
        for told in (lambda: parts.addresses({"phone": written}), lambda: own.customer({"phone": written})):
            with pytest.raises(BadEvent, match="with its country") as refused:
                told()
            assert refused.value.field in ("addresses.phone", "customer.phone")
    else:
        assert parts.addresses({"phone": written, "whatsapp": written}) == {"phone": kept, "whatsapp": kept}
        assert own.customer({"phone": written}) == Ref(phone=kept)


def envelope(detail, **more):
    return {
        "version": "0", "id": "e1", "detail-type": "order.placed", "source": "shop",
        "time": "2026-11-23T08:00:00Z", "detail": detail,
    } | more  # fmt: skip


def test_a_bus_event_has_the_senders_id_else_the_envelopes():
    named = eventbridge.normalise(envelope({"id": "o1", "customer": "ada"}), received=NOW, messages=SEGMENT)
    unnamed = eventbridge.normalise(envelope({"customer": "ada"}), received=NOW, messages=SEGMENT)
    assert (named.id, unnamed.id) == ("o1", "e1")
    assert (unnamed.type, unnamed.source, unnamed.time) == ("order.placed", "shop", NOW - 3_600_000)


def test_kairos_does_not_listen_to_itself():
    with pytest.raises(BadEvent) as refused:
        eventbridge.normalise(envelope({}, source="kairos"), received=NOW, messages=SEGMENT)
    assert refused.value.code == "reserved_source"


def test_a_segment_message_may_lie_in_a_bus_event():
    detail = {"type": "track", "userId": "ada", "event": "Chat Opened", "timestamp": "2026-11-23T08:00:00Z"}
    event = eventbridge.normalise(envelope(detail), received=NOW, messages=SEGMENT)
    assert (event.id, event.type, event.customer, NOW - event.time) == ("e1", "Chat Opened", Ref(id="ada"), 3_600_000)


CLOUD_EVENT = {"specversion": "1.0", "id": "42", "source": "/web", "type": "product.viewed", "subject": "ada"}


def test_a_cloud_event_happened_when_it_says():
    event = cloudevents.normalise(
        CLOUD_EVENT | {"time": "2026-11-23T08:59:00Z"}, received=NOW, new_id=lambda: "made", trusted=True
    )
    assert event.time == NOW - 60_000


def test_a_cloudevent_may_lie_in_a_bus_event():
    event = eventbridge.normalise(envelope(CLOUD_EVENT), received=NOW, messages=SEGMENT)
    assert (event.id, event.type) == ("/web 42", "product.viewed")


def mail(kind, name, **about):
    carried = {tag: [value] for tag, value in CARRIED.items()}
    told = {"timestamp": "2026-11-23T08:00:00Z", **about}
    sent = {"messageId": "s1", "timestamp": "2026-11-23T07:59:00Z", "tags": carried}
    return {"eventType": kind, "mail": sent, name: told}


BOUNCED = [{"emailAddress": "Ada <ada@shop.example>"}]


@pytest.mark.parametrize(
    ("body", "kind", "suppresses"),
    [
        (mail("Send", "send"), "sent", False),
        (mail("Delivery", "delivery"), "delivered", False),
        (mail("DeliveryDelay", "deliveryDelay", delayType="MailboxFull"), "delayed", False),
        (mail("Bounce", "bounce", bounceType="Permanent", bouncedRecipients=BOUNCED), "bounced", True),
        (mail("Bounce", "bounce", bounceType="Transient", bouncedRecipients=BOUNCED), "bounced", False),
        (mail("Complaint", "complaint", complaintSubType=None, complainedRecipients=BOUNCED), "complained", True),
        (mail("Reject", "reject", reason="Bad content"), "rejected", False),
        (mail("Rendering Failure", "failure"), "rejected", False),
        (mail("Open", "open"), "opened", False),
        (mail("Click", "click", link="https://shop.example/"), "clicked", False),
    ],
)
def test_what_ses_says_of_a_message(body, kind, suppresses):
    (feedback,) = ses.read(body)
    assert (feedback.kind, feedback.message, feedback.customer) == (kind, "m1", "ada 7")
    closed = f"email#{address_hash('email', 'ada@shop.example')}"
    assert feedback.permanent is suppresses
    assert not suppresses or feedback.place(address_hash) == closed
    event = feedback.event(NOW, address_hash)
    assert (event is None) is (kind == "sent")
    if event:
        assert (event.type, event.own) == (f"message.{kind}", True)
        assert event.properties["campaign"] == "abandoned-cart"


@pytest.mark.parametrize(
    ("body", "kind", "permanent"),
    [
        ({"eventType": "TEXT_DELIVERED", "eventTimestamp": NOW, "context": CARRIED}, "delivered", False),
        ({"eventType": "TEXT_INVALID", "eventTimestamp": NOW, "destinationPhoneNumber": "+4512345678"}, "bounced", True),
        ({"eventType": "TEXT_CARRIER_UNREACHABLE", "eventTimestamp": NOW}, "bounced", False),
        (
            {"notification": {"messageId": "n", "timestamp": "2026-11-23 09:00:00.000"}, "delivery": {}, "status": "SUCCESS"},
            "delivered", False,
        ),
        (
            {
                "EndpointArn": "arn:aws:sns:eu-west-1:1:endpoint/GCM/app/1", "EventType": "DeliveryFailure",
                "FailureType": "EndpointDisabled", "Time": "2026-11-23 09:00:00.000",
            },
            "bounced", True,
        ),
    ],
)  # fmt: skip
def test_what_carriers_and_platforms_say(body, kind, permanent):
    (feedback,) = sms.read(body)
    assert (feedback.kind, feedback.permanent, feedback.time) == (kind, permanent, NOW)


def sample(name):
    return [json.loads(record["body"]) for record in json.loads((SAMPLES / name).read_text())["Records"]]


def test_the_sample_of_the_events_queue_is_understood():
    read = [one for body in sample("evaluate.json") for one in queued.read(body, NOW, SEGMENT)]
    assert [type(one) for one in read] == [Event, Event, Event, Wake]
    assert [one.id for one in read if isinstance(one, Event)] == ["cart-1", "order-1", "/web 42"]


def test_a_greeting_is_skipped_and_a_bounce_is_heard():
    read = [one for body in sample("evaluate-feedback.json") for one in queued.read(body, NOW, SEGMENT)]
    assert [(one.kind, one.customer, one.permanent) for one in read if isinstance(one, Feedback)] == [
        ("bounced", "ada", True)
    ]


@pytest.mark.parametrize("body", [None, [], 5, {}, {"kairos": "nothing"}, {"kairos": "event"}])
def test_what_is_of_no_known_kind_is_refused(body):
    expected = "is of no kind known here" if isinstance(body, dict) else "must be an object"
    with pytest.raises(BadEvent, match=expected) as refused:
        queued.read(body, NOW, SEGMENT)
    assert refused.value.code == "not_understood"


TEXT = st.text(min_size=1, max_size=20)


@given(id=TEXT, who=TEXT, properties=st.dictionaries(TEXT, st.integers() | TEXT), own_made=st.booleans())
def test_the_canonical_form_survives_the_queue(id, who, properties, own_made):
    consents = (Consent("offers", "email", "granted", NOW, proof="p"),)
    event = Event(
        id, "a.b", NOW, NOW, customer=Ref(id=who), properties=properties, consents=consents,
        attributes={"declared": {"x": None}}, addresses={"email": None}, own=own_made,
    )  # fmt: skip
    assert canonical.from_dict(json.loads(json.dumps(canonical.to_dict(event)))) == event


@given(customer=st.text(max_size=60), step=st.text(max_size=30))
def test_tags_come_back_as_they_went_and_hold_only_what_ses_allows(customer, step):
    carried = tags.write(message="m1", customer=customer, step=step)
    assert all(c.isascii() and (c.isalnum() or c in "-_") for value in carried.values() for c in value)
    back = tags.read(carried)
    assert (back.get("customer", ""), back.get("step", "")) == (customer, step)
