"""SES, SNS and End User Messaging in memory: what went out, and refusals of what they refuse themselves.

Throttling, a paused account, opted-out numbers and lost answers come from the faults: `Fault("MessageRejected")`,
`Fault("ReadTimeoutError", applied=True)`, `Fault("ConflictException", more={"Reason": …})`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from tests.simulation.aws.client import Client, Request
from tests.simulation.aws.errors import Invalid, known
from tests.simulation.aws.faults import Faults

_E164: Final = re.compile(r"\+?[1-9]\d{6,14}\Z").match
_FEEDBACK_ID: Final = ("ses:feedback-id-a", "ses:feedback-id-b")
"""SES's own tags, the only names with a colon."""
_TAG: Final = re.compile(r"[A-Za-z0-9_.@-]{1,256}\Z").match
_LARGEST_MAIL: Final = 40 * 1024 * 1024
_LARGEST_PUBLICATION: Final = 256 * 1024
_LONGEST_SMS: Final = 1600


@dataclass(frozen=True, slots=True)
class Sent:
    """Something that went out."""

    id: str
    to: str
    tags: Mapping[str, str]
    request: Mapping[str, Any]


class Provider(Client):
    """A client whose messages leave; `sent` has them in order, whether or not their sender heard of it."""

    def __init__(self, service: str, faults: Faults) -> None:
        super().__init__(service, faults)
        self.sent: list[Sent] = []
        self._numbers = count(1)

    def _goes_out(self, to: str, tags: Mapping[str, str], request: Request) -> str:
        id = f"{self._service}-{next(self._numbers)}"
        self.sent.append(Sent(id, to, tags, request))
        return id


class Ses(Provider):
    """The client of SES v2."""

    def __init__(self, faults: Faults, *, rate: float = 14.0) -> None:
        super().__init__("sesv2", faults)
        self._rate = rate

    def get_account(self, **request: Any) -> Any:
        return self._call("GetAccount", request, lambda request: {"SendQuota": {"MaxSendRate": self._rate}})

    def send_email(self, **request: Any) -> Any:
        return self._call("SendEmail", request, self._send)

    def _send(self, request: Request) -> Any:
        optional = frozenset({"Destination", "EmailTags", "ConfigurationSetName"})
        known(request, frozenset({"FromEmailAddress", "Content"}), optional)
        to = request["Destination"]["ToAddresses"]
        if not 1 <= len(to) <= 50 or any("@" not in address for address in to):
            raise Invalid("Missing final '@domain'", "BadRequestException")
        tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ()) if tag["Name"] not in _FEEDBACK_ID}
        if any(not _TAG(text) for tag in tags.items() for text in tag):
            raise Invalid("Only alphanumeric ASCII characters and _-.@ are allowed in tags", "BadRequestException")
        if len(request["Content"]["Raw"]["Data"]) > _LARGEST_MAIL:
            raise Invalid("Message length is more than 40 MB", "BadRequestException")
        return {"MessageId": self._goes_out(to[0], tags, request)}


class Sns(Provider):
    """The client of SNS."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("sns", faults)

    def publish(self, **request: Any) -> Any:
        return self._call("Publish", request, self._publish)

    def _publish(self, request: Request) -> Any:
        optional = frozenset({"PhoneNumber", "TargetArn", "TopicArn", "MessageStructure", "MessageAttributes"})
        known(request, frozenset({"Message"}), optional)
        to = request.get("PhoneNumber") or request.get("TargetArn") or request.get("TopicArn")
        if not to:
            raise Invalid("Invalid parameter: PhoneNumber Reason: no destination", "InvalidParameter")
        if "PhoneNumber" in request and not _E164(to):
            reason = f"Invalid parameter: PhoneNumber Reason: {to} is not valid to publish to"
            raise Invalid(reason, "InvalidParameter")
        if "TargetArn" in request and not to.startswith("arn:aws:sns:"):
            raise Invalid("Invalid parameter: TargetArn Reason: no valid ARN", "InvalidParameter")
        _check_text(request, sms="PhoneNumber" in request)
        given = request.get("MessageAttributes", {})
        tags = {name: value["StringValue"] for name, value in given.items() if not name.startswith("AWS.")}
        return {"MessageId": self._goes_out(to, tags, request)}


class SmsVoice(Provider):
    """The client of End User Messaging SMS."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("pinpoint-sms-voice-v2", faults)

    def send_text_message(self, **request: Any) -> Any:
        return self._call("SendTextMessage", request, self._send)

    def _send(self, request: Request) -> Any:
        optional = frozenset(
            {
                "MessageBody", "OriginationIdentity", "MessageType", "ConfigurationSetName", "MaxPrice", "TimeToLive",
                "Context", "ProtectConfigurationId",
            }
        )  # fmt: skip
        known(request, frozenset({"DestinationPhoneNumber"}), optional)
        to = request["DestinationPhoneNumber"]
        if not _E164(to) or not 1 <= len(request.get("MessageBody", "")) <= _LONGEST_SMS:
            raise Invalid("a phone number in E.164, and a text of 1 to 1600 characters")
        if not 5 <= request.get("TimeToLive", 5) <= 259_200:
            raise Invalid("TimeToLive must be between 5 and 259200")
        return {"MessageId": self._goes_out(to, request.get("Context", {}), request)}


class Pinpoint(Provider):
    """The client of End User Messaging push: a call goes well whatever becomes of its addresses."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("pinpoint", faults)

    def send_messages(self, **request: Any) -> Any:
        return self._call("SendMessages", request, self._send)

    def _send(self, request: Request) -> Any:
        known(request, frozenset({"ApplicationId", "MessageRequest"}), frozenset())
        asked = request["MessageRequest"]
        refused = self._faults.entries("pinpoint", "SendMessages", len(asked["Addresses"]))
        result = {}
        for position, token in enumerate(asked["Addresses"]):
            if position in refused:
                result[token] = {"DeliveryStatus": refused[position].code, **refused[position].more}
            else:
                id = self._goes_out(token, asked.get("Context", {}), request)
                result[token] = {"DeliveryStatus": "SUCCESSFUL", "StatusCode": 200, "MessageId": id}
        return {"MessageResponse": {"ApplicationId": request["ApplicationId"], "Result": result}}


def _check_text(request: Request, *, sms: bool) -> None:
    text = request["Message"]
    if not text or len(text.encode()) > _LARGEST_PUBLICATION or (sms and len(text) > _LONGEST_SMS):
        raise Invalid("Invalid parameter: Message too long or empty", "InvalidParameter")
    if request.get("MessageStructure") == "json" and "default" not in json.loads(text):
        raise Invalid("Invalid parameter: Message Structure - No default entry in JSON", "InvalidParameter")
    attributes = request.get("MessageAttributes", {})
    if any(not value.get("StringValue") for value in attributes.values()):
        raise Invalid("The message attribute must contain a non-empty value", "ParameterValueInvalid")
