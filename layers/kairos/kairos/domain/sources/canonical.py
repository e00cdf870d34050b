"""The canonical event as JSON: what travels on the queue `events` and lies in the archive."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from kairos.domain.events import Consent, Event, Json, Ref
from kairos.domain.sources.parts import BadEvent

_REF: Final = tuple(f.name for f in fields(Ref))
_CONSENT: Final = tuple(f.name for f in fields(Consent))
_OPTIONAL: Final = ("source", "properties", "context", "attributes", "addresses", "own", "browser")


def to_dict(event: Event) -> dict[str, Any]:
    """Only what the event says; `from_dict` makes an equal event of it."""
    body: dict[str, Any] = {"id": event.id, "type": event.type, "time": event.time, "received": event.received}
    body["customer"] = None if event.customer is None else _said(event.customer, _REF)
    body |= {name: value for name in _OPTIONAL if (value := getattr(event, name))}
    if event.consents:
        body["consents"] = [_said(consent, _CONSENT) for consent in event.consents]
    return body


def from_dict(body: Json) -> Event:
    """The event of a canonical dictionary. Raises BadEvent."""
    try:
        who = body.get("customer")
        return Event(
            id=body["id"],
            type=body["type"],
            time=body["time"],
            received=body["received"],
            customer=None if who is None else Ref(**who),
            consents=tuple(Consent(**consent) for consent in body.get("consents", ())),
            **{name: body[name] for name in _OPTIONAL if name in body},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadEvent("bad_event", f"is not a canonical event ({type(error).__name__})") from error


def _said(part: Ref | Consent, names: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: value for name in names if (value := getattr(part, name)) not in (None, "")}
