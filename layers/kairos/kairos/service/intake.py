"""What an event must be to come in, whatever it was told in."""

import json
from dataclasses import replace

from kairos.domain.access import Key
from kairos.domain.events import Event
from kairos.domain.sources import bounds, canonical
from kairos.domain.sources.parts import BadEvent


def fit(event: Event) -> Event:
    """The event, if a queue can carry it. Raises BadEvent."""
    if len(json.dumps(canonical.to_dict(event)).encode()) > bounds.LARGEST_EVENT:
        raise BadEvent("too_large", f"must have at most {bounds.LARGEST_EVENT} bytes")
    return event


def permitted(event: Event, key: Key) -> Event:
    """The event, marked if a browser's key reported it: with that somebody's behaviour of the listed types, and nothing else. Raises BadEvent."""
    if key.trusted:
        return event
    if event.type not in key.types:
        raise BadEvent("not_allowed", "is no type that this key may report", "type")
    if event.customer is None:
        raise BadEvent("not_allowed", "needs a server key: without a customer it is about everybody", "customer")
    return replace(event, browser=True)
