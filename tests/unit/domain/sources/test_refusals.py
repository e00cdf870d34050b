"""What is wrong with what was sent, as the sender reads it: a code for programs, the field, and what was expected."""

from collections.abc import Callable
from typing import Any

import pytest

from kairos.domain.sources import (
    bounds,
    canonical,
    cloudevents,
    customers,
    eventbridge,
    own,
    parts,
    queued,
    sms,
    traits,
)
from kairos.domain.sources.bounds import LONGEST_NAME
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment

SEGMENT = Segment()
NOW = 1_795_424_400_000  # 2026-11-23T09:00:00Z


def bus(**said: Any) -> Any:
    envelope = {
        "id": "e1",
        "detail-type": "page.viewed",
        "source": "shop",
        "time": "2026-11-23T09:00:00Z",
        "detail": {},
    } | said
    return eventbridge.normalise(envelope, received=NOW, messages=SEGMENT)


def cloud(**said: Any) -> Any:
    told = {"specversion": "1.0", "id": "1", "source": "shop", "type": "page.viewed"} | said
    return cloudevents.normalise(told, received=NOW, new_id=lambda: "n", trusted=True)


def segment(body: Any) -> Any:
    return SEGMENT(body, received=NOW, new_id=lambda: "n", trusted=True)


def plain(**said: Any) -> Any:
    return own.normalise({"type": "page.viewed"} | said, received=NOW, new_id=lambda: "n", trusted=True)


def consent(**said: Any) -> Any:
    return parts.consents([{"topic": "offers", "channel": "sms", "state": "granted"} | said], NOW)


PRINTABLE = "must not contain control characters"
TIME = "must be an ISO 8601 time such as 2026-11-23T09:00:00Z"
PHONE = "must be a phone number with its country, such as +45 20 12 34 56"
BYTES = "must have at most 1000 bytes of UTF-8"
TOKEN = {"token": "t", "platform": "fcm"}

