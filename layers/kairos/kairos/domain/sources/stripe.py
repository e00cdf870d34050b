"""Stripe, over its partner event bus: snapshot events, whose type's row says what each is here.

Events and objects: https://docs.stripe.com/event-destinations/eventbridge, /api/events/object, /api/invoices/object,
/api/subscriptions/object; fields that newer versions have moved are looked for in both places.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.sources import bounds, parts, stripe_parts
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.picking import first, reachable, text_id

NAME: Final = "stripe"
_OURS: Final = (
    "metadata.customer_id parent.subscription_details.metadata.customer_id subscription_details.metadata.customer_id "
    "client_reference_id"
)
"""Where the shop's own id of the customer may be."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row."""

    type: str = ""
    name: Callable[[Json, Json], str] | None = (
        None  # where the object, and what it was before, decide of which type it is
    )
    said: Callable[[Json], dict[str, Any]] = dict  # its properties
    attributes: Callable[[Json], dict[str, Any]] | None = None  # what it tells of the customer
    theirs: str = "customer"  # Stripe's id of the customer
    email: str = "customer_email customer_details.email"
    phone: str = "customer_phone customer_details.phone"


def _begun(now: Json, _: Json) -> str:
    """Until the first payment it is none yet."""
    return {"trialing": "trial.started", "active": "subscription.started"}.get(
        str(now.get("status")), "subscription.created"
    )


def _changed(now: Json, before: Json) -> str:
    """A trial that became a subscription, or an end that was asked for, is no mere change."""
    trying = now.get("status") == "trialing"
    if before.get("status") in ("trialing", "incomplete") and now.get("status") == "active":
        return "subscription.started"
    if before.get("status") == "incomplete" and trying:
        return "trial.started"
    if stripe_parts.ends(now) and not stripe_parts.ends({**now, **before}):
        return "trial.cancelled" if trying else "subscription.cancelled"
    return "trial.updated" if trying else "subscription.updated"


def _ended(now: Json, _: Json) -> str:
    """An end that was asked for before has been told of by then."""
    if stripe_parts.ends(now):
        return "subscription.ended"
    over, trial = first(now, "ended_at canceled_at"), now.get("trial_end")
    trying = isinstance(over, int) and isinstance(trial, int) and over <= trial
    return "trial.cancelled" if trying else "subscription.cancelled"


def _invoice(type: str) -> Kind:
    return Kind(type, said=stripe_parts.invoice)


def _subscription(type: str = "", name: Callable[[Json, Json], str] | None = None) -> Kind:
    return Kind(type, name, stripe_parts.subscription, stripe_parts.subscriber)


_CUSTOMER: Final[dict[str, Any]] = {"said": stripe_parts.nothing, "theirs": "id", "email": "email", "phone": "phone"}

KINDS: Final[Mapping[str, Kind]] = {
    # ── invoices: a draft is none yet
    "invoice.created": _invoice("invoice.drafted"),
    "invoice.finalized": _invoice("invoice.issued"),
    "invoice.sent": _invoice("invoice.sent"),
    "invoice.paid": _invoice("invoice.paid"),
    "invoice.payment_failed": _invoice("invoice.payment_failed"),
    "invoice.payment_action_required": _invoice("invoice.payment_action_required"),
    "invoice.voided": _invoice("invoice.credited"),
    "invoice.upcoming": _invoice("invoice.upcoming"),
    # ── subscriptions, and the trials that may become some
    "customer.subscription.created": _subscription(name=_begun),
    "customer.subscription.updated": _subscription(name=_changed),
    "customer.subscription.deleted": _subscription(name=_ended),
    "customer.subscription.trial_will_end": _subscription("trial.ending"),
    "customer.subscription.paused": _subscription("subscription.paused"),
    "customer.subscription.resumed": _subscription("subscription.resumed"),
    # ── who it is
    "checkout.session.completed": Kind("checkout.completed", said=stripe_parts.session),
    "customer.created": Kind("billing.customer_created", attributes=stripe_parts.person, **_CUSTOMER),
    "customer.updated": Kind("billing.customer_updated", attributes=stripe_parts.person, **_CUSTOMER),
    "customer.deleted": Kind("billing.customer_deleted", **_CUSTOMER),
}
OTHER: Final = Kind()
"""A type without a row keeps its name, `stripe.charge.refunded`, and all that its object says."""


def is_one(detail: Any) -> bool:
    """Whether Stripe has put it on its bus."""
    return isinstance(detail, Mapping) and detail.get("object") in ("event", "v2.core.event") and "type" in detail


def read(detail: Json, *, received: Millis) -> tuple[Event, ...]:
    """The event that it is. Raises BadEvent."""
    bounds.check(detail, "detail")
    type = parts.text(detail["type"], "detail.type")
    data = parts.mapping(detail.get("data"), "detail.data")
    now = data.get("object")
    if not isinstance(now, Mapping):
        raise BadEvent(
            "not_understood",
            "must hold the object: choose snapshot events in Stripe, not thin ones",
            "detail.data.object",
        )
    before, row = (
        parts.mapping(data.get("previous_attributes"), "detail.data.previous_attributes"),
        KINDS.get(type, OTHER),
    )
    who, told = _who(now, row), row.attributes(now) if row.attributes else {}
    return (
        Event(
            id=parts.text(detail.get("id"), "detail.id"),
            type=row.name(now, before) if row.name else row.type or f"{NAME}.{type}",
            time=_when(detail, received), received=received, source=NAME, customer=who,
            properties=row.said(now), attributes={"backend": told} if told else {},
            addresses=reachable(first(now, row.email), first(now, row.phone)) if who else {},
        ),
    )  # fmt: skip


def _when(detail: Json, received: Millis) -> Millis:
    created = detail.get("created")
    if isinstance(created, bool) or not isinstance(created, int):
        raise BadEvent("bad_time", "must be seconds", "detail.created")
    return parts.believed(created * 1000, received)


def _who(now: Json, row: Kind) -> Ref | None:
    """The shop's own id where Stripe was told it, and Stripe's is theirs too; else Stripe's: addresses are shared, and change."""
    ours, theirs = (text_id(first(now, places)) for places in (_OURS, row.theirs))
    for id in (ours, theirs):
        if len(id) > parts.TEXT:
            raise BadEvent("too_long", f"must be an id of at most {parts.TEXT} characters", "detail.data.object")
    if ours:
        return Ref(id=ours, previous_id=theirs if theirs and theirs != ours else None)
    return Ref(id=theirs) if theirs else None
