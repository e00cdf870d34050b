"""What a provider says afterwards, in the shapes of SES and End User Messaging."""

import json
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


def of_mail(sent: Sent, configuration_set: str) -> list[dict[str, Any]]:
    """SES's events about one mail, oldest first."""
    address = parseaddr(sent.to)[1]
    local_part = address.removesuffix(SIMULATOR).split("+")[0] if address.endswith(SIMULATOR) else ""
    kinds = OUTCOMES.get(local_part, ("Send", "Delivery"))
    mail = _mail(sent, address, configuration_set)
    return [{"eventType": kind, "mail": mail, _key(kind): _details(kind, sent, address, local_part)} for kind in kinds]


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


def _details(kind: str, sent: Sent, address: str, local_part: str) -> dict[str, Any]:
    stamp, recipient = _stamp(sent.time), {"emailAddress": address}
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
            suppressed = local_part == "suppressionlist"
            status = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
            return {
                "bounceType": "Permanent",
                "bounceSubType": "OnAccountSuppressionList" if suppressed else "General",
                "bouncedRecipients": [recipient | status],
                "timestamp": stamp,
                "feedbackId": f"{sent.id}-bounce",
                "reportingMTA": "dsn; local.amazonses.com",
            }
        case "Complaint":
            return {
                "complainedRecipients": [recipient],
                "timestamp": stamp,
                "feedbackId": f"{sent.id}-complaint",
                "complaintSubType": None,
                "userAgent": "Amazon SES Mailbox Simulator",
                "complaintFeedbackType": "abuse",
                "arrivalDate": stamp,
            }
    return {}


def _stamp(moment: int) -> str:
    text = iso(moment)
    return text if "." in text else text.replace("Z", ".000Z")


def of_text(sent: Sent) -> dict[str, Any]:
    """End User Messaging's event about one text message that arrived."""
    return {
        "eventType": "TEXT_DELIVERED",
        "eventVersion": "1.0",
        "eventTimestamp": sent.time,
        "isFinal": True,
        "originationPhoneNumber": "LOCAL",
        "destinationPhoneNumber": sent.to,
        "isInternationalSend": False,
        "messageId": sent.id,
        "messageRequestTimestamp": sent.time,
        "messageEncoding": "GSM",
        "messageType": "PROMOTIONAL",
        "messageStatus": "DELIVERED",
        "messageStatusDescription": "Message has been accepted by phone",
        "context": dict(sent.tags),
        "totalMessageParts": 1,
        "totalMessagePrice": 0.0,
        "totalCarrierFee": 0.0,
    }


def of_whatsapp(sent: Sent) -> list[dict[str, Any]]:
    """What End User Messaging Social says of one message that arrived."""
    return [_whatsapp(sent, status) for status in ("sent", "delivered")]


def _whatsapp(sent: Sent, status: str) -> dict[str, Any]:
    told = {
        "id": f"wamid.{sent.id}",
        "status": status,
        "timestamp": str(sent.time // 1000),
        "recipient_id": sent.to.lstrip("+"),
        "biz_opaque_callback_data": json.dumps(dict(sent.tags)),
    }
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "LOCAL"}, "statuses": [told]}
    entry = {"id": "LOCAL", "changes": [{"field": "messages", "value": value}]}
    return {
        "context": {"MetaWabaIds": [], "MetaPhoneNumberIds": []},
        "whatsAppWebhookEntry": json.dumps(entry),
        "aws_account_id": ACCOUNT,
        "message_timestamp": _stamp(sent.time),
        "messageId": sent.id,
    }
