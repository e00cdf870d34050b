"""SMS and mobile push by SNS. No event of SNS ever settles a message in doubt."""

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.aws import Answer, later, meaning, never, nowhere, paused, unknown
from kairos.domain import tags
from kairos.domain.events import Millis
from kairos.service.ports import Outgoing, Refused

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

SMS_ANSWERS: Final[Mapping[str, Answer]] = {
    "InvalidParameter": never,
    "ParameterValueInvalid": never,
    "OptedOut": nowhere,
    "AuthorizationError": paused,
    "InvalidSecurity": paused,
    "KMSThrottling": later,
    "ValidationException": never,
    "InternalError": unknown,
}

PUSH_ANSWERS: Final[Mapping[str, Answer]] = {
    **SMS_ANSWERS,
    "EndpointDisabled": nowhere,  # the app is gone, or its token old
    "NotFound": nowhere,
    "PlatformApplicationDisabled": paused,
}

LONGEST_TTL: Final = 2_419_200
"""Seconds for which push services keep a message: four weeks."""


class SnsSms:
    """The port Provider for SMS."""

    def __init__(
        self, client: "Callable[[], SNSClient]", *, sender_id: str = "", origination: str = "", max_price: str = ""
    ) -> None:
        self._client = client
        self._given = {
            "AWS.SNS.SMS.SenderID": _string(sender_id),
            "AWS.MM.SMS.OriginationNumber": _string(origination),
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": max_price},
        }

    def send(self, message: Outgoing, now: Millis) -> str:
        kind = _string("Transactional" if message.transactional else "Promotional")
        attributes = {name: value for name, value in self._given.items() if value["StringValue"]}
        return _publish(
            self._client(), SMS_ANSWERS,
            PhoneNumber=message.to["phone"],
            Message=message.text,
            MessageAttributes={"AWS.SNS.SMS.SMSType": kind, **attributes, **_tagged(message)},
        )  # fmt: skip


class SnsPush:
    """The port Provider for push to endpoints that exist: a bare token needs a platform application to become one."""

    def __init__(self, client: "Callable[[], SNSClient]") -> None:
        self._client = client

    def send(self, message: Outgoing, now: Millis) -> str:
        if not (arn := message.to.get("arn") or _as_arn(message.to.get("token", ""))):
            raise Refused("failed_provider", "NoEndpointArn")
        ttl = {name: _string(str(_seconds_left(message, now))) for name in _TTL} if message.expires else {}
        return _publish(
            self._client(), PUSH_ANSWERS,
            TargetArn=arn,
            Message=json.dumps(payloads(message), ensure_ascii=False),
            MessageStructure="json",
            MessageAttributes={**ttl, **_tagged(message)},
        )  # fmt: skip


_TTL: Final = ("AWS.SNS.MOBILE.FCM.TTL", "AWS.SNS.MOBILE.APNS.TTL", "AWS.SNS.MOBILE.APNS_SANDBOX.TTL")


_ADDRESS_WRONG: Final = re.compile(r"Invalid parameter: (PhoneNumber|TargetArn)\b")


def payloads(message: Outgoing) -> dict[str, str]:
    """What each platform is given, by SNS's names for them."""
    shown = {"title": message.subject, "body": message.text}
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in message.data.items()}
    apns = json.dumps({**message.data, "aps": {"alert": shown}}, ensure_ascii=False)
    fcm = json.dumps({"fcmV1Message": {"message": {"notification": shown, "data": data}}}, ensure_ascii=False)
    return {"default": message.text, "GCM": fcm, "APNS": apns, "APNS_SANDBOX": apns}


def _publish(client: "SNSClient", answers: Mapping[str, Answer], **request: Any) -> str:
    try:
        return client.publish(**request)["MessageId"]
    except (ClientError, BotoCoreError) as error:
        # `Invalid parameter: PhoneNumber Reason: … is not valid to publish to`: only the text tells which parameter
        text = error.response["Error"].get("Message", "") if isinstance(error, ClientError) else ""
        if wrong := _ADDRESS_WRONG.match(text):
            raise nowhere(f"InvalidParameter:{wrong[1]}") from error
        raise meaning(error, answers) from error


def _tagged(message: Outgoing) -> dict[str, dict[str, str]]:
    """For who looks at the request (a log, a simulator): SNS itself carries them nowhere."""
    names = {name: getattr(message, name) for name in tags.NAMES}
    return {name: _string(value) for name, value in tags.write(**names).items()}


def _seconds_left(message: Outgoing, now: Millis) -> int:
    return min(max((message.expires - now) // 1000, 1), LONGEST_TTL)


def _as_arn(token: str) -> str:
    return token if token.startswith("arn:") else ""


def _string(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
