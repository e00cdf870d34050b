"""What an event must be to come in, whatever it was told in."""

import json
from dataclasses import replace
from typing import Final

from kairos.domain.access import Key
from kairos.domain.events import Event
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent

LARGEST_EVENT: Final = 200 * 1024
"""With its envelope it must fit into one message of a queue."""
MOST_EVENTS: Final = 10_000
"""As many as are surely queued before the door times out, ten at a time."""


def fit(event: Event) -> Event:
    """The event, if a queue can carry it. Raises BadEvent."""
    if len(json.dumps(canonical.to_dict(event)).encode()) > LARGEST_EVENT:
        raise BadEvent("too_large", f"must have at most {LARGEST_EVENT} bytes")
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
