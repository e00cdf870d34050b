"""Everything that has a moment, from the sparse index."""

from collections.abc import Iterator
from itertools import islice

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
        """Earliest first."""
        found = self._table.query(
            IndexName="due", Limit=limit, KeyConditionExpression="due_shard = :shard AND due_at <= :until",
            ExpressionAttributeValues={":shard": items.text(shard), ":until": items.number(until)},
        )  # fmt: skip
        rows = islice(found, limit)
        yield from (items.to_due(row) for row in rows if row["pk"] != items.control_key()["pk"])
