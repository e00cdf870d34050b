"""What is put aside, with its reason, as it can be put back on the queue."""

import json
from collections.abc import Mapping
from typing import Any

from kairos.domain.events import Event, Heard, Json, Wake
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent


def not_understood(error: Exception, body: str) -> Json:
    """Whatever lay on the queue."""
    if isinstance(error, BadEvent):
        return {"reason": error.code, "message": error.message, "field": error.field, "body": body}
    return {"reason": "not_understood", "message": "is nothing that a source sends", "body": body}


def hot(said: Heard) -> Json:
    """Of somebody whom too many write to at once."""
    return _aside("hot_customer", "is in endless conflict with other writers", said)


def too_large(said: Heard, why: str) -> Json:
    """What the table cannot hold, although it is all there is to decide on."""
    return _aside("too_large", why, said)


def _aside(reason: str, message: str, said: Heard) -> Json:
    """Of a page only this customer."""
    told = {"kairos": "event", "event": canonical.to_dict(said)} if isinstance(said, Event) else _alone(said)
    return {"reason": reason, "message": message, "body": json.dumps(told, default=dict)}


def _alone(said: Any) -> Mapping[str, Any]:
    if isinstance(said, Wake):
        return {"kairos": "wake", "customer": said.customer}
    return {
        "kairos": "occurrence", "campaign": said.campaign, "id": said.id, "time": said.time, "local": said.local,
        "event": said.event, "customers": [said.customer],
    }  # fmt: skip