REFUSED: list[tuple[Callable[[], Any], str, str, str]] = [
    (lambda: parts.text("", "a"), "bad_value", "a", "must be a non-empty string"),
    (lambda: parts.text(" \t", "a"), "bad_value", "a", "must be a non-empty string"),
    (lambda: parts.text(7, "a"), "bad_value", "a", "must be a non-empty string"),
    (lambda: parts.text("x" * 257, "a"), "too_long", "a", "must have at most 256 characters"),
    (lambda: parts.text("x\x1f", "a"), "bad_value", "a", PRINTABLE),
    (lambda: parts.text("x\x7f", "a"), "bad_value", "a", PRINTABLE),
    (lambda: parts.mapping([], "a"), "bad_value", "a", "must be an object"),
    (lambda: parts.moment(7, "a"), "bad_time", "a", TIME),
    (lambda: parts.moment("tomorrow", "a"), "bad_time", "a", TIME),
    (lambda: parts.consents("x", NOW), "bad_value", "consents", "must be a list"),
    (lambda: parts.consents({}, NOW), "bad_value", "consents", "must be a list"),
    (lambda: parts.consents([7], NOW), "bad_value", "consents.0", "must be an object"),
    (lambda: consent(state="maybe"), "bad_value", "consents.0.state", "must be granted or withdrawn"),
    (lambda: consent(topic=None), "bad_value", "consents.0.topic", "must be a non-empty string"),
    (lambda: consent(channel=""), "bad_value", "consents.0.channel", "must be a non-empty string"),
    (lambda: consent(time="x"), "bad_time", "consents.0.time", TIME),
    (lambda: consent(source=7), "bad_value", "consents.0.source", "must be a non-empty string"),
    (lambda: consent(wording="w" * 4097), "too_long", "consents.0.wording", "must have at most 4096 characters"),
    (lambda: consent(proof="w" * 1025), "too_long", "consents.0.proof", "must have at most 1024 characters"),
    (lambda: parts.addresses({"fax": "1"}), "unknown_field", "addresses.fax", "must be email, phone, whatsapp or push"),
    (lambda: parts.addresses({"email": "anna"}), "bad_value", "addresses.email", "must be an e-mail address"),
    (lambda: parts.addresses({"email": "a@b@c"}), "bad_value", "addresses.email", "must be an e-mail address"),
    (lambda: parts.addresses({"email": "a b@c"}), "bad_value", "addresses.email", "must be an e-mail address"),
    (lambda: parts.addresses({"phone": "20123456"}), "bad_value", "addresses.phone", PHONE),
    (lambda: parts.addresses({"whatsapp": "20123456"}), "bad_value", "addresses.whatsapp", PHONE),
    (lambda: parts.addresses({"push": {}}), "bad_value", "addresses.push", "must be a list"),
    (lambda: parts.addresses({"push": [TOKEN, 7]}), "bad_value", "addresses.push.1", "must be an object"),
    (lambda: parts.addresses({"push": [{"token": "t"}]}), "bad_value", "addresses.push.0.platform", "must be one of fcm, apns, sns"),
    (lambda: parts.addresses({"push": [{"platform": "fcm"}]}), "bad_value", "addresses.push.0.token", "must be a non-empty string"),
    (lambda: parts.addresses({"push": [TOKEN | {"arn": 7}]}), "bad_value", "addresses.push.0.arn", "must be a non-empty string"),
    (lambda: parts.customer_attributes(7), "bad_value", "attributes", "must be an object"),
    (lambda: parts.customer_attributes({"": 1}), "bad_value", "attributes.", "must be a non-empty string"),
    (lambda: bus(detail=[]), "bad_value", "detail", "must be an object"),
    (lambda: bus(id=""), "bad_value", "id", "must be EventBridge's id"),
    (lambda: bus(id=7), "bad_value", "id", "must be EventBridge's id"),
    (lambda: bus(source="kairos"), "reserved_source", "source", "is Kairos itself"),
    (lambda: cloudevents.normalise(7, received=NOW, new_id=str, trusted=True), "bad_event", "", "must be an object"),
    (lambda: cloud(specversion="0.3"), "bad_value", "specversion", "must be 1.0"),
    (lambda: cloud(data=[1]), "bad_value", "data", "must be a JSON object"),
    (lambda: cloud(data={}, data_base64="e30="), "bad_value", "data_base64", "must not be there beside data"),
    (lambda: cloud(data_base64="%"), "bad_value", "data_base64", "must be a JSON object in base64"),
    (lambda: cloud(data={}, datacontenttype="text/xml"), "bad_value", "datacontenttype", "must be JSON, such as application/json"),
    (lambda: segment(7), "bad_event", "", "must be an object"),
    (lambda: segment({"type": "pay"}), "bad_value", "type", "must be one of identify, track, page, screen, group, alias"),
    (lambda: segment({"type": "page"}), "bad_value", "userId", "must have a userId or an anonymousId"),
    (lambda: segment({"type": "group", "userId": "u"}), "bad_value", "groupId", "must be the group's id"),
    (lambda: segment({"type": "alias", "userId": "u"}), "bad_value", "previousId", "must be an id"),
    (lambda: plain(customer="x" * 513), "too_long", "customer", "must have at most 512 characters"),
    (lambda: plain(customer="😀" * 251), "too_long", "customer", BYTES),
    (lambda: plain(customer={"id": "é" * 501}), "too_long", "customer.id", BYTES),
    (lambda: plain(customer={"anonymous_id": "😀" * 251}), "too_long", "customer.anonymous_id", BYTES),
    (lambda: segment({"type": "page", "userId": "é" * 501}), "too_long", "userId", BYTES),
    (lambda: segment({"type": "page", "anonymousId": "é" * 501}), "too_long", "anonymousId", BYTES),
    (lambda: segment({"type": "alias", "userId": "u", "previousId": "é" * 501}), "too_long", "previousId", BYTES),
    (lambda: queued.read(7, NOW, SEGMENT), "not_understood", "", "must be an object"),
    (lambda: queued.read({}, NOW, SEGMENT), "not_understood", "", "is of no kind known here"),
    (lambda: queued.read({"kairos": "wake"}, NOW, SEGMENT), "not_understood", "", "is no page of customers (KeyError)"),
    (lambda: queued.read({"kairos": "event", "event": {}}, NOW, SEGMENT), "bad_event", "", "is not a canonical event (KeyError)"),
    (lambda: canonical.from_dict({"id": "i", "type": "t", "time": 1, "received": 1, "customer": {"x": 1}}), "bad_event", "",
     "is not a canonical event (TypeError)"),
    (lambda: sms.read({"eventType": "TEXT_SUNG"}), "unknown_feedback", "eventType", "is no End User Messaging event known here"),
    (lambda: sms.read({"eventType": "TEXT_SENT"}), "bad_time", "eventTimestamp", "must be milliseconds"),
    (lambda: sms.read({"EndpointArn": "a", "EventType": "DeliveryFailure"}), "bad_time", "Time", "must be a time"),
    (lambda: traits.device({"device": {"type": "ios", "token": 7}}), "bad_value", "context.device.token", "must be a non-empty string"),
    (lambda: bounds.check({"a": {"n" * 257: 1}}, "b"), "too_long", f"b.a.{'n' * 256}", "must have a name of at most 256 characters"),
    (lambda: bounds.check({"a": "x" * (200 * 1024 + 1)}), "too_large", "a", "must have at most 204800 characters"),
    (lambda: bounds.check({"a": 2**64}), "bad_number", "a", bounds.WHOLE),
    (lambda: bounds.check({"a": -(2**63) - 1}), "bad_number", "a", bounds.WHOLE),
    (lambda: bounds.check([0] * 10_001), "too_many_values", "", "must hold at most 10000 values"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("speak", "code", "field", "message"), REFUSED, ids=[f"{n} {row[2]} {row[3]}" for n, row in enumerate(REFUSED)]
)
def test_it_is_refused_by_code_and_field_and_in_words(
    speak: Callable[[], Any], code: str, field: str, message: str
) -> None:
    with pytest.raises(BadEvent) as refused:
        speak()
    assert (refused.value.code, refused.value.field, refused.value.message) == (code, field, message)
    assert str(refused.value) == (f"{field}: {message}" if field else message)


AT_THE_BOUND: list[Any] = [
    {"n" * LONGEST_NAME: 1}, {"a": "x" * (200 * 1024)}, {"a": 2**64 - 1}, {"a": -(2**63)}, [0] * 10_000, {str(n): 0 for n in range(10_000)},
]  # fmt: skip


@pytest.mark.parametrize("value", AT_THE_BOUND, ids=["name", "text", "large", "low", "list", "fields"])
def test_what_just_fits_is_carried(value: Any) -> None:
    bounds.check(value)


def nested(levels: int) -> Any:
    return {"a": nested(levels - 1)} if levels else 1


def test_what_is_nested_just_deep_enough_is_carried_and_no_deeper() -> None:
    bounds.check(nested(32))
    with pytest.raises(BadEvent, match="must be nested at most 32 deep"):
        bounds.check(nested(33))


# ── And what is taken ─────────────────────────────────────────────────────────────────────────────────────────


def test_words_of_consent_are_taken_with_all_they_say() -> None:
    said = {"topic": "offers", "channel": "sms", "state": "withdrawn", "time": "2026-11-23T08:00:00Z", "source": "shop",
            "wording": "w" * 4096, "proof": "p" * 1024}  # fmt: skip
    (word,) = parts.consents([said], NOW)
    assert (word.topic, word.channel, word.state, word.time) == ("offers", "sms", "withdrawn", NOW - 3_600_000)
    assert (word.source, word.wording, word.proof) == ("shop", "w" * 4096, "p" * 1024)


def test_a_word_of_consent_that_says_little_is_of_now() -> None:
    (word,) = consent()
    assert (word.state, word.time, word.source, word.wording, word.proof) == ("granted", NOW, "", "", "")
    assert parts.consents(None, NOW) == ()


def test_a_cloud_event_is_of_its_own_time_and_one_without_of_its_receipt() -> None:
    assert cloud(time="2026-11-23T08:00:00Z").time == NOW - 3_600_000
    assert cloud().time == NOW


def test_what_carriers_say_of_a_text_message_names_it() -> None:
    (said,) = sms.read({"eventType": "TEXT_DELIVERED", "eventTimestamp": 5, "messageId": "m1", "destinationPhoneNumber": "+45",
                        "messageStatus": "DELIVERED"})  # fmt: skip
    assert (said.kind, said.time, said.channel, said.provider_id, said.address) == ("delivered", 5, "sms", "m1", "+45")
    assert (said.failed, said.permanent, said.soft, said.details) == (False, False, False, {"status": "DELIVERED"})
    (bare,) = sms.read({"eventType": "TEXT_UNREACHABLE", "eventTimestamp": 5})
    assert (bare.provider_id, bare.address, bare.details) == ("", "", {"status": "TEXT_UNREACHABLE"})
    assert (bare.kind, bare.failed, bare.permanent, bare.soft) == ("bounced", True, False, True)


def test_what_platforms_say_of_a_push_names_it() -> None:
    failed = {"EndpointArn": "arn:e", "EventType": "DeliveryFailure", "Time": "2026-11-23 09:00:00.500"}
    (said,) = sms.read(failed | {"MessageId": "m1", "FailureType": "EndpointDisabled"})
    assert (said.kind, said.time, said.channel, said.provider_id, said.address) == (
        "bounced",
        NOW + 500,
        "push",
        "m1",
        "arn:e",
    )
    assert (said.failed, said.permanent, said.details) == (True, True, {"status": "EndpointDisabled"})
    (receipt,) = sms.read({"notification": {"messageId": "n", "timestamp": "2026-11-23 09:00:00.000"}, "delivery": {"destination": "+45"},
                           "status": "SUCCESS"})  # fmt: skip
    assert (receipt.kind, receipt.channel, receipt.provider_id, receipt.address) == ("delivered", "sms", "n", "+45")
    (bare,) = sms.read(failed)
    assert (bare.provider_id, bare.permanent, bare.details) == ("", False, {"status": ""})
    assert sms.read(failed | {"EventType": "EndpointDeleted"}) == ()


DEVICES = [
    ({"type": "iOS", "token": "t"}, "apns"),
    ({"type": "android", "token": "t"}, "fcm"),
    ({"type": "android"}, None),
    ({"type": "android", "token": ""}, None),
    ({"type": "fridge", "token": "t"}, None),
    ({"token": "t"}, None),
    ("ios", None),
    (None, None),
]


@pytest.mark.parametrize(("about", "platform"), DEVICES)
def test_the_device_that_a_message_comes_from_can_be_pushed_to(about: Any, platform: str | None) -> None:
    assert traits.device({"device": about}) == ({"push": [{"token": "t", "platform": platform}]} if platform else {})


def test_a_page_of_customers_is_one() -> None:
    assert not customers.is_page({"kairos": "event"})
