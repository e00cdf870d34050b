"""SNS notifications: the wrapping in which feedback comes."""

import json
from typing import Any, Final

from kairos.domain.events import Json, Millis
from kairos.domain.sources import parts
from kairos.domain.sources.parts import BadEvent

_GREETINGS: Final = ("Successfully validated SNS topic",)
"""What SES says when it is given a topic: a plain text, once."""


def is_one(body: Any) -> bool:
    """Whether it is a notification."""
    return isinstance(body, dict) and body.get("Type") == "Notification" and "Message" in body


def published(body: Json, received: Millis) -> Millis:
    """When it was published, as the topic says."""
    said = body.get("Timestamp")
    return received if said is None else parts.believed(parts.moment(said, "Timestamp"), received)


def message(body: Json) -> dict[str, Any] | None:
    """What was published; None if it is only a greeting. Raises BadEvent."""
    text = body["Message"]
    try:
        read = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(text, str) and text.startswith(_GREETINGS):
            return None
        raise BadEvent("bad_feedback", "must be JSON", "Message") from error
    if not isinstance(read, dict):
        raise BadEvent("bad_feedback", "must be an object", "Message")
    return read
