"""What SES says of an e-mail: event publishing (`eventType`) or feedback notifications (`notificationType`).

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Iterator
from typing import Any, Final

from kairos.domain import bots, tags
from kairos.domain.events import Json
from kairos.domain.sources import parts
from kairos.domain.sources.feedback import ALL, Feedback
from kairos.domain.sources.parts import BadEvent

_KINDS: Final = {
    "Send": ("sent", "send"),
    "Delivery": ("delivered", "delivery"),
    "DeliveryDelay": ("delayed", "deliveryDelay"),
    "Bounce": ("bounced", "bounce"),
    "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"),
    "Rendering Failure": ("rejected", "failure"),
    "Open": ("opened", "open"),
    "Click": ("clicked", "click"),
    "Subscription": ("unsubscribed", "subscription"),
}
_DETAILS: Final = {
    "bounced": (("bounceType", "bounce_type"), ("bounceSubType", "bounce_sub_type")),
    "complained": (("complaintFeedbackType", "complaint_type"), ("complaintSubType", "complaint_sub_type")),
    "delayed": (("delayType", "delay_type"),),
    "rejected": (("reason", "reject_reason"),),
    "clicked": (("link", "link"),),
}
_OF_THE_MESSAGE: Final = frozenset({"MessageTooLarge", "ContentRejected", "AttachmentRejected"})
"""Soft bounces that say nothing of the address."""

_NO_COMPLAINT: Final = frozenset({"not-spam", "auth-failure"})
"""Reports (RFC 5965, 6650) that are called complaints, too: somebody takes one back, or a server checks a signature."""

_NEVER_LEFT: Final = frozenset({"OnAccountSuppressionList", "UnsubscribedRecipient"})
"""SES itself has held the mail back: the receiver saw none of it, and the sender's reputation stays what it was."""


def is_one(body: Any) -> bool:
    """Whether it is SES that speaks."""
    return isinstance(body, dict) and "mail" in body and ("eventType" in body or "notificationType" in body)


def read(body: Json) -> tuple[Feedback, ...]:
    """One feedback for each address concerned. Raises BadEvent."""
    said = body.get("eventType") or body.get("notificationType")
    if said not in _KINDS:
        raise BadEvent("unknown_feedback", "is no SES event known here", "eventType")
    kind, name = _KINDS[said]
    mail, about = parts.mapping(body["mail"], "mail"), parts.mapping(body.get(name), name)
    if kind == "unsubscribed" and not (topics := _left(about)):
        return ()
    lists = parts.mapping(mail.get("tags"), "mail.tags")
    carried = {name: str(values[0]) for name, values in lists.items() if isinstance(values, list) and values}
    time = parts.moment(about.get("timestamp") or mail.get("timestamp"), f"{name}.timestamp")
    subtype = str(about.get("bounceSubType") or about.get("complaintSubType") or "")
    gone = kind == "bounced" and about.get("bounceType") == "Permanent"
    complaint = kind == "complained" and about.get("complaintFeedbackType") not in _NO_COMPLAINT
    return tuple(
        Feedback(
            kind=kind,
            time=time,
            channel="email",
            provider_id=str(mail.get("messageId", "")),
            tags=tags.read(carried),
            address=address,
            permanent=gone or complaint,
            soft=kind == "bounced" and not gone and subtype not in _OF_THE_MESSAGE,
            failed=gone or kind == "rejected",
            counts=kind if kind == "sent" or ((gone or complaint) and subtype not in _NEVER_LEFT) else "",
            topics=topics if kind == "unsubscribed" else (),
            details=dict(_details(kind, about)),
        )
        for address in _addresses(kind, about, mail)
    )


def _addresses(kind: str, about: Json, mail: Json) -> list[str]:
    """Those it is about; a delivery and an unsubscription are about all that the mail went to."""
    name = {"bounced": "bouncedRecipients", "complained": "complainedRecipients"}.get(kind, "")
    found = [r.get("emailAddress", "") for r in about.get(name) or () if isinstance(r, dict)]
    if kind in ("delivered", "unsubscribed"):
        found = list(about.get("recipients") or mail.get("destination") or ())
    return [_bare(address) for address in found if isinstance(address, str)] or [""]


def _bare(address: str) -> str:
    """SES repeats what the To line had, name and all."""
    return address.rpartition("<")[2].rstrip("> ")


def _left(about: Json) -> tuple[str, ...]:
    """The topics that somebody has left, of the contact list that SES keeps."""
    now = parts.mapping(about.get("newTopicPreferences"), "subscription.newTopicPreferences")
    if now.get("unsubscribeAll"):
        return (ALL,)
    said = [each for each in now.get("topicSubscriptionStatus") or () if isinstance(each, dict)]
    return tuple(str(each.get("topicName", "")) for each in said if each.get("subscriptionStatus") == "OptOut")


def _details(kind: str, about: Json) -> Iterator[tuple[str, Any]]:
    for theirs, ours in _DETAILS.get(kind, ()):
        if isinstance(about.get(theirs), str):
            yield ours, about[theirs]
    agent, ip = str(about.get("userAgent", "")), str(about.get("ipAddress", ""))
    if kind == "opened" and bots.opens_itself(agent, ip):
        yield "bot", True
    if kind == "clicked" and (bots.is_bot(agent) or bots.is_scanner(ip)):
        yield "bot", True
