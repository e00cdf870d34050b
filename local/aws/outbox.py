"""What the providers accepted: e-mails, text messages and pushes, as their recipients would have them."""

import base64
import email
import email.policy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl

from botocore.awsrequest import AWSPreparedRequest

from local.aws.gateway import bytes_of
from local.clock import iso


@dataclass(frozen=True)
class Sent:
    """One message that a provider took."""

    id: str  # the provider's
    time: int
    channel: str
    to: str
    provider: str
    tags: Mapping[str, str]
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""

    @property
    def message(self) -> str:
        """Our own id of it."""
        return self.tags.get("message_id") or self.tags.get("message") or ""

    def line(self, owner: Callable[[str], str]) -> dict[str, Any]:
        """As `/_local/messages` lists it."""
        return {
            "id": self.message or self.id,
            "time": iso(self.time),
            "customer": self.tags.get("customer") or owner(self.message),
            "campaign": self.tags.get("campaign", ""),
            "step": self.tags.get("step", ""),
            "variant": self.tags.get("variant", ""),
            "channel": self.channel,
            "to": self.to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "headers": dict(self.headers),
            "provider": self.provider,
        }


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return part.get_content() if isinstance(part, EmailMessage) else ""


def from_ses(request: Mapping[str, Any], message_id: str, now: int) -> Sent:
    """A mail that SES v2 `SendEmail` took."""
    tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])}
    to = ", ".join(request.get("Destination", {}).get("ToAddresses", []))
    if raw := request["Content"].get("Raw"):
        text = base64.b64decode(raw["Data"])
        mail = email.message_from_bytes(text, policy=email.policy.default)
        headers = {name: str(value) for name, value in mail.items()}
        return Sent(
            message_id, now, "email", to or headers.get("To", ""), "ses", tags, str(mail["Subject"] or ""),
            _part(mail, "plain"), _part(mail, "html"), headers, text.decode("utf-8", "replace"),
        )  # fmt: skip
    simple = request["Content"]["Simple"]
    body = {kind: part["Data"] for kind, part in simple["Body"].items()}
    headers = {header["Name"]: header["Value"] for header in simple.get("Headers", [])}
    subject = simple["Subject"]["Data"]
    return Sent(message_id, now, "email", to, "ses", tags, subject, body.get("Text", ""), body.get("Html", ""), headers)


def from_sns(form: Mapping[str, str], message_id: str, now: int) -> Sent | None:
    """A text message or push that SNS `Publish` took; None if it went to a topic."""
    tags: dict[str, str] = {}
    number = 1
    while name := form.get(f"MessageAttributes.entry.{number}.Name"):
        tags[name] = form.get(f"MessageAttributes.entry.{number}.Value.StringValue", "")
        number += 1
    if phone := form.get("PhoneNumber"):
        return Sent(message_id, now, "sms", phone, "sns", tags, text=form.get("Message", ""))
    target = form.get("TargetArn", "")
    if ":endpoint/" in target:
        return Sent(message_id, now, "push", target, "sns", tags, form.get("Subject", ""), form.get("Message", ""))
    return None


def from_sms_voice(request: Mapping[str, Any], message_id: str, now: int) -> Sent:
    """A text message that End User Messaging `SendTextMessage` took."""
    tags, text = request.get("Context", {}), request.get("MessageBody", "")
    return Sent(message_id, now, "sms", request["DestinationPhoneNumber"], "end_user_messaging", tags, text=text)


def from_pinpoint(request: Mapping[str, Any], address: str, message_id: str, now: int) -> Sent:
    """A push that End User Messaging `SendMessages` took."""
    tags = request.get("Context") or request["Addresses"][address].get("Context", {})
    configuration = request["MessageConfiguration"]
    service: Mapping[str, Any] = next(
        (configuration[name] for name in ("GCMMessage", "APNSMessage") if name in configuration), {}
    )
    text = service.get("Body") or service.get("RawContent", "")
    return Sent(message_id, now, "push", address, "end_user_messaging", tags, service.get("Title", ""), text)


def accepted(call: str, request: AWSPreparedRequest, answer: bytes, now: int) -> list[Sent]:
    """The messages that this answered call has sent."""
    body = bytes_of(request.body)
    match call:
        case "ses.SendEmail":
            return [from_ses(json.loads(body), json.loads(answer)["MessageId"], now)]
        case "sns.Publish":
            message_id = answer.decode().split("<MessageId>")[1].split("<")[0]
            sent = from_sns(dict(parse_qsl(body.decode(), keep_blank_values=True)), message_id, now)
            return [sent] if sent else []
        case "pinpoint-sms-voice-v2.SendTextMessage":
            return [from_sms_voice(json.loads(body), json.loads(answer)["MessageId"], now)]
        case "pinpoint.SendMessages":
            results = json.loads(answer)["Result"].items()
            given = json.loads(body)
            return [from_pinpoint(given, address, one["MessageId"], now) for address, one in results]
    return []
