"""What carriers say of a text message (End User Messaging, SNS) and device platforms of a push."""

from datetime import UTC, datetime
from typing import Any, Final

from kairos.domain import tags
from kairos.domain.events import Json, Millis
from kairos.domain.sources import parts
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent

_KINDS: Final = {
    "TEXT_QUEUED": "sent",
    "TEXT_PENDING": "sent",
    "TEXT_SENT": "sent",
    "TEXT_SUCCESSFUL": "delivered",
    "TEXT_DELIVERED": "delivered",
    "TEXT_INVALID": "bounced",
    "TEXT_INVALID_MESSAGE": "rejected",
    "TEXT_UNREACHABLE": "bounced",
    "TEXT_CARRIER_UNREACHABLE": "bounced",
    "TEXT_BLOCKED": "rejected",
    "TEXT_CARRIER_BLOCKED": "rejected",
    "TEXT_SPAM": "rejected",
    "TEXT_TTL_EXPIRED": "rejected",
    "TEXT_PROTECT_BLOCKED": "rejected",
    "TEXT_UNKNOWN": "delayed",
}
_NO_SUCH_NUMBER: Final = frozenset({"TEXT_INVALID"})
_FAILED: Final = ("bounced", "rejected")
_DEAD_ENDPOINT: Final = frozenset({"EndpointDisabled", "InvalidPlatformToken", "PlatformTokenExpired"})


def is_one(body: Any) -> bool:
    """Whether it is End User Messaging, an SNS receipt or an SNS push event that speaks."""
    if not isinstance(body, dict):
        return False
    kind = body.get("eventType")
    return (
        (isinstance(kind, str) and kind.startswith("TEXT_"))
        or ("notification" in body and "delivery" in body)
        or ("EndpointArn" in body and "EventType" in body)
    )  # fmt: skip


def read(body: Json) -> tuple[Feedback, ...]:
    """What it says of one message. Raises BadEvent."""
    if "EndpointArn" in body:
        return _push(body)
    return _receipt(body) if "notification" in body else _end_user_messaging(body)


def _end_user_messaging(body: Json) -> tuple[Feedback, ...]:
    kind, time = body["eventType"], body.get("eventTimestamp")
    if kind not in _KINDS:
        raise BadEvent("unknown_feedback", "is no End User Messaging event known here", "eventType")
    if not isinstance(time, int):
        raise BadEvent("bad_time", "must be milliseconds", "eventTimestamp")
    carried = {k: str(v) for k, v in parts.mapping(body.get("context"), "context").items()}
    said, gone = _KINDS[kind], kind in _NO_SUCH_NUMBER
    return (
        Feedback(
            kind=said,
            time=time,
            channel="sms",
            provider_id=str(body.get("messageId", "")),
            tags=tags.read(carried),
            address=str(body.get("destinationPhoneNumber", "")),
            permanent=gone,
            soft=said == "bounced" and not gone,
            failed=said in _FAILED and body.get("isFinal") is not False,
            details={"status": str(body.get("messageStatus", kind))},
        ),
    )


def _receipt(body: Json) -> tuple[Feedback, ...]:
    note, about = parts.mapping(body["notification"], "notification"), parts.mapping(body["delivery"], "delivery")
    answer = str(about.get("providerResponse", ""))
    gone = "opted out" in answer.lower() or "invalid phone" in answer.lower()
    arrived = body.get("status") == "SUCCESS"
    return (
        Feedback(
            kind="delivered" if arrived else "bounced",
            time=_spaced(note.get("timestamp"), "notification.timestamp"),
            channel="sms",
            provider_id=str(note.get("messageId", "")),
            address=str(about.get("destination", "")),
            permanent=gone and not arrived,
            soft=not arrived and not gone,
            failed=not arrived,
            details={"status": answer},
        ),
    )


def _push(body: Json) -> tuple[Feedback, ...]:
    if body["EventType"] != "DeliveryFailure":
        return ()  # endpoints made, changed and deleted are the app's own doing
    why = str(body.get("FailureType", ""))
    return (
        Feedback(
            kind="bounced",
            time=_spaced(body.get("Time"), "Time"),
            channel="push",
            provider_id=str(body.get("MessageId", "")),
            address=str(body["EndpointArn"]),
            permanent=why in _DEAD_ENDPOINT,
            failed=True,
            details={"status": why},
        ),
    )


def _spaced(value: Any, field: str) -> Millis:
    """SNS writes `2016-06-28 00:40:34.558`, in UTC."""
    try:
        return round(datetime.fromisoformat(str(value)).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError as error:
        raise BadEvent("bad_time", "must be a time", field) from error
