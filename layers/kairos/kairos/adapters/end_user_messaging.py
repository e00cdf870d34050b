"""SMS and push by End User Messaging, the channels that were Pinpoint's."""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, nowhere, paused, unknown
from kairos.domain import tags
from kairos.domain.events import Millis
from kairos.service.ports import Outgoing, Refused

if TYPE_CHECKING:
    from mypy_boto3_pinpoint import PinpointClient
    from mypy_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client

SMS_ANSWERS: Final[Mapping[str, Answer]] = {
    "ThrottlingException": later,
    "ServiceQuotaExceededException": paused,  # the month's spend
    "AccessDeniedException": paused,
    "ResourceNotFoundException": paused,  # configuration set, origination, protect configuration
    "ConflictException": never,
    "ConflictException:DESTINATION_PHONE_NUMBER_OPTED_OUT": nowhere,
    "ConflictException:DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE": nowhere,
    "ConflictException:NO_ORIGINATION_IDENTITIES_FOUND": paused,
    "ConflictException:RESOURCE_NOT_ACTIVE": paused,
    "ConflictException:REGISTRATION_NOT_COMPLETE": paused,
    "ValidationException": never,
    "InternalServerException": unknown,
}
"""A country or sandbox that our account is not open to says nothing of the address: that refuses the message only."""

PUSH_ANSWERS: Final[Mapping[str, Answer]] = {
    "TooManyRequestsException": later,
    "ForbiddenException": paused,
    "NotFoundException": paused,  # the application
    "BadRequestException": never,
    "PayloadTooLargeException": never,
    "MethodNotAllowedException": never,
    "InternalServerErrorException": unknown,
}

DELIVERY: Final[Mapping[str, Answer]] = {
    "THROTTLED": later,
    "TEMPORARY_FAILURE": later,
    "PERMANENT_FAILURE": never,
    "OPT_OUT": nowhere,
    "DUPLICATE": never,
    "UNKNOWN_FAILURE": unknown,
}
"""What happened at the push service itself, when the call went well."""

_FORBIDDEN: Final = (401, 403)
"""The push service does not take our credentials: nothing wrong with the address."""

_GONE: Final = (404, 410)

_CHANNELS: Final = {"fcm": "GCM", "apns": "APNS"}
_LONGEST_SMS: Final = 259_200
_LONGEST_PUSH: Final = 2_419_200


class EndUserMessagingSms:
    """The port Provider for SMS."""

    def __init__(
        self, client: "Callable[[], PinpointSMSVoiceV2Client]", *, configuration_set: str = "", origination: str = "",
        max_price: str = "", protect_configuration: str = "",
    ) -> None:  # fmt: skip
        self._client = client
        self._given = _filled(
            ConfigurationSetName=configuration_set,
            OriginationIdentity=origination,
            MaxPrice=max_price,
            ProtectConfigurationId=protect_configuration,
        )

    def send(self, message: Outgoing, now: Millis) -> str:
        request: dict[str, Any] = {
            **self._given,
            "DestinationPhoneNumber": message.to["phone"],
            "MessageBody": message.text,
            "MessageType": "TRANSACTIONAL" if message.transactional else "PROMOTIONAL",
            "Context": context(message),
        }
        if message.expires:
            request["TimeToLive"] = min(max((message.expires - now) // 1000, 5), _LONGEST_SMS)
        try:
            return self._client().send_text_message(**request)["MessageId"]
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, SMS_ANSWERS) from error


class EndUserMessagingPush:
    """The port Provider for push to raw device tokens."""

    def __init__(self, client: "Callable[[], PinpointClient]", *, application_id: str) -> None:
        self._client = client
        self._application_id = application_id

    def send(self, message: Outgoing, now: Millis) -> str:
        token = message.to["token"]
        if not (channel := _CHANNELS.get(message.to.get("platform", ""))):
            raise Refused("failed_provider", "NoChannel")
        request: Any = {
            "Addresses": {token: {"ChannelType": channel}},
            "Context": context(message),
            "MessageConfiguration": _notification(channel, message, now),
            "TraceId": message.message,
        }
        try:
            answer = self._client().send_messages(ApplicationId=self._application_id, MessageRequest=request)
        except (ClientError, BotoCoreError) as error:
            raise meaning(error, PUSH_ANSWERS) from error
        return _delivered(answer["MessageResponse"].get("Result", {}).get(token, {}))


def context(message: Outgoing) -> dict[str, str]:
    """What comes back with each event about this message."""
    names = {name: getattr(message, name) for name in tags.NAMES}
    return tags.write(**names)


def _notification(channel: str, message: Outgoing, now: Millis) -> Any:
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in message.data.items()}
    shown: dict[str, Any] = {"Action": "OPEN_APP", **_filled(Title=message.subject), "Body": message.text, "Data": data}
    if link := data.get("link"):
        shown |= {"Action": "URL" if link.startswith(("https://", "http://")) else "DEEP_LINK", "Url": link}
    if message.expires:
        shown["TimeToLive"] = min(max((message.expires - now) // 1000, 1), _LONGEST_PUSH)
    return {"GCMMessage": shown} if channel == "GCM" else {"APNSMessage": {**shown, "APNSPushType": "alert"}}


def _delivered(result: Mapping[str, Any]) -> str:
    status = result.get("DeliveryStatus", "UNKNOWN_FAILURE")
    if status == "SUCCESSFUL":
        return str(result.get("MessageId", ""))
    if status == "PERMANENT_FAILURE" and result.get("StatusCode") in _FORBIDDEN:
        raise paused(status)
    if status == "PERMANENT_FAILURE" and (
        result.get("StatusCode") in _GONE or "token" in result.get("StatusMessage", "")
    ):
        raise nowhere(status)
    raise DELIVERY.get(status, unknown)(status)


def _filled(**values: str) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
