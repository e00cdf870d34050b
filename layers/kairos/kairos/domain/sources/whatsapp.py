"""What WhatsApp says of a message, in the wrapping of End User Messaging Social: Meta's webhook entry, as a text.

AWS: "Message and event format"; Meta: "Status messages webhook reference".
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from kairos.domain import tags
from kairos.domain.events import Json, Millis
from kairos.domain.sources import parts
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent

_KINDS: Final = {"sent": "sent", "delivered": "delivered", "read": "opened", "failed": "bounced"}
_NOT_THERE: Final = frozenset({131026, 131030, 133010})
"""Error codes of a number that has no WhatsApp, or does not take it from a business."""
_UNSAID: Final = frozenset({"deleted", "warning", "played"})


def is_one(body: Any) -> bool:
    """Whether it is End User Messaging Social that speaks."""
    return isinstance(body, dict) and "whatsAppWebhookEntry" in body


def read(body: Json) -> tuple[Feedback, ...]:
    """One feedback for each status. Raises BadEvent."""
    text = body["whatsAppWebhookEntry"]
    try:
        entry = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as error:
        raise BadEvent("bad_feedback", "must be JSON", "whatsAppWebhookEntry") from error
    changes = parts.mapping(entry, "whatsAppWebhookEntry").get("changes")
    if not isinstance(changes, list):
        raise BadEvent("bad_feedback", "must be a list", "changes")
    return tuple(told for change in changes for told in _of(parts.mapping(change, "changes")))


def _of(change: Json) -> Iterator[Feedback]:
    value = parts.mapping(change.get("value"), "value")
    statuses = value.get("statuses")
    if not isinstance(statuses, list):
        raise BadEvent("unknown_feedback", "is no status of a message", "value")
    for status in statuses:
        told = parts.mapping(status, "statuses")
        if told.get("status") in _UNSAID:
            continue
        if told.get("status") not in _KINDS:
            raise BadEvent("unknown_feedback", "is no status known here", "statuses.status")
        yield _feedback(told)


def _feedback(told: Json) -> Feedback:
    errors = [error for error in told.get("errors") or () if isinstance(error, dict)]
    codes = [code for error in errors if isinstance(code := error.get("code"), int)]
    gone = not _NOT_THERE.isdisjoint(codes)
    failed = told["status"] == "failed"
    return Feedback(
        kind="rejected" if failed and not gone else _KINDS[told["status"]],
        time=_seconds(told.get("timestamp")),
        channel="whatsapp",
        provider_id=str(told.get("id", "")),
        tags=tags.read(_carried(told.get("biz_opaque_callback_data"))),
        address=_number(told.get("recipient_id")),
        permanent=failed and gone,
        failed=failed,
        details={"status": str(errors[0].get("title", ""))} if errors else {},
    )


def _carried(text: Any) -> dict[str, str]:
    """What we sent along; nothing where it is somebody else's."""
    try:
        told = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {name: str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _number(text: Any) -> str:
    """Meta writes a number without its plus."""
    return f"+{text.lstrip('+')}" if isinstance(text, str) and text else ""


def _seconds(value: Any) -> Millis:
    try:
        return int(value) * 1000
    except (TypeError, ValueError) as error:
        raise BadEvent("bad_time", "must be seconds", "statuses.timestamp") from error
