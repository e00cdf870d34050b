"""What a shop's own systems say of a customer: one by PUT, or a page of them from an import on the queue."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from kairos.domain import moments
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.sources import bounds, own, parts, traits
from kairos.domain.sources.parts import BadEvent

FIELDS: Final = ("attributes", "addresses", "consents")
CHANNELS: Final = ("email", "sms", "push", "whatsapp")


def told(
    customer: str | Ref, body: Any, now: Millis, received: Millis, event_id: str, *,
    quiet: bool = False, forms: parts.Forms | None = None,
) -> Event:  # fmt: skip
    """The event that this is; `quiet`: what it changes starts no campaign. Raises BadEvent."""
    fields = parts.mapping(body, "")
    bounds.check(fields)
    for name in fields:
        if name not in FIELDS:
            raise BadEvent("unknown_field", f"must be one of {', '.join(FIELDS)}", name)
    attributes = _understood(parts.customer_attributes(fields.get("attributes")))
    return Event(
        id=event_id,
        type="kairos.customer",
        time=now,
        received=received,
        source="api",
        customer=Ref(id=customer) if isinstance(customer, str) else customer,
        properties={"quiet": True} if quiet else {},
        attributes={"backend": attributes} if attributes else {},
        addresses=parts.addresses(fields.get("addresses"), forms=forms),
        consents=parts.consents(fields.get("consents"), now),
        own=True,
    )


def _understood(attributes: Json) -> dict[str, Any]:
    """Those that Kairos itself goes by must be such that it can; a birthday is a day, whatever time comes with it."""
    said = dict(attributes)
    if isinstance(said.get("birthday"), str):
        said["birthday"] = traits.day(said["birthday"], said.get("timezone"))
    for name, (holds, expected) in _GONE_BY.items():
        value = said.get(name)
        if value is not None and not (isinstance(value, str) and holds(value)):
            raise BadEvent("bad_value", f"must be {expected}", f"attributes.{name}")
    return said


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


_GONE_BY: Final[Mapping[str, tuple[Callable[[str], object], str]]] = {
    "timezone": (moments.is_zone, "the name of a time zone such as Europe/Copenhagen"),
    "locale": (re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*").fullmatch, "a language such as da or en-GB"),
    "birthday": (_is_day, "a day such as 1990-05-31"),
}


def of_policy(consents: Collection[Consent], topics: Mapping[str, Any]) -> None:
    """Refuses words on what nobody can be asked about: a topic that the policy does not have, or no channel. Raises BadEvent."""
    for number, consent in enumerate(consents):
        for name, found, allowed in (
            ("topic", consent.topic, topics.keys()),
            ("channel", consent.channel, CHANNELS),
        ):
            if found not in allowed:
                raise BadEvent("bad_value", one_of(found, allowed), f"consents.{number}.{name}")


def one_of(found: str, allowed: Collection[str]) -> str:
    """What must be there instead, with the nearest right spelling."""
    close = get_close_matches(found, allowed, n=1, cutoff=0.6)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"must be one of {', '.join(sorted(allowed))}{hint}"


def is_page(body: Json) -> bool:
    """Whether it is a page of an import."""
    return body.get("kairos") == "customers"


def page(body: Json, received: Millis) -> Iterator[Event]:
    """Everybody on a page: `{id, customer, time?}` beside what a PUT says. Raises BadEvent."""
    quiet, rows = body.get("quiet") is True, body.get("customers")
    if not isinstance(rows, list):
        raise BadEvent("bad_value", "must be a list", "customers")
    for number, row in enumerate(rows):
        field = f"customers.{number}"
        said = dict(parts.mapping(row, field))
        event_id = parts.text(said.pop("id", None), f"{field}.id", longest=own.LONGEST_ID)
        who = own.customer(said.pop("customer", None), f"{field}.customer")
        if who is None:
            raise BadEvent("bad_value", "must name somebody", f"{field}.customer")
        spoken = said.pop("time", None)
        time = received if spoken is None else parts.believed(parts.moment(spoken, f"{field}.time"), received)
        event = told(who, said, time, received, event_id, quiet=quiet)
        yield replace(event, source="import", addresses={**own.reachable(who, trusted=True), **event.addresses})
