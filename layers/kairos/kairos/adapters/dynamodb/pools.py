"""A shop's own codes, imported into a pool and taken out one by one, each by nobody else.

V#pool#NAME#n  in sixteen parts, so that no partition is everybody's
"""

import zlib
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.table import CONDITION, Table, reasons
from kairos.domain import coupons

NEW: Final = "attribute_not_exists(pk)"
_LOOKED_AT: Final = 10  # codes of a part, of which one is taken
_AT_ONCE: Final = 50
"""Codes of one transaction, each with two writes."""


class Pools:
    """The pools of a stack."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def free(self, pool: str, coupon: str) -> str | None:
        """A code that nobody has; for each coupon another one if there are many, or all would want the first."""
        first = items.part_of(coupon)
        for part in (*range(first, items.SHARDS), *range(first)):
            answer = self._table.client.query(
                TableName=self._table.name, Limit=_LOOKED_AT, ConsistentRead=True, **_of(items.pool(pool, part))
            )
            if found := answer["Items"]:
                return str(found[zlib.crc32(coupon.encode()) % len(found)]["code"]["S"])
        return None

    def take(self, pool: str, code: str, put: Sequence[Item]) -> bool:
        """Takes a code out and puts these items, in one write; not at all if it is gone, or one of them is there."""
        name, key = self._table.name, _key(pool, code)
        writes: Sequence[Any] = [
            {"Delete": {"TableName": name, "Key": key, "ConditionExpression": "attribute_exists(pk)"}},
            *({"Put": {"TableName": name, "Item": item, "ConditionExpression": NEW}} for item in put),
        ]
        return not self._write(writes)

    def fill(self, pool: str, codes: Sequence[str]) -> int:
        """Puts a shop's codes into a pool, those that are there or were given apart; says how many were new."""
        added, waiting = 0, list({coupons.normal(one): one for one in reversed(codes)}.values())
        while waiting:
            some, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            known = self._fill(pool, some)
            if known is None:
                added += len(some)
            else:  # nothing was written: once more without those
                waiting = [one for one in some if one not in known] + waiting
        return added

    def _fill(self, pool: str, codes: Sequence[str]) -> set[str] | None:
        name = self._table.name
        writes: Sequence[Any] = [
            write
            for one in codes
            for write in (
                {"ConditionCheck": {"TableName": name, "Key": items.code_key(coupons.normal(one)), "ConditionExpression": NEW}},
                {"Put": {"TableName": name, "Item": _key(pool, one) | {"code": items.text(one)},
                         "ConditionExpression": NEW}},
            )
        ]  # fmt: skip
        return {codes[number // 2] for number in self._write(writes)} or None

    def left(self, pool: str) -> int:
        """How many codes of a pool nobody has yet."""
        return sum(self._count(items.pool(pool, part)) for part in range(items.SHARDS))

    def _count(self, pk: str) -> int:
        counted = 0
        start: dict[str, Any] = {}
        while True:
            answer: Any = self._table.client.query(TableName=self._table.name, Select="COUNT", **_of(pk), **start)
            counted += int(answer["Count"])
            if "LastEvaluatedKey" not in answer:
                return counted
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _write(self, writes: Sequence[Any]) -> list[int]:
        """Writes all, or nothing: then the numbers of those whose condition did not hold."""
        try:
            self._table.contend(lambda: self._table.client.transact_write_items(TransactItems=writes))
        except ClientError as error:
            if failed := [number for number, why in enumerate(reasons(error)) if why.get("Code") == CONDITION]:
                return failed
            raise
        return []


def _key(pool: str, code: str) -> Key:
    normal = coupons.normal(code)
    return items.key(items.pool(pool, items.part_of(normal)), normal)


def _of(pk: str) -> Any:
    return {"KeyConditionExpression": "pk = :pool", "ExpressionAttributeValues": {":pool": items.text(pk)}}
