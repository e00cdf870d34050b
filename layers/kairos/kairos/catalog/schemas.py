"""JSON Schemas of what people and programs write for Kairos."""

from typing import Any

from kairos.catalog.api.bodies import Event
from kairos.catalog.api.document import DIALECT, plain
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy


def schemas() -> dict[str, Any]:
    """The schemas of campaign.yaml, policy.yaml and an event over HTTP, by name."""
    return {
        "campaign": {"$schema": DIALECT, **_inclusive(Campaign.model_json_schema())},
        "policy": {"$schema": DIALECT, **_inclusive(Policy.model_json_schema())},
        "event": {"$schema": DIALECT, "title": "Event", **plain(Event.model_json_schema())},
    }


def _inclusive(schema: Any) -> Any:
    """The schema with `anyOf` for `oneOf`: what tells two forms apart may be more than their shapes.

    `until: "10:00"` is a time of day, though its shape would also do for a path.
    """
    if isinstance(schema, dict):
        return {"anyOf" if key == "oneOf" else key: _inclusive(value) for key, value in schema.items()}
    return [_inclusive(item) for item in schema] if isinstance(schema, list) else schema
