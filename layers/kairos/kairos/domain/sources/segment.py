"""The Segment protocol, as far as it is understood: `identify`, which says whose a device is and what is true of them.

Protocol: https://segment.com/docs/connections/spec/common/ (fields, and the correction of a client's clock by `sentAt`).
"""

from collections.abc import Callable
from typing import Any, Final

from kairos.domain.events import Event, Millis, Ref
from kairos.domain.sources import bounds, own, parts
from kairos.domain.sources.parts import BadEvent

IDENTIFY: Final = "identify"
ADDRESSES: Final = ("email", "phone")
CONTEXT: Final = ("timezone", "locale")


def identify(body: Any, *, received: Millis, new_id: Callable[[], str], trusted: bool) -> Event:
    """What is said of a customer; their addresses only by a server key. Raises BadEvent."""
    if not isinstance(body, dict):
        raise BadEvent("bad_event", "must be an object")
    bounds.check(body)
    ref = who(body)
    context = parts.mapping(body.get("context"), "context")
    traits = dict(
        parts.customer_attributes({**parts.mapping(context.get("traits"), "context.traits"), **_traits(body)})
    )
    traits = {name: context[name] for name in CONTEXT if context.get(name)} | traits
    addresses = parts.addresses({name: traits.pop(name) for name in ADDRESSES if name in traits}, "traits")
    return Event(
        id=own.event_id(body.get("messageId"), "messageId") or new_id(),
        type=IDENTIFY,
        time=spoken(body, received),
        received=received,
        source="segment",
        customer=ref,
        context=context,
        attributes={"declared": traits} if traits else {},
        addresses=addresses if trusted else {},
    )


def who(body: dict[str, Any]) -> Ref:
    """`userId`, `anonymousId`, or both. Raises BadEvent."""
    named = {
        name: own.event_id(body.get(name), name) for name in ("userId", "anonymousId") if body.get(name) is not None
    }
    if not named:
        raise BadEvent("bad_value", "must have a userId or an anonymousId", "userId")
    return Ref(id=named.get("userId"), anonymous_id=named.get("anonymousId"))


def spoken(body: dict[str, Any], received: Millis) -> Millis:
    """When it was said by our clock: `timestamp` as far before `received` as the client's clock has it before `sentAt`."""
    given = body.get("originalTimestamp") or body.get("timestamp")
    if given is None:
        return received
    time = parts.moment(given, "timestamp")
    if body.get("sentAt") is not None:
        time = received - (parts.moment(body["sentAt"], "sentAt") - time)
    return parts.believed(time, received)


def _traits(body: dict[str, Any]) -> dict[str, Any]:
    return parts.mapping(body.get("traits"), "traits")
