"""Traits: what somebody says of themselves, as attributes and addresses."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from kairos.domain import moments
from kairos.domain.events import Json
from kairos.domain.sources import parts
from kairos.domain.sources.vocabulary import Fields, renamed

ADDRESSES: Final = ("email", "phone")
PUSH: Final[Mapping[str, str]] = {"ios": "apns", "android": "fcm"}
"""The push service of a device, by its type."""


def told(
    said: Json, fields: Fields, *, field: str = "traits", zone: Any = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Attributes and addresses; null takes one away, an empty address says nothing. Raises BadEvent.

    A phone number without its country, as people type it, can be an attribute only.
    """
    values = dict(parts.customer_attributes(renamed(fields, said), field))
    typed = isinstance(values.get("phone"), str) and values["phone"] and not re.fullmatch(parts.PHONE, values["phone"])
    reachable = {name: values[name] for name in ADDRESSES if name in values and values[name] != ""}
    addresses = parts.addresses({name: reachable[name] for name in reachable if name != "phone" or not typed}, field)
    for name in ADDRESSES:
        if name != "phone" or not typed:
            values.pop(name, None)
    if isinstance(values.get("birthday"), str):
        values["birthday"] = day(values["birthday"], values.get("timezone") or zone)
    return values, addresses


def day(text: str, zone: Any = None) -> str:
    """The day that a birthday is: many libraries make a moment of it, mostly of the midnight where it was typed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None and moment.time() != time() and isinstance(zone, str):
        try:
            moment = moment.astimezone(moments.zone(zone, "UTC"))
        except OverflowError:  # the first or the last day that there is
            return text
    return moment.date().isoformat()


def device(context: Json) -> dict[str, Any]:
    """The push address of the device that a message came from, if it is one that can be pushed to."""
    about = context.get("device")
    kind = str(about.get("type", "")).casefold() if isinstance(about, Mapping) else ""
    if not isinstance(about, Mapping) or not about.get("token") or kind not in PUSH:
        return {}
    token = {"token": parts.text(about["token"], "context.device.token", longest=4096), "platform": PUSH[kind]}
    return {"push": [token]}
