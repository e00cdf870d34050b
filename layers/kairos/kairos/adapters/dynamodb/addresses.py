"""Suppression by address, whoever owns it."""

from collections.abc import Iterator

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.owners import owners
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis


class DynamoAddresses:
    """The port AddressStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def owners(self, address: str, most: int) -> Iterator[str]:
        return owners(self._table, address, most)

    def suppress(self, address: str, reason: str, now: Millis) -> None:
        """The first reason and its moment stay."""
        self._table.contend(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=items.address_key(address),
                UpdateExpression="SET suppressed = if_not_exists(suppressed, :why), since = if_not_exists(since, :now)",
                ExpressionAttributeValues={":why": items.text(reason), ":now": items.number(now)},
            )
        )
