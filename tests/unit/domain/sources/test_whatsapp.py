"""What WhatsApp says of a message, in the shape that AWS and Meta document."""

import json
from typing import Any

import pytest

from kairos.domain.sources import queued, whatsapp
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.tags import write

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
    assert told.tags == {}
    assert told.event(0, lambda channel, address: "") is None


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"whatsAppWebhookEntry": "{"}, "bad_feedback", "whatsAppWebhookEntry"),
        ({"whatsAppWebhookEntry": "[]"}, "bad_value", "whatsAppWebhookEntry"),
        ({"whatsAppWebhookEntry": "{}"}, "bad_feedback", "changes"),
        (wrapped({"messages": []}), "unknown_feedback", "value"),
        (said("sang"), "unknown_feedback", "statuses.status"),
        (said("sent", timestamp="soon"), "bad_time", "statuses.timestamp"),
    ],
)
def test_what_is_not_understood_is_refused_and_says_where(body: Any, code: str, field: str) -> None:
    with pytest.raises(BadEvent) as refused:
        whatsapp.read(body)
    assert (refused.value.code, refused.value.field) == (code, field)
