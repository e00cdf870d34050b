"""What became of a channel's messages, an item an hour.

Each batch of feedback adds to one of them, and at most two workers take feedback at a time: some ten writes a second, of
the thousand that an item bears.
"""

from collections.abc import Iterator
from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Key
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.domain.reputation import HOUR, WINDOWS, Hour
from kairos.service.ports import ReputationRef

PAUSED: Final = "paused"
"""The item that is due for as long as marketing is paused."""

_KEPT: Final = max(WINDOWS) + 1
_COUNT: Final = "ADD sent :sent, bounced :bounced, complained :complained SET #ttl = :ttl"
_LOOK: Final = ", due_shard = :shard, due_at = :now"


class DynamoReputation:
    """The port ReputationStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def count(self, channel: str, hour: Hour, now: Millis) -> None:
        values: Any = {
            ":sent": items.number(hour.sent), ":bounced": items.number(hour.bounced),
            ":complained": items.number(hour.complained), ":ttl": items.ttl((hour.hour + _KEPT) * HOUR),
        }  # fmt: skip
        bad = hour.bounced or hour.complained
        if bad:
            values |= {":shard": items.text(items.shard(channel)), ":now": items.number(now)}
        self._update(items.hour_key(channel, hour.hour), _COUNT + (_LOOK if bad else ""), values, names={"#ttl": "ttl"})

    def hours(self, channel: str, since: int) -> Iterator[Hour]:
        found = self._table.query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :since AND :last",
            ExpressionAttributeValues={
                ":pk": items.hour_key(channel, 0)["pk"], ":since": items.hour_key(channel, since)["sk"],
                ":last": items.hour_key(channel, items.LAST_HOUR)["sk"],
            },
        )  # fmt: skip
        return map(items.to_hour, found)

    def looked(self, ref: ReputationRef) -> None:
        if ref.what == PAUSED:
            return
        key, values = items.reputation_key(ref.channel, ref.what), {":seen": items.number(ref.due)}
        self._update(key, "REMOVE due_shard, due_at", values, ConditionExpression="due_at = :seen")

    def pause(self, channel: str, now: Millis) -> None:
        values = {":shard": items.text(items.shard(channel)), ":now": items.number(now)}
        self._update(items.reputation_key(channel, PAUSED), "SET due_shard = :shard, due_at = :now", values)

    def forget(self, channel: str) -> None:
        keys = [items.hour_key(channel, hour.hour) for hour in self.hours(channel, 0)]
        for key in [*keys, items.reputation_key(channel, PAUSED)]:
            self._table.client.delete_item(TableName=self._table.name, Key=key)

    def _update(self, key: Key, expression: str, values: Any, names: Any = None, **more: Any) -> None:
        update: Any = {
            "TableName": self._table.name, "Key": key, "UpdateExpression": expression,
            "ExpressionAttributeValues": values, **more,
        } | ({"ExpressionAttributeNames": names} if names else {})  # fmt: skip
        self._table.happens(lambda: self._table.client.update_item(**update))
