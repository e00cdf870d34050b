"""CloudEvents 1.0: structured, in a batch, binary over HTTP, or as the Detail of a bus event."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis
from kairos.domain.sources import own, parts
from kairos.domain.sources.parts import BadEvent

_ATTRIBUTES: Final = ("specversion", "id", "source", "type", "time", "subject")
_OWN: Final = ("customer", "properties", "context", "consents")


def is_one(body: Any) -> bool:
    """Whether it says that it is a CloudEvent."""
    return isinstance(body, dict) and "specversion" in body


def normalise(body: Json, *, received: Millis, new_id: Callable[[], str], trusted: bool) -> Event:
    """The event; its id is `source id`. Data in Kairos's own form is taken as that; other data is properties.

    Raises BadEvent.
    """
    if body.get("specversion") != "1.0":
        raise BadEvent("bad_value", "must be 1.0", "specversion")
    for name in ("id", "source", "type"):
        parts.text(body.get(name), name, longest=own.LONGEST_ID)
    data = body.get("data")
    if "data_base64" in body or not isinstance(data, dict | None):
        raise BadEvent("bad_value", "must be a JSON object", "data")
    told: dict[str, Any] = dict(data or {})
    if not any(isinstance(told.get(name), dict) for name in ("customer", "properties")):
        told = {"properties": {k: v for k, v in told.items() if k != "customer"}, "customer": told.get("customer")}
    fields = {name: told[name] for name in _OWN if name in told}
    if fields.get("customer") is None and isinstance(body.get("subject"), str) and body["subject"]:
        fields["customer"] = body["subject"]
    known = {"id": f"{body['source']} {body['id']}", "type": body["type"], "source": body["source"]}
    return own.normalise(
        known | {"time": body.get("time")} | fields, received=received, new_id=new_id, trusted=trusted
    )  # fmt: skip


def of_headers(headers: Mapping[str, str], data: Any) -> dict[str, Any] | None:
    """The CloudEvent of a binary HTTP request (attributes in `ce-` headers), or None if it is none."""
    lower = {name.lower(): value for name, value in headers.items()}
    if "ce-specversion" not in lower:
        return None
    return {name: lower[f"ce-{name}"] for name in _ATTRIBUTES if f"ce-{name}" in lower} | {"data": data}
