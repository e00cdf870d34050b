"""What WhatsApp says of a message, in the shape that AWS and Meta document."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kairos.domain.sources import queued, whatsapp
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.texts import Text
from kairos.domain.tags import write

PAYLOADS = Path(__file__).parents[4] / "events" / "feedback"
TAGS = write(message="m1", customer="ada", campaign="cart", step="send.offer")
CARRIED = {"message": "m1", "customer": "ada", "campaign": "cart", "step": "send.offer"}


def said(status: str, **more: Any) -> dict[str, Any]:
    told = {
        "id": "wamid.HBgLNDUyMDEyMzQ1NhUCABEYEjgx", "status": status, "timestamp": "1750857384",
        "recipient_id": "4520123456", "biz_opaque_callback_data": json.dumps(TAGS),
    } | more  # fmt: skip
    return wrapped({"messaging_product": "whatsapp", "statuses": [told]})


def wrapped(value: Any) -> dict[str, Any]:
    entry = {"id": "1314702302917944", "changes": [{"field": "messages", "value": value}]}
    return {
        "context": {"MetaWabaIds": [{"wabaId": "1", "arn": "arn"}], "MetaPhoneNumberIds": []},
        "whatsAppWebhookEntry": json.dumps(entry), "aws_account_id": "123456789012",
        "message_timestamp": "2025-01-08T23:30:43.271279391Z", "messageId": "6d69f07a",
    }  # fmt: skip


def failed(code: int) -> dict[str, Any]:
    return said("failed", errors=[{"code": code, "title": "Message undeliverable"}])


@pytest.mark.parametrize(
    ("body", "kind", "permanent"),
    [
        (said("sent"), "sent", False),
        (said("delivered"), "delivered", False),
        (said("read"), "opened", False),
        (failed(131026), "bounced", True),  # no WhatsApp there
        (failed(131049), "rejected", False),  # WhatsApp lets nobody be written to so often
        (said("failed"), "rejected", False),
    ],
)
def test_a_status_is_feedback(body: Any, kind: str, permanent: bool) -> None:
    (told,) = queued.read({"Type": "Notification", "Message": json.dumps(body)}, 0, Segment())
    assert isinstance(told, Feedback)
    assert (told.kind, told.permanent, told.channel) == (kind, permanent, "whatsapp")
    assert (told.time, told.address, told.tags) == (1_750_857_384_000, "+4520123456", CARRIED)


@pytest.mark.parametrize("status", ["deleted", "warning", "played"])
def test_what_changes_nothing_is_left_unsaid(status: str) -> None:
    assert whatsapp.read(said(status)) == ()


@pytest.mark.parametrize("data", [None, "x", "[]", "{", 7, json.dumps({"other": "1"})])
def test_a_message_of_somebody_else_is_nobody_s(data: Any) -> None:
    (told,) = whatsapp.read(said("delivered", biz_opaque_callback_data=data))
    assert isinstance(told, Feedback)
    assert told.tags == {}
    assert told.event(0, lambda channel, address: "") is None


@pytest.mark.parametrize(
    ("message", "text", "keyword"),
    [
        ({"type": "text", "text": {"body": "Stop it, please"}}, "Stop it, please", "stop"),
        ({"type": "button", "button": {"payload": "p", "text": "Help"}}, "Help", "help"),
        ({"type": "text", "text": {"body": "Stop \ud83d"}}, "Stop \ufffd", "stop"),
        ({"type": "image", "image": {"id": "1"}}, "", ""),
    ],
)
def test_what_somebody_writes_is_heard_as_a_text_message_is(message: Any, text: str, keyword: str) -> None:
    written = {"from": "4520123456", "id": "wamid.2", "timestamp": "1750857384", "context": {"id": "wamid.1"}} | message
    (told,) = whatsapp.read(wrapped({"messages": [written], "contacts": [{"profile": {"name": "Ada"}}]}))
    assert told == Text("wamid.2", 1_750_857_384_000, "+4520123456", text, "wamid.1", "whatsapp")
    (bare,) = whatsapp.read(wrapped({"messages": [written | {"context": None}]}))
    assert bare == replace(told, answers="")
    event = told.event("ada", 0, lambda channel, address: f"hash of {channel}")
    assert (event.type, event.properties["channel"], event.properties["keyword"]) == (
        "whatsapp.received",
        "whatsapp",
        keyword,
    )
    assert event.properties["address_hash"] == "hash of whatsapp"


def preferred(value: str) -> dict[str, Any]:
    said = {"wa_id": "4520123456", "category": "marketing_messages", "value": value, "timestamp": 1750857384}
    return wrapped({"user_preferences": [said]})


def test_who_stops_marketing_in_whatsapp_has_unsubscribed_from_all_of_it_there() -> None:
    (told,) = whatsapp.read(preferred("stop"))
    assert isinstance(told, Feedback)
    assert (told.kind, told.address, told.channel) == ("unsubscribed", "+4520123456", "whatsapp")
    withdrawn = told.withdrawal("ada", ("offers", "news"), 0).consents
    assert [(word.topic, word.channel, word.state, word.proof) for word in withdrawn] == [
        ("offers", "whatsapp", "withdrawn", "6d69f07a"),
        ("news", "whatsapp", "withdrawn", "6d69f07a"),
    ]


def test_who_wants_it_again_in_whatsapp_has_to_tell_the_shop() -> None:
    assert whatsapp.read(preferred("resume")) == ()


def test_who_writes_and_who_wants_no_more_are_heard_as_aws_tells_it() -> None:
    heard, left = (
        queued.read(json.loads((PAYLOADS / f"whatsapp-{name}.json").read_text()), 0, Segment())
        for name in ("received", "preference")
    )
    assert [(one.number, one.keyword, one.channel) for one in heard if isinstance(one, Text)] == [
        ("+4520123456", "stop", "whatsapp")
    ]
    assert [(one.kind, one.address, one.channel) for one in left if isinstance(one, Feedback)] == [
        ("unsubscribed", "+4520123456", "whatsapp")
    ]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"whatsAppWebhookEntry": "{"}, "bad_feedback", "whatsAppWebhookEntry"),
        ({"whatsAppWebhookEntry": "[]"}, "bad_value", "whatsAppWebhookEntry"),
        ({"whatsAppWebhookEntry": "{}"}, "bad_feedback", "changes"),
        (wrapped({"contacts": []}), "unknown_feedback", "value"),
        (wrapped({"messages": [{"id": "wamid.1", "from": "45", "timestamp": "x"}]}), "bad_time", "messages.timestamp"),
        (wrapped({"messages": [{"from": "45", "timestamp": "1"}]}), "bad_value", "messages.id"),
        (wrapped({"messages": [7]}), "bad_value", "messages"),
        (said("sang"), "unknown_feedback", "statuses.status"),
        (said("sent", timestamp="soon"), "bad_time", "statuses.timestamp"),
    ],
)
def test_what_is_not_understood_is_refused_and_says_where(body: Any, code: str, field: str) -> None:
    with pytest.raises(BadEvent) as refused:
        whatsapp.read(body)
    assert (refused.value.code, refused.value.field) == (code, field)
