"""CloudEvents 1.0: structured, in a batch, binary over HTTP, or as the Detail of a bus event.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/ (spec.md, formats/json-format.md, bindings/http-protocol-binding.md)
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from kairos.domain.events import Event, Json, Millis
from kairos.domain.sources import bounds, json_text, own, parts
from kairos.domain.sources.parts import BadEvent

_ATTRIBUTES: Final = ("specversion", "id", "source", "type", "time", "subject", "datacontenttype")
_OWN: Final = ("customer", "properties", "context", "consents")
JSON: Final = r"^(application|text)/([A-Za-z0-9_.-]+\+)?json[ \t]*(;.*)?$"
"""What kinds of data are read."""
_JSON: Final = re.compile(JSON, re.IGNORECASE)


def is_one(body: Any) -> bool:
    """Whether it says that it is a CloudEvent."""
    return isinstance(body, dict) and "specversion" in body


def are_said(headers: Mapping[str, str]) -> bool:
    """Whether a request says that its body is one in structured mode, or a batch of them."""
    lower = {name.lower(): value for name, value in headers.items()}
    return lower.get("content-type", "").strip().lower().startswith("application/cloudevents")


def normalise(body: Any, *, received: Millis, new_id: Callable[[], str], trusted: bool) -> Event:
    """The event; its id is `source id`. Data in Kairos's own form is taken as that; other data is properties.

    Raises BadEvent.
    """
    if not isinstance(body, dict):
        raise BadEvent("bad_event", "must be an object")
    if body.get("specversion") != "1.0":
        raise BadEvent("bad_value", "must be 1.0", "specversion")
    for name in ("id", "source", "type"):
        parts.text(body.get(name), name, longest=own.LONGEST_ID)
    told = dict(_data(body))
    if not any(isinstance(told.get(name), dict) for name in ("customer", "properties")):
        told = {"properties": {k: v for k, v in told.items() if k != "customer"}, "customer": told.get("customer")}
    elif told.get("properties") is None:  # a customer written as here among fields that are not
        told["properties"] = {name: value for name, value in told.items() if name not in _OWN}
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
    said = {name: unquote(lower[f"ce-{name}"]) for name in _ATTRIBUTES if f"ce-{name}" in lower}
    return said | {"data": data}


def _data(body: Json) -> Json:
    kind, data = body.get("datacontenttype"), body.get("data")
    if "data_base64" in body:
        if data is not None:
            raise BadEvent("bad_value", "must not be there beside data", "data_base64")
        data = _decoded(body["data_base64"])
        named = "data_base64"
    else:
        named = "data"
    if isinstance(kind, str) and kind and data is not None and not _JSON.fullmatch(kind.strip()):
        raise BadEvent("bad_value", "must be JSON, such as application/json", "datacontenttype")
    if not isinstance(data, dict | None):
        raise BadEvent("bad_value", "must be a JSON object", named)
    return data or {}


def _decoded(text: Any) -> Any:
    """JSON in base64; what no queue can carry of it is refused as in any other body."""
    try:
        value = json_text.read(b64decode(text, validate=True))
    except (binascii.Error, ValueError, TypeError, BadEvent) as error:
        raise BadEvent("bad_value", "must be a JSON object in base64", "data_base64") from error
    bounds.check(value, "data_base64")
    return value
