"""The audience index: who stands in which place, put before the state says so and dropped after it."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import DropPlace, Effect, PutPlace
from kairos.service.ports.fan_out import FanOut

# An item of the index over time, against the versions of its customer's state:
#
#   nothing ──PutPlace of 5──> version 5 ──PutPlace of 9──> version 9        never back: NOT_NEWER
#   version 5 ──DropPlace of 7──> nothing                                    version 9 stays: NOT_LATER
#
# A put lies before its commit, so what a state says is in the index whoever dies; a drop lies behind its commit and
# may come late, when a newer state has put the customer there again, or never: the index is a superset.
NOT_NEWER = "attribute_not_exists(pk) OR version < :version"
NOT_LATER = "version <= :version"

_LONGEST_PLACE: Final = 1500
_LONGEST_CUSTOMER: Final = 1024


def place_key(place: str, customer: str) -> Key:
    """What is too long to be a key stands as its hash."""
    return items.key(_partition(place, items.shard(customer)), items.short(customer, _LONGEST_CUSTOMER))


def last_words(effects: Sequence[Effect]) -> tuple[list[str], list[str]]:
    """The places to put into and to drop from: of two words on one place in a batch only the later counts."""
    words = {effect.place: effect for effect in effects if isinstance(effect, PutPlace | DropPlace)}
    return (
        [place for place, word in words.items() if isinstance(word, PutPlace)],
        [place for place, word in words.items() if isinstance(word, DropPlace)],
    )


def put_place(table: Table, place: str, customer: str, version: int) -> None:
    """Goes before the commit of `version`. Raises Contended."""
    key = place_key(place, customer)
    item: Item = {**key, "version": items.number(version)}
    if key["sk"]["S"] != customer:
        item["customer"] = items.text(customer)
    values: Any = {":version": items.number(version)}
    table.happens(
        lambda: table.client.put_item(
            TableName=table.name, Item=item, ConditionExpression=NOT_NEWER, ExpressionAttributeValues=values
        )
    )


def drop_place(table: Table, place: str, customer: str, version: int) -> None:
    """Goes behind the commit of `version`; whatever comes in between does no harm."""
    values: Any = {":version": items.number(version)}
    try:
        table.client.delete_item(
            TableName=table.name,
            Key=place_key(place, customer),
            ConditionExpression=NOT_LATER,
            ExpressionAttributeValues=values,
        )
    except (ClientError, BotoCoreError):
        return  # the state is committed: nothing here may make anybody believe that it is not


class DynamoAudience:
    """The port Audience."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def pages(self, fan_out: FanOut, size: int) -> Iterator[tuple[Sequence[str], str]]:
        if fan_out.everybody:
            yield from self._everybody(fan_out.cursor, size)
            return
        first, _, after = fan_out.cursor.partition("/")
        found = self._stream(fan_out.places, int(first or 0), after, size)
        while page := list(islice(found, size)):
            shard, last, _ = page[-1]
            yield [customer for _, _, customer in page], f"{shard}/{last}"

    def _stream(self, places: Sequence[str], first: int, after: str, size: int) -> Iterator[tuple[int, str, str]]:
        """Shard by shard all places side by side, so that somebody who stands in several of them comes once."""
        for shard in range(first, items.SHARDS):
            last = ""
            for sk, customer in heapq.merge(*(self._place(place, shard, after, size) for place in places)):
                if sk != last:
                    yield shard, sk, customer
                last = sk
            after = ""

    def _place(self, place: str, shard: int, after: str, size: int) -> Iterator[tuple[str, str]]:
        """Read consistently: whoever was put there before is found."""
        found = self._table.query(
            ConsistentRead=True, Limit=size,
            KeyConditionExpression="pk = :pk AND sk > :after" if after else "pk = :pk",
            ExpressionAttributeValues={":pk": items.text(_partition(place, str(shard)))}
            | ({":after": items.text(after)} if after else {}),
        )  # fmt: skip
        for item in found:
            sk = str(item["sk"]["S"])
            yield sk, str(item["customer"]["S"]) if "customer" in item else sk

    def _everybody(self, cursor: str, size: int) -> Iterator[tuple[Sequence[str], str]]:
        """The whole table, for the states in it; devices whose facts are now a customer's are left out."""
        scan: Any = {
            "TableName": self._table.name, "ProjectionExpression": "pk, sk",
            "FilterExpression": "sk = :state AND attribute_not_exists(moved)",
            "ExpressionAttributeValues": {":state": items.state_key("")["sk"]},
        }  # fmt: skip
        while True:
            if cursor:
                scan["ExclusiveStartKey"] = items.key(*orjson.loads(cursor))
            page = self._table.client.scan(**scan)
            keys = [items.identity(dict(item)) for item in page["Items"]]
            for start in range(0, len(keys), size):
                chunk = keys[start : start + size]
                yield [pk.removeprefix("C#") for pk, _ in chunk], _cursor(chunk[-1])
            if "LastEvaluatedKey" not in page:
                return
            cursor = _cursor(items.identity(dict(page["LastEvaluatedKey"])))
            if not keys:
                yield (), cursor


def _cursor(key: tuple[str, str]) -> str:
    return orjson.dumps(key).decode()


def _partition(place: str, shard: str) -> str:
    return f"X#{items.short(place, _LONGEST_PLACE)}#{shard}"
