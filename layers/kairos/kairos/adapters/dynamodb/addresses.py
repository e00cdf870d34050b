"""What is known of an address, whoever has it: that it is closed, how often it bounced, and who is reached there."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.owners import owners
from kairos.adapters.dynamodb.table import Table, item_of, refused
from kairos.domain import soft_bounces
from kairos.domain.events import Millis

# An address over time; words may come late and twice, and the newest stands, of one moment the one that closes it:
#
#   open ──suppress at 5──> closed since 5 ──release at 9──> open, released 9 ──suppress at 7──> as it was: NOT_RELEASED
#                                └──release at 3──> as it was: OLDER
NOT_RELEASED: Final = "attribute_not_exists(released) OR released <= :time"
OLDER: Final = "(attribute_not_exists(since) OR since < :time) AND (attribute_not_exists(released) OR released < :time)"

SUPPRESS: Final = "SET suppressed = if_not_exists(suppressed, :why), since = if_not_exists(since, :time)"
STOPPED: Final = ", stopped = if_not_exists(stopped, :time)"
RELEASE: Final = "SET released = :time, ended = if_not_exists(stopped, :never) REMOVE suppressed, since, stopped, soft"


class DynamoAddresses:
    """The port AddressStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def owners(self, address: str, most: int) -> Iterator[str]:
        return owners(self._table, address, most)

    def suppress(self, address: str, reason: str, time: Millis) -> bool:
        values = {":why": items.text(reason), ":time": items.number(time)}
        expression = SUPPRESS + (STOPPED if reason == "stopped" else "")
        return self._update(address, expression, values, NOT_RELEASED)[0]

    def release(self, address: str, time: Millis) -> Millis:
        values = {":time": items.number(time), ":never": items.number(0)}
        done, item = self._update(address, RELEASE, values, OLDER)
        mine = done or item.get("released") == items.number(
            time
        )  # or it has been said already, and the answer was lost
        return int(item["ended"]["N"]) if mine else 0

    def soft_bounce(self, address: str, time: Millis) -> Collection[int]:
        _, item = self._update(address, "ADD soft :days", {":days": _days([soft_bounces.day(time)])})
        return _read(item)

    def soft(self, addresses: Collection[str]) -> dict[str, Collection[int]]:
        keys = {address: items.address_key(address) for address in addresses}
        found = self._table.get(keys.values(), consistent=False)
        days = {address: _read(found.get(items.identity(key), {})) for address, key in keys.items()}
        return {address: known for address, known in days.items() if known}

    def forgive(self, address: str, days: Collection[int]) -> None:
        self._update(address, "DELETE soft :days", {":days": _days(days)})

    def _update(self, address: str, expression: str, values: Any, condition: str = "") -> tuple[bool, Item]:
        """Whether it was done, and the item as it is now."""
        update: Any = {
            "TableName": self._table.name, "Key": items.address_key(address), "UpdateExpression": expression,
            "ExpressionAttributeValues": values, "ReturnValues": "ALL_NEW",
        }  # fmt: skip
        if condition:
            update |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        try:
            answer: Any = self._table.contend(lambda: self._table.client.update_item(**update))
            return True, dict(answer["Attributes"])
        except ClientError as error:
            if not refused(error):
                raise
            return False, item_of(error)


def _days(days: Collection[int]) -> dict[str, list[str]]:
    return {"NS": [str(day) for day in sorted(days)]}


def _read(item: Item) -> list[int]:
    return sorted(int(day) for day in item.get("soft", {}).get("NS", ()))
