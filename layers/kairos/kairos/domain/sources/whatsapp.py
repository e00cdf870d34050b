"""What WhatsApp says of a message, in the wrapping of End User Messaging Social: Meta's webhook entry, as a text.

AWS: "Message and event format"; Meta: "Status messages webhook reference".
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from kairos.domain import tags
from kairos.domain.events import Json, Millis
from kairos.domain.sources import json_text, parts
from kairos.domain.sources.feedback import ALL, Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.texts import Text

_KINDS: Final = {"sent": "sent", "delivered": "delivered", "read": "opened", "failed": "bounced"}
_NOT_THERE: Final = frozenset({131026, 131030, 133010})
"""Error codes of a number that has no WhatsApp, or does not take it from a business."""
_UNSAID: Final = frozenset({"deleted", "warning", "played"})


def is_one(body: Any) -> bool:
    """Whether it is End User Messaging Social that speaks."""
    return isinstance(body, dict) and "whatsAppWebhookEntry" in body


def read(body: Json) -> tuple[Feedback | Text, ...]:
    """One feedback for each status, and what people wrote. Raises BadEvent."""
    text = body["whatsAppWebhookEntry"]
    try:
        entry = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError) as error:
        raise BadEvent("bad_feedback", "must be JSON", "whatsAppWebhookEntry") from error
    changes = parts.mapping(entry, "whatsAppWebhookEntry").get("changes")
    if not isinstance(changes, list):
        raise BadEvent("bad_feedback", "must be a list", "changes")
    proof = str(body.get("messageId") or "whatsapp")
    return tuple(told for change in changes for told in _of(parts.mapping(change, "changes"), proof))


def _of(change: Json, proof: str) -> Iterator[Feedback | Text]:
    value = parts.mapping(change.get("value"), "value")
    told = {
        name: value[name] for name in ("statuses", "messages", "user_preferences") if isinstance(value.get(name), list)
    }
    if not told:
        raise BadEvent("unknown_feedback", "is neither a status nor a message nor a preference", "value")
    yield from _statuses(told.get("statuses", []))
    yield from (_written(parts.mapping(one, "messages")) for one in told.get("messages", []))
    yield from _preferences(told.get("user_preferences", []), proof)


def _preferences(told: list[Any], proof: str) -> Iterator[Feedback]:
    """Whoever wants no marketing any more has said so in WhatsApp itself; who wants it again has to tell the shop."""
    for one in told:
        said = parts.mapping(one, "user_preferences")
        if said.get("category") == "marketing_messages" and said.get("value") == "stop":
            yield Feedback(
                kind="unsubscribed", time=_seconds(said.get("timestamp"), "user_preferences.timestamp"),
                channel="whatsapp", provider_id=proof, address=_number(said.get("wa_id")), topics=(ALL,),
            )  # fmt: skip


def _written(told: Json) -> Text:
    """What somebody wrote: its words, those of the button that was pressed; a picture has none."""
    words = [parts.mapping(told.get(kind), f"messages.{kind}") for kind in ("text", "button")]
    text = next((text for one in words for text in (one.get("body"), one.get("text")) if isinstance(text, str)), "")
    return Text(
        id=parts.text(told.get("id"), "messages.id"),
        time=_seconds(told.get("timestamp"), "messages.timestamp"),
        number=_number(parts.text(told.get("from"), "messages.from")),
        text=json_text.whole(text),
        answers=str(parts.mapping(told.get("context"), "messages.context").get("id", "")),
        channel="whatsapp",
    )


def _statuses(statuses: list[Any]) -> Iterator[Feedback]:
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
        time=_seconds(told.get("timestamp"), "statuses.timestamp"),
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


def _seconds(value: Any, field: str) -> Millis:
    try:
        return int(value) * 1000
    except (TypeError, ValueError) as error:
        raise BadEvent("bad_time", "must be seconds", field) from error
