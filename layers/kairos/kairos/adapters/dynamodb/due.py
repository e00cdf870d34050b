"""Everything that has a moment, from the sparse index."""

from collections.abc import Iterator
from typing import Any

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.service.ports import Due


class DynamoDue:
    """The port DueIndex."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def due(self, until: Millis, limit: int) -> Iterator[tuple[Millis, Due]]:
        for shard in range(items.SHARDS):
            yield from self._shard(str(shard), until, limit)

    def _shard(self, shard: str, until: Millis, limit: int) -> Iterator[tuple[Millis, Due]]:
        """Earliest first, page by page."""
        query: Any = {
            "TableName": self._table.name,
            "IndexName": "due",
            "KeyConditionExpression": "due_shard = :shard AND due_at <= :until",
            "ExpressionAttributeValues": {":shard": items.text(shard), ":until": items.number(until)},
        }
        while limit > 0:
            page = self._table.client.query(**query, Limit=limit)
            found = (dict(row) for row in page["Items"])
            yield from (items.to_due(row) for row in found if row["pk"] != items.control_key()["pk"])
            limit -= len(page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
