"""What PyPI's cloudevents SDK makes of events, in every mode: a JSON list of [name, headers, body in base64]."""

import json
import sys
from base64 import b64encode

from cloudevents.core.bindings.http import HTTPMessage, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent


def event(number: str, data: object, **more: str) -> CloudEvent:
    said = {"id": number, "type": "product.viewed", "source": "https://shop.example/ü", "specversion": "1.0"}
    return CloudEvent({**said, "subject": "Jürgen", **more}, data)


data = {"product_id": "kite", "name": "Drachen ü"}
raw = json.dumps(data).encode()
made: dict[str, HTTPMessage] = {
    "structured": to_structured_event(event("1", data)),
    "structured, data in base64": to_structured_event(event("2", raw, datacontenttype="application/octet-stream+json")),
    "binary": to_binary_event(event("3", data, datacontenttype="application/json")),
}
batch = [json.loads(to_structured_event(event(number, data)).body) for number in ("4", "5")]
made["batched"] = HTTPMessage({"content-type": "application/cloudevents-batch+json"}, json.dumps(batch).encode())
json.dump([[name, dict(one.headers), b64encode(one.body).decode()] for name, one in made.items()], sys.stdout)
