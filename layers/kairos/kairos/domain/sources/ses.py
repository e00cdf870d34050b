"""What SES says of an e-mail: event publishing (`eventType`) or feedback notifications (`notificationType`)."""

from collections.abc import Iterator
from typing import Any, Final

from kairos.domain import tags
from kairos.domain.events import Json
from kairos.domain.sources import parts
from kairos.domain.sources.feedback import Feedback
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
}


def is_one(body: Any) -> bool:
    """Whether it is SES that speaks."""
    return isinstance(body, dict) and "mail" in body and ("eventType" in body or "notificationType" in body)


def read(body: Json) -> tuple[Feedback, ...]:
    """One feedback for each address concerned; nothing for what is not about a message (list subscriptions).

    Raises BadEvent.
    """
    said = body.get("eventType") or body.get("notificationType")
    if said == "Subscription":
        return ()
    if said not in _KINDS:
        raise BadEvent("unknown_feedback", "is no SES event known here", "eventType")
    kind, name = _KINDS[said]
    mail, about = parts.mapping(body["mail"], "mail"), parts.mapping(body.get(name), name)
    lists = parts.mapping(mail.get("tags"), "mail.tags")
    carried = {name: str(values[0]) for name, values in lists.items() if isinstance(values, list) and values}
    time = parts.moment(about.get("timestamp") or mail.get("timestamp"), f"{name}.timestamp")
    permanent = kind == "bounced" and about.get("bounceType") == "Permanent"
    return tuple(
        Feedback(
            kind=kind,
            time=time,
            channel="email",
            provider_id=str(mail.get("messageId", "")),
            tags=tags.read(carried),
            address=address,
            permanent=permanent,
            details=dict(_details(kind, about)),
        )
        for address in _addresses(kind, about)
    )


def _addresses(kind: str, about: Json) -> list[str]:
    named = {"bounced": "bouncedRecipients", "complained": "complainedRecipients"}.get(kind, "")
    found = [r.get("emailAddress", "") for r in about.get(named) or () if isinstance(r, dict)]
    return [_bare(address) for address in found] or [""]


def _bare(address: str) -> str:
    """SES repeats what the To line had, name and all."""
    return address.rpartition("<")[2].rstrip("> ")


def _details(kind: str, about: Json) -> Iterator[tuple[str, str]]:
    names = {
        "bounced": (("bounceType", "bounce_type"), ("bounceSubType", "bounce_sub_type")),
        "complained": (("complaintFeedbackType", "complaint_type"),),
        "delayed": (("delayType", "delay_type"),),
        "rejected": (("reason", "reason"),),
        "clicked": (("link", "link"),),
    }
    for theirs, ours in names.get(kind, ()):
        if isinstance(about.get(theirs), str):
            yield ours, about[theirs]
