"""Events as EventBridge delivers them: an envelope around the project's own form, a CloudEvent, a Segment message, or what a partner says."""

from typing import Any

from kairos.domain.events import Event, Json, Millis
from kairos.domain.sources import cloudevents, own, segment, shopify, stripe
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.shopify import Shopify


def is_one(body: Any) -> bool:
    """Whether it is an envelope."""
    return isinstance(body, dict) and "detail-type" in body and "detail" in body


def read(body: Json, *, received: Millis, messages: Segment, shop: Shopify, trusted: bool = True) -> tuple[Event, ...]:
    """All events inside: what a shop says at once may be several. Who is not trusted is no shop. Raises BadEvent."""
    detail, envelope, time = body["detail"], body.get("id"), body.get("time")
    if trusted and isinstance(envelope, str) and envelope:
        if shopify.is_one(detail):
            return shop(detail["metadata"], detail["payload"], received=received, delivery=envelope, time=time)
        if stripe.is_one(detail):
            return stripe.read(detail, received=received)
    return (normalise(body, received=received, messages=messages, trusted=trusted),)


def normalise(body: Json, *, received: Millis, messages: Segment, trusted: bool = True) -> Event:
    """The event inside; its id is the sender's, else the envelope's, so that a redelivery is the same event.

    Raises BadEvent.
    """
    detail, envelope = body["detail"], body.get("id")
    if not isinstance(detail, dict):
        raise BadEvent("bad_value", "must be an object", "detail")
    if not isinstance(envelope, str) or not envelope:
        raise BadEvent("bad_value", "must be EventBridge's id", "id")
    if body.get("source") == "kairos":
        raise BadEvent("reserved_source", "is Kairos itself", "source")
    if cloudevents.is_one(detail):
        return cloudevents.normalise(detail, received=received, new_id=lambda: envelope, trusted=trusted)
    if segment.is_one(detail):
        return messages(detail, received=received, new_id=lambda: envelope, trusted=trusted)
    told = {name: detail[name] for name in ("id", "customer", "properties", "context", "consents") if name in detail}
    time = body.get("time") if detail.get("time") is None else detail["time"]
    known = {"type": body["detail-type"], "source": body.get("source"), "time": time}
    return own.normalise(told | known, received=received, new_id=lambda: envelope, trusted=trusted)
