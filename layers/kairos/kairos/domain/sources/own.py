"""Kairos's own form of an event, as POST /v1/events and a Detail on the bus carry it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from kairos.domain.events import OWN_TYPES, Event, Json, Millis, Ref
from kairos.domain.sources import bounds, parts
from kairos.domain.sources.parts import BadEvent

LONGEST_ID: Final = 512
MOST_BYTES: Final = 1000
"""Bytes of a customer's id or a device's: of the keys of a table that it stands in, the shorter ones take 1,024."""


def normalise(body: Any, *, received: Millis, new_id: Callable[[], str], trusted: bool) -> Event:
    """The event somebody sent; only a trusted sender (server key, bus) speaks of consents and addresses.

    Raises BadEvent.
    """
    if not isinstance(body, dict):
        raise BadEvent("bad_event", "must be an object")
    bounds.check(body)
    kind = type_of(body.get("type"), "type")
    own_time = body.get("time")
    time = received if own_time is None else parts.believed(parts.moment(own_time, "time"), received)
    ref = customer(body.get("customer"))
    said = body.get("consents")
    if said and not trusted:
        raise BadEvent("not_allowed", "needs a server key", "consents")
    return Event(
        id=event_id(body.get("id"), "id") or new_id(),
        type=kind,
        time=time,
        received=received,
        source=parts.optional_text(body, "source", "source"),
        customer=ref,
        properties=parts.mapping(body.get("properties"), "properties"),
        context=parts.mapping(body.get("context"), "context"),
        addresses=reachable(ref, trusted=trusted),
        consents=parts.consents(said, time),
    )


def type_of(value: Any, field: str) -> str:
    """An event type that others than Kairos may use."""
    kind = parts.text(value, field)
    if kind in OWN_TYPES:
        raise BadEvent("reserved_type", "is a type that only Kairos makes", field)
    return kind


def event_id(value: Any, field: str) -> str:
    """The sender's id, or nothing; a number counts as its digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return parts.text(value, field, longest=LONGEST_ID)


def person_id(value: Any, field: str) -> str:
    """The id of a customer or a device, or nothing; it has to fit into a key of the table."""
    id = event_id(value, field)
    if len(id.encode(errors="surrogatepass")) > MOST_BYTES:
        raise BadEvent("too_long", f"must have at most {MOST_BYTES} bytes of UTF-8", field)
    return id


def _device_id(value: Any, field: str) -> str:
    return person_id(parts.text(value, field), field)


def customer(value: Any, field: str = "customer") -> Ref | None:
    """Who it is about: a plain string is the id; nobody at all makes it an external event."""
    if value is None:
        return None
    if isinstance(value, str):
        return Ref(id=person_id(value, field))
    if not isinstance(value, dict):
        raise BadEvent("bad_value", "must be an object or the customer's id", field)
    named: Json = {k: v for k in ("id", "anonymous_id", "email", "phone") if (v := value.get(k)) is not None}
    if not named:
        raise BadEvent("bad_value", "must have an id, anonymous_id, email or phone", field)
    forms = {"id": person_id, "anonymous_id": _device_id}
    ref = Ref(**{k: forms.get(k, parts.text)(v, f"{field}.{k}") for k, v in named.items()})
    if ref.email:
        parts.email(ref.email, f"{field}.email")
    return replace(ref, phone=parts.phone(ref.phone, f"{field}.phone")) if ref.phone else ref


def reachable(ref: Ref | None, *, trusted: bool) -> dict[str, Any]:
    """The addresses that a reference brings along; from others than servers only the one that says who it is."""
    if ref is None:
        return {}
    named = {kind: value for kind, value in (("email", ref.email), ("phone", ref.phone)) if value}
    if trusted:
        return named
    return {} if ref.id or ref.anonymous_id else dict(list(named.items())[:1])
