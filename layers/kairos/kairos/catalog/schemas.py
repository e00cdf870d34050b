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
        "campaign": {"$schema": DIALECT, **Campaign.model_json_schema()},
        "policy": {"$schema": DIALECT, **Policy.model_json_schema()},
        "event": EVENT,
    }


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
