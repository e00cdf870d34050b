"""The one conditional write of a state: whoever has read an older one loses."""

from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.domain.state import State

STATE_IS_NEW: Final = "attribute_not_exists(pk)"
STATE_UNMOVED: Final = "version = :seen"


def put_state(customer: str, state: State, *, seen: int, writer: str) -> dict[str, Any]:
    """The state as the version after `seen`, if that is still the newest."""
    item = items.state_item(customer, state, version=seen + 1, writer=writer)
    if not seen:
        return {"Item": item, "ConditionExpression": STATE_IS_NEW}
    return {
        "Item": item, "ConditionExpression": STATE_UNMOVED, "ExpressionAttributeValues": {":seen": items.number(seen)}
    }  # fmt: skip
