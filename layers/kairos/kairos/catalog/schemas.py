"""JSON Schemas of what people and programs write for Kairos."""

from typing import Any, Final

from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Final = {"type": "string", "minLength": 1}
_OBJECT: Final = {"type": "object"}


def schemas() -> dict[str, Any]:
    """The schemas of campaign.yaml, policy.yaml and an event over HTTP, by name."""
    return {
        "campaign": {"$schema": DIALECT, **_inclusive(Campaign.model_json_schema())},
        "policy": {"$schema": DIALECT, **_inclusive(Policy.model_json_schema())},
        "event": EVENT,
    }


def _inclusive(schema: Any) -> Any:
    """The schema with `anyOf` for `oneOf`: what tells two forms apart may be more than their shapes.

    `until: "10:00"` is a time of day, though its shape would also do for a path.
    """
    if isinstance(schema, dict):
        return {"anyOf" if key == "oneOf" else key: _inclusive(value) for key, value in schema.items()}
    return [_inclusive(item) for item in schema] if isinstance(schema, list) else schema


CONSENT: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["topic", "channel", "state"],
    "additionalProperties": False,
    "properties": {
        "topic": _TEXT,
        "channel": _TEXT,
        "state": {"enum": ["granted", "withdrawn"]},
        "time": {"type": "string", "format": "date-time"},
        "source": {"type": "string"},
        "wording": {"type": "string"},
        "proof": {"type": "string"},
    },
}

EVENT: Final[dict[str, Any]] = {
    "$schema": DIALECT,
    "title": "Event",
    "description": "One event in the project's own form; without a customer it is an external event.",
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": _TEXT,
        "id": _TEXT,
        "time": {"type": "string", "format": "date-time"},
        "source": {"type": "string"},
        "customer": {
            "oneOf": [
                _TEXT,
                {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("id", "anonymous_id", "email", "phone")},
                },
            ]
        },
        "properties": _OBJECT,
        "context": _OBJECT,
        "consents": {"type": "array", "items": CONSENT},
    },
}
