"""What a provider says afterwards, in the shapes of SES and End User Messaging."""

import json
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any, Final

from local.aws.outbox import Sent
from local.aws.template import ACCOUNT, REGION
from local.clock import iso

SIMULATOR: Final = "@simulator.amazonses.com"
OUTCOMES: Final = {
    "bounce": ("Send", "Bounce"),
    "suppressionlist": ("Send", "Bounce"),
    "complaint": ("Send", "Delivery", "Complaint"),
}
"""What SES's mailbox simulator does to whom; to anybody else a mail is delivered."""


SAID_OF_A_MAIL: Final = {
    "delivered": "Delivery", "delayed": "DeliveryDelay", "bounced": "Bounce", "bounced softly": "Bounce",
    "complained": "Complaint", "rejected": "Reject", "opened": "Open", "clicked": "Click",
}  # fmt: skip
SAID_OF_A_TEXT: Final = {
    "delivered": "DELIVERED", "bounced": "INVALID", "bounced softly": "UNREACHABLE", "rejected": "CARRIER_BLOCKED",
}  # fmt: skip
SAID_IN_WHATSAPP: Final[dict[str, tuple[str, int]]] = {
    "delivered": ("delivered", 0), "opened": ("read", 0), "bounced": ("failed", 131026), "rejected": ("failed", 131049),
}  # fmt: skip
"""What can be told of a message later, by the word for it."""

PERSON: Final = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)
MACHINE: Final = "Mozilla/5.0"
"""How a telephone names itself, and how Apple's Mail Privacy Protection does."""


def of_mail(sent: Sent, configuration_set: str) -> list[dict[str, Any]]:
    """SES's events about one mail, oldest first."""
    address = parseaddr(sent.to)[1]
    local_part = address.removesuffix(SIMULATOR).split("+")[0] if address.endswith(SIMULATOR) else ""
    kinds = OUTCOMES.get(local_part, ("Send", "Delivery"))
    subtype = "OnAccountSuppressionList" if local_part == "suppressionlist" else "General"
    return [_of_mail(sent, kind, sent.time, configuration_set, subtype) for kind in kinds]


def of_mail_later(sent: Sent, word: str, now: int, *, machine: bool) -> dict[str, Any]:
    """What SES says of a mail after its delivery; who opens or follows a link is a person, or a machine."""
    told = _of_mail(sent, SAID_OF_A_MAIL[word], now, "", "General")
    if word == "bounced softly":
        told["bounce"] |= {"bounceType": "Transient", "bounceSubType": "MailboxFull"}
    if word in ("opened", "clicked"):
        link = {"link": "https://shop.example/", "linkTags": None} if word == "clicked" else {}
        agent = MACHINE if machine else PERSON
        told[_key(told["eventType"])] = {"ipAddress": "192.0.2.1", "timestamp": _stamp(now), "userAgent": agent, **link}
    return told


def _of_mail(sent: Sent, kind: str, now: int, configuration_set: str, subtype: str) -> dict[str, Any]:
    address = parseaddr(sent.to)[1]
    details = _details(kind, sent.id, now, address, subtype)
    return {"eventType": kind, "mail": _mail(sent, address, configuration_set), _key(kind): details}


def _key(kind: str) -> str:
    return kind[0].lower() + kind[1:]


def _mail(sent: Sent, address: str, configuration_set: str) -> dict[str, Any]:
    source = sent.headers.get("From", "")
    tags = {
        "ses:configuration-set": [configuration_set],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [parseaddr(source)[1].rpartition("@")[2]],
        "ses:caller-identity": ["local"],
    }
    return {
        "timestamp": _stamp(sent.time),
        "source": source,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{parseaddr(source)[1]}",
        "sendingAccountId": ACCOUNT,
        "messageId": sent.id,
        "destination": [address],
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in sent.headers.items()],
        "commonHeaders": {"from": [source], "to": [sent.to], "messageId": sent.id, "subject": sent.subject},
        "tags": tags | {name: [value] for name, value in sent.tags.items()},
    }


