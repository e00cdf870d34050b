"""What became of a channel's messages, an item an hour.

Each batch of feedback adds to one of them, and at most two workers take feedback at a time: some ten writes a second, of
the thousand that an item bears.
"""

from collections.abc import Iterator
from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.table import Table
from kairos.domain.reputation import HOUR, WINDOWS, Hour

_KEPT: Final = max(WINDOWS) + 1


class DynamoReputation:
    """The port ReputationStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def count(self, channel: str, hour: Hour) -> None:
        self._table.contend(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=items.hour_key(channel, hour.hour),
                UpdateExpression="ADD sent :sent, bounced :bounced, complained :complained SET #ttl = :ttl",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":sent": items.number(hour.sent), ":bounced": items.number(hour.bounced),
                    ":complained": items.number(hour.complained), ":ttl": items.ttl((hour.hour + _KEPT) * HOUR),
                },
            )
        )  # fmt: skip

    def hours(self, channel: str, since: int) -> Iterator[Hour]:
        query: Any = {
            "TableName": self._table.name, "KeyConditionExpression": "pk = :pk AND sk >= :since",
            "ExpressionAttributeValues": {
                ":pk": items.hour_key(channel, since)["pk"], ":since": items.hour_key(channel, since)["sk"],
            },
        }  # fmt: skip
        while True:
            page = self._table.client.query(**query)
            yield from (items.to_hour(dict(item)) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def forget(self, channel: str) -> None:
        for hour in list(self.hours(channel, 0)):
            self._table.client.delete_item(TableName=self._table.name, Key=items.hour_key(channel, hour.hour))
