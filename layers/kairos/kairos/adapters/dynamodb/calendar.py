"""What the calendar has seen to: an item beside the kill switch's, moved only by whoever has read it."""

from dataclasses import fields
from typing import Any

import orjson

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.service.ports.fan_out import Looked

NEVER_LOOKED = "attribute_not_exists(pk)"
NOT_LOOKED_SINCE = "looked = :before"


class DynamoCalendar:
    """The port CalendarStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def looked(self) -> Looked:
        key = items.control_key("calendar")
        item = self._table.get([key], consistent=True).get(items.identity(key))
        body = orjson.loads(item["body"]["B"]) if item else {}
        return Looked(
            **{**{name: body[name] for name in _KNOWN if name in body}, "known": tuple(body.get("known", ()))}
        )

    def look(self, before: Looked, after: Looked, *, due: Millis | None) -> bool:
        item = {
            **items.control_key("calendar"),
            "looked": items.number(after.at), "body": {"B": orjson.dumps(after)}, **items.when_due("calendar", due),
        }  # fmt: skip
        condition: Any = {"ConditionExpression": NEVER_LOOKED}
        if before.at:
            values = {":before": items.number(before.at)}
            condition = {"ConditionExpression": NOT_LOOKED_SINCE, "ExpressionAttributeValues": values}
        return self._table.happens(
            lambda: self._table.client.put_item(TableName=self._table.name, Item=item, **condition)
        )


_KNOWN = tuple(field.name for field in fields(Looked))
"""A newer release may have written more."""