def _details(kind: str, id: str, now: int, address: str, subtype: str) -> dict[str, Any]:
    stamp, recipient = _stamp(now), {"emailAddress": address}
    match kind:
        case "Delivery":
            return {
                "timestamp": stamp,
                "processingTimeMillis": 0,
                "recipients": [address],
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "local.amazonses.com",
            }
        case "Bounce":
            status = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
            return {
                "bounceType": "Permanent",
                "bounceSubType": subtype,
                "bouncedRecipients": [recipient | status],
                "timestamp": stamp,
                "feedbackId": f"{id}-bounce",
                "reportingMTA": "dsn; local.amazonses.com",
            }
        case "Complaint":
            return {
                "complainedRecipients": [recipient],
                "timestamp": stamp,
                "feedbackId": f"{id}-complaint",
                "complaintSubType": None,
                "userAgent": "Amazon SES Mailbox Simulator",
                "complaintFeedbackType": "abuse",
                "arrivalDate": stamp,
            }
        case "Reject":
            return {"reason": "Bad content"}
        case "DeliveryDelay":
            return {"timestamp": stamp, "delayType": "MailboxFull", "delayedRecipients": [recipient]}
    return {}


def _stamp(moment: int) -> str:
    text = iso(moment)
    return text if "." in text else text.replace("Z", ".000Z")


def of_text(sent: Sent, word: str = "delivered", now: int | None = None) -> dict[str, Any]:
    """End User Messaging's event about one text message; if nothing else is said, that it arrived at once."""
    status = SAID_OF_A_TEXT[word]
    return {
        "eventType": f"TEXT_{status}",
        "eventVersion": "1.0",
        "eventTimestamp": sent.time if now is None else now,
        "isFinal": True,
        "originationPhoneNumber": "LOCAL",
        "destinationPhoneNumber": sent.to,
        "isInternationalSend": False,
        "messageId": sent.id,
        "messageRequestTimestamp": sent.time,
        "messageEncoding": "GSM",
        "messageType": "PROMOTIONAL",
        "messageStatus": status,
        "messageStatusDescription": f"Local: {word}",
        "context": dict(sent.tags),
        "totalMessageParts": 1,
        "totalMessagePrice": 0.0,
        "totalCarrierFee": 0.0,
    }


def of_whatsapp(sent: Sent) -> list[dict[str, Any]]:
    """What End User Messaging Social says of one message that arrived."""
    return [_of_whatsapp(sent, status, sent.time) for status in ("sent", "delivered")]


def of_whatsapp_later(sent: Sent, word: str, now: int) -> dict[str, Any]:
    """What it says of one afterwards."""
    status, code = SAID_IN_WHATSAPP[word]
    return _of_whatsapp(sent, status, now, [{"code": code, "title": f"Local: {word}"}] if code else [])


def whatsapp_written(number: str, text: str, id: str, now: int) -> dict[str, Any]:
    """What it says when somebody writes."""
    told = {
        "from": number.lstrip("+"), "id": id, "timestamp": str(now // 1000), "type": "text", "text": {"body": text},
    }  # fmt: skip
    return _whatsapp({"messages": [told]}, id, now)


def _of_whatsapp(sent: Sent, status: str, now: int, errors: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    told = {
        "id": f"wamid.{sent.id}",
        "status": status,
        "timestamp": str(now // 1000),
        "recipient_id": sent.to.lstrip("+"),
        "biz_opaque_callback_data": json.dumps(dict(sent.tags)),
    }
    return _whatsapp({"statuses": [told | ({"errors": list(errors)} if errors else {})]}, sent.id, now)


def _whatsapp(said: dict[str, Any], id: str, now: int) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "LOCAL"}, **said}
    entry = {"id": "LOCAL", "changes": [{"field": "messages", "value": value}]}
    return {
        "context": {"MetaWabaIds": [], "MetaPhoneNumberIds": []},
        "whatsAppWebhookEntry": json.dumps(entry),
        "aws_account_id": ACCOUNT,
        "message_timestamp": _stamp(now),
        "messageId": id,
    }
