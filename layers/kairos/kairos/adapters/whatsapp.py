"""WhatsApp by End User Messaging Social: approved templates only, which is all that a business may begin with.

The message is Meta's own (Cloud API, "Send message templates"); `biz_opaque_callback_data` comes back with each status.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, paused, unknown
from kairos.domain import tags
from kairos.domain.events import Json, Millis
from kairos.service.ports import Outgoing, Refused

if TYPE_CHECKING:
    from mypy_boto3_socialmessaging import EndUserMessagingSocialClient

ANSWERS: Final[Mapping[str, Answer]] = {
    "ThrottledRequestException": later,
    "AccessDeniedException": paused,
    "ResourceNotFoundException": paused,  # the phone number we send from
    "InvalidParametersException": never,  # a template that is not approved, a parameter too many
    "ValidationException": never,
    "DependencyException": unknown,  # WhatsApp itself
    "InternalServiceException": unknown,
}
LONGEST_DATA: Final = 512
"""Characters that WhatsApp brings back."""


class WhatsApp:
    """The port Provider for WhatsApp."""

    def __init__(
        self, client: "Callable[[], EndUserMessagingSocialClient]", *, phone_number: str, api_version: str
    ) -> None:
        self._client = client
        self._phone_number = phone_number
        self._api_version = api_version

    def send(self, message: Outgoing, now: Millis) -> str:
        if not self._phone_number:
            raise Refused("failed_provider", "NoPhoneNumber")
        try:
            return self._client().send_whatsapp_message(
                originationPhoneNumberId=self._phone_number,
                metaApiVersion=self._api_version,
                message=json.dumps(written(message), ensure_ascii=False).encode(),
            )["messageId"]
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, ANSWERS) from error


def written(message: Outgoing) -> dict[str, Any]:
    """The message as WhatsApp's own API takes it."""
    told = message.data
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to["whatsapp"],
        "type": "template",
        "template": {
            "name": told["template"],
            "language": {"code": told["language"]},
            "components": _components(told),
        },
        "biz_opaque_callback_data": _carried(message),
    }


def _components(told: Json) -> list[dict[str, Any]]:
    parameters = told.get("parameters") or []
    if isinstance(parameters, Mapping):
        body = [{"type": "text", "parameter_name": name, "text": text} for name, text in parameters.items()]
    else:
        body = [{"type": "text", "text": text} for text in parameters]
    made: list[dict[str, Any]] = []
    if image := told.get("image"):
        made.append({"type": "header", "parameters": [{"type": "image", "image": {"link": image}}]})
    if body:
        made.append({"type": "body", "parameters": body})
    return made + [
        {"type": "button", "sub_type": "url", "index": str(number), "parameters": [{"type": "text", "text": ending}]}
        for number, ending in enumerate(told.get("buttons") or [])
        if ending
    ]


def _carried(message: Outgoing) -> str:
    """What comes back with each status; of what is too long, whose it is."""
    named = tags.write(**{name: getattr(message, name) for name in tags.NAMES})
    text = json.dumps(named, separators=(",", ":"))
    if len(text) <= LONGEST_DATA:
        return text
    return json.dumps({name: named[name] for name in ("message", "customer") if name in named}, separators=(",", ":"))
