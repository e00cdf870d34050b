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

from kairos.domain import tags
from kairos.domain.identity import TESTER
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
        return self.tags.get("message", "")

    def line(self, owner: Callable[[str], str]) -> dict[str, Any]:
        """As `/_local/messages` lists it."""
        told = tags.read(self.tags) or self.tags
        customer = told.get("customer") or owner(self.message)
        return {
            "id": self.message or self.id,
            "time": iso(self.time),
            "customer": "" if customer == TESTER else customer,  # a test's is nobody's
            "campaign": told.get("campaign", ""),
            "step": told.get("step", ""),
            "variant": told.get("variant", ""),
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
    return part.get_content().replace("\r\n", "\n") if isinstance(part, EmailMessage) else ""


def from_ses(request: Mapping[str, Any], message_id: str, now: int) -> Sent:
    """A mail that SES v2 `SendEmail` took."""
    given = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])}
    to = ", ".join(request.get("Destination", {}).get("ToAddresses", []))
    if raw := request["Content"].get("Raw"):
        text = base64.b64decode(raw["Data"])
        mail = email.message_from_bytes(text, policy=email.policy.default)
        headers = {name: str(value) for name, value in mail.items()}
        return Sent(
            message_id, now, "email", to or headers.get("To", ""), "ses", given, str(mail["Subject"] or ""),
            _part(mail, "plain"), _part(mail, "html"), headers, text.decode("utf-8", "replace"),
        )  # fmt: skip
    simple = request["Content"]["Simple"]
    body = {kind: part["Data"] for kind, part in simple["Body"].items()}
    headers = {header["Name"]: header["Value"] for header in simple.get("Headers", [])}
    subject = simple["Subject"]["Data"]
    return Sent(
        message_id, now, "email", to, "ses", given, subject, body.get("Text", ""), body.get("Html", ""), headers
    )


def from_sns(form: Mapping[str, str], message_id: str, now: int) -> Sent | None:
    """A text message or push that SNS `Publish` took; None if it went to a topic."""
    given: dict[str, str] = {}
    number = 1
    while name := form.get(f"MessageAttributes.entry.{number}.Name"):
        given[name] = form.get(f"MessageAttributes.entry.{number}.Value.StringValue", "")
        number += 1
    text = form.get("Message", "")
    if phone := form.get("PhoneNumber"):
        return Sent(message_id, now, "sms", phone, "sns", given, text=text)
    target = form.get("TargetArn", "")
    if ":endpoint/" not in target:
        return None
    title, shown = _notification(json.loads(text)) if form.get("MessageStructure") == "json" else ("", text)
    return Sent(message_id, now, "push", target, "sns", given, title, shown)


def _notification(platforms: Mapping[str, str]) -> tuple[str, str]:
    for name in ("APNS", "APNS_SANDBOX"):
        if name in platforms and isinstance(alert := json.loads(platforms[name])["aps"].get("alert"), dict):
            return alert.get("title", ""), alert.get("body", "")
    return "", platforms.get("default", "")


def from_sms_voice(request: Mapping[str, Any], message_id: str, now: int) -> Sent:
    """A text message that End User Messaging `SendTextMessage` took."""
    given, text = request.get("Context", {}), request.get("MessageBody", "")
    return Sent(message_id, now, "sms", request["DestinationPhoneNumber"], "end_user_messaging", given, text=text)


def from_pinpoint(request: Mapping[str, Any], address: str, message_id: str, now: int) -> Sent:
    """A push that End User Messaging `SendMessages` took."""
    given = request.get("Context") or request["Addresses"][address].get("Context", {})
    configuration = request["MessageConfiguration"]
    service: Mapping[str, Any] = next(
        (configuration[name] for name in ("GCMMessage", "APNSMessage") if name in configuration), {}
    )
    text = service.get("Body") or service.get("RawContent", "")
    return Sent(message_id, now, "push", address, "end_user_messaging", given, service.get("Title", ""), text)


def from_whatsapp(request: Mapping[str, Any], message_id: str, now: int) -> Sent:
    """A message that End User Messaging Social `SendWhatsAppMessage` took: which template, filled with what."""
    told = json.loads(base64.b64decode(request["message"]))
    template = told["template"]
    filled = [
        parameter.get("text") or parameter["image"]["link"]
        for component in template.get("components", [])
        for parameter in component["parameters"]
    ]
    text = f"{template['name']} ({template['language']['code']}): {', '.join(filled)}"
    given = json.loads(told.get("biz_opaque_callback_data", "{}"))
    return Sent(message_id, now, "whatsapp", told["to"], "end_user_messaging", given, text=text)


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
        case "socialmessaging.SendWhatsAppMessage":
            return [from_whatsapp(json.loads(body), json.loads(answer)["messageId"], now)]
    return []
