"""What the fuzzer begins with: requests that real clients sent, and one of every shape that the documents promise."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT / "tests" / "data"
WHEN: Final = "2026-05-04T07:59:00Z"
WHO: Final[list[Any]] = [
    "ada", {"id": "bo"}, {"anonymous_id": "d1"}, {"id": "ada", "anonymous_id": "d1"}, {"email": "cy@shop.example"},
    {"phone": "+4520123456"}, None,
]  # fmt: skip
WORD: Final = {
    "topic": "offers",
    "channel": "email",
    "state": "granted",
    "time": WHEN,
    "wording": "Yes",
    "proof": "form",
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One request; or, with the method BUS, the detail of an event on the bus, whose type is the path."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: Any  # JSON; bytes where a client's own are kept


@cache
def seeds() -> tuple[Seed, ...]:
    """All of them, in an order that does not change."""
    return (*_captures(), *_own(), *_cloud_events(), *_segment(), *_customers(), *_links(), *_bus())


def _captures() -> list[Seed]:
    made = []
    for file in sorted((DATA / "captures").glob("*.json")):
        for request in json.loads(file.read_text()):
            if request["method"] == "POST" and request["path"].startswith("/v1/"):
                kept = {name.lower(): value for name, value in request["headers"]}
                kept = {name: kept[name] for name in ("content-type", "content-encoding") if name in kept}
                body = base64.b64decode(request["body_b64"])
                made.append(Seed("POST", request["path"], tuple(kept.items()), body))
                if "content-encoding" not in kept and body[:1] in (b"{", b"["):
                    made.append(Seed("POST", request["path"], (), json.loads(body)))
    return made


def _events() -> list[dict[str, Any]]:
    """An event of each type that has a contract, by its example."""
    made: list[dict[str, Any]] = []
    for number, file in enumerate(sorted((ROOT / "events" / "schemas").glob("*.json"))):
        schema = json.loads(file.read_text())
        event = {"type": schema["title"], "id": f"e-{number}", "time": WHEN, "properties": schema["examples"][0]}
        context = {"timezone": "Europe/Copenhagen", "locale": "da-DK", "page": {"url": "https://nordlys.example/"}}
        made.append(event | {"customer": WHO[number % len(WHO)], "source": "shop", "context": context})
    return made


def _own() -> list[Seed]:
    events = _events()
    one = [Seed("POST", "/v1/events", (), event) for event in events]
    lists = [Seed("POST", "/v1/events", (), events[start : start + 7]) for start in range(0, len(events), 7)]
    consents = Seed("POST", "/v1/events", (), events[0] | {"customer": "ada", "consents": [WORD]})
    once = Seed("POST", "/v1/events", (("idempotency-key", "k-1"),), events[1])
    return [*one, *lists, consents, once]


def _cloud_events() -> list[Seed]:
    one = {
        "specversion": "1.0", "id": "c-1", "source": "/shop", "type": "order.placed", "time": WHEN, "subject": "ada",
        "datacontenttype": "application/json", "data": {"order_id": "N-1", "total": 5},
    }  # fmt: skip
    packed = {key: value for key, value in one.items() if key != "data"}
    packed["data_base64"] = base64.b64encode(json.dumps(one["data"]).encode()).decode()
    binary = tuple(
        (f"ce-{name}", str(one[name])) for name in ("specversion", "id", "source", "type", "time", "subject")
    )
    return [
        Seed("POST", "/v1/events", (("content-type", "application/cloudevents+json"),), one),
        Seed("POST", "/v1/events", (), packed),
        Seed("POST", "/v1/events", (("content-type", "application/cloudevents-batch+json"),), [one, packed]),
        Seed("POST", "/v1/events", (("content-type", "application/json"), *binary), one["data"]),
    ]


def _segment() -> list[Seed]:
    made, calls = [], []
    for file in sorted((DATA / "segment-spec").glob("*.json")):
        body = json.loads(file.read_text())
        if isinstance(body, dict) and body.get("type") in ("identify", "track", "page", "screen", "group", "alias"):
            calls.append(body)
            made.append(Seed("POST", f"/v1/{body['type']}", (), body))
    made += [
        Seed("POST", route, (), {"batch": calls[start : start + 9], "sentAt": WHEN, "context": {"locale": "da"}})
        for start, route in zip(range(0, len(calls), 9), ["/v1/batch", "/v1/b", "/v1/import"] * 9, strict=False)
    ]
    return made


def _customers() -> list[Seed]:
    body = {
        "attributes": {"first_name": "Ada", "timezone": "Europe/Copenhagen", "locale": "da-DK", "birthday": "1985-12-10",
                       "tier": "gold", "employees": 80, "trial_ends_at": "2026-12-01", "nested": {"a": [1, None]}},
        "addresses": {"email": "ada@shop.example", "phone": "+4520123456", "whatsapp": "+4520123456",
                      "push": [{"token": "t", "platform": "fcm", "arn": "arn:aws:sns:eu-west-1:123456789012:endpoint/GCM/a/b"}]},
        "consents": [WORD],
    }  # fmt: skip
    return [Seed("PUT", f"/v1/customers/{who}", (), body) for who in ("ada", "bo", "a#b")] + [
        Seed("GET", "/v1/customers/ada", (), b"")
    ]


def _links() -> list[Seed]:
    return [
        Seed(method, f"/{kind}/{token}", (), b"List-Unsubscribe=One-Click" if method == "POST" else b"")
        for method in ("GET", "POST")
        for kind in "luc"
        for token in ("x", "A" * 80, "not.a.token")
    ]


def _bus() -> list[Seed]:
    details = [(event["type"], {k: v for k, v in event.items() if k != "type"}) for event in _events()]
    return [Seed("BUS", kind, (), detail) for kind, detail in details]
