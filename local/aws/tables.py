"""moto's DynamoDB, made quick where it reads whole tables and right where its transactions are not."""

import copy
import heapq
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from math import ceil
from typing import Any, Final

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from local.aws.seams import replace

Key = tuple[str, str]
INDEX_ARGUMENT: Final = 6  # where Table.query takes its index name, after the hash key
TOKEN_LIMIT: Final = 4096


class Places:
    """What is where: the sparse index by shard, what comes due first, and whose a message is."""

    def __init__(self) -> None:
        self.shards: dict[str, dict[Key, Decimal]] = {}
        self.owners: dict[str, str] = {}  # message id -> customer
        self._placed: dict[Key, tuple[str, Decimal]] = {}
        self._heap: list[tuple[Decimal, Key]] = []

    def touch(self, key: Key, item: Item | None) -> None:
        """Notes what a write has made of an item."""
        if key[1].startswith("M#"):
            self.owners[key[1][2:]] = key[0].removeprefix("C#")
        there = item is not None and "due_shard" in item.attrs and "due_at" in item.attrs
        now = (str(item.attrs["due_shard"].value), Decimal(item.attrs["due_at"].value)) if there and item else None
        if now == self._placed.get(key):
            return
        if placed := self._placed.pop(key, None):
            self.shards[placed[0]].pop(key, None)
        if now is None:
            return
        shard, due = self._placed[key] = now
        self.shards.setdefault(shard, {})[key] = due
        heapq.heappush(self._heap, (due, key))

    def next_due(self) -> int | None:
        """The earliest moment in the index."""
        while self._heap:
            due, key = self._heap[0]
            if self._placed.get(key, ("", -1))[1] == due:
                return ceil(due)
            heapq.heappop(self._heap)
        return None

    def due_by(self, now: int) -> frozenset[tuple[Key, Decimal]]:
        """All that is due by now."""
        if (first := self.next_due()) is None or first > now:
            return frozenset()
        return frozenset((key, due) for key, (_, due) in self._placed.items() if due <= now)


def places(table: Table) -> Places:
    """The table's places, kept from its first write on."""
    kept: Places = table.__dict__.setdefault("kairos_places", Places())
    return kept


def _touch(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    if range_key is not None:
        places(table).touch((hash_key.value, range_key.value), table.items.get(hash_key, {}).get(range_key))


def _candidates(
    table: Table, hash_key: DynamoType | None, index: str | None, conditions: Any, until: Decimal | None
) -> list[Item] | None:
    if index is None and hash_key is not None and table.range_key_attr:
        return sorted(table.items.get(hash_key, {}).values(), key=lambda item: str(item.range_key.value))
    if index == "due" and conditions:
        keys = places(table).shards.get(conditions[0][1].value, {}).items()
        wanted = [key for key, due in keys if until is None or due <= until]
        return [table.items[DynamoType({"S": pk})][DynamoType({"S": sk})] for pk, sk in wanted]
    return None


def _quick_queries() -> None:
    query, every = Table.query, Table.all_items

    @wraps(query)
    def narrowed(table: Table, hash_key: Any, *rest: Any, **named: Any) -> Any:
        index = rest[INDEX_ARGUMENT] if len(rest) > INDEX_ARGUMENT else named.get("index_name")
        until = Decimal(rest[1][0].value) if index == "due" and rest and rest[0] in ("<=", "LE") else None
        found = _candidates(table, hash_key, index, named.get("hash_key_conditions"), until)
        if found is not None:
            table.__dict__["kairos_narrowed"] = found
        try:
            return query(table, hash_key, *rest, **named)
        finally:
            table.__dict__.pop("kairos_narrowed", None)

    def all_items(table: Table) -> list[Item]:
        found: list[Item] | None = table.__dict__.get("kairos_narrowed")
        return every(table) if found is None else found

    replace(Table, "query", narrowed)
    replace(Table, "all_items", all_items)


def _watched_writes() -> None:
    put, delete, update = Table.put_item, Table.delete_item, DynamoDBBackend.update_item

    @wraps(put)
    def put_item(table: Table, *args: Any, **named: Any) -> Item:
        item = put(table, *args, **named)
        _touch(table, item.hash_key, item.range_key)
        return item

    @wraps(delete)
    def delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        item = delete(table, hash_key, range_key)
        _touch(table, hash_key, range_key)
        return item

    @wraps(update)
    def update_item(backend: DynamoDBBackend, table_name: str, *args: Any, **named: Any) -> Item:
        item = update(backend, table_name, *args, **named)
        _touch(backend.get_table(table_name), item.hash_key, item.range_key)
        return item

    replace(Table, "put_item", put_item)
    replace(Table, "delete_item", delete_item)
    replace(DynamoDBBackend, "update_item", update_item)


def _target(backend: DynamoDBBackend, kind: str, op: dict[str, Any]) -> tuple[Table, DynamoType, DynamoType | None]:
    table = backend.get_table(op["TableName"])
    return (table, *backend.get_keys_value(table, op["Item"] if kind == "Put" else op["Key"]))


def _apply(backend: DynamoDBBackend, kind: str, op: dict[str, Any]) -> None:
    if kind == "Put":
        backend.put_item(op["TableName"], op["Item"])
    elif kind == "Delete":
        backend.delete_item(op["TableName"], op["Key"])
    elif kind == "Update":
        backend.update_item(
            op["TableName"],
            op["Key"],
            update_expression=op["UpdateExpression"],
            expression_attribute_names=op.get("ExpressionAttributeNames") or {},
            expression_attribute_values=op.get("ExpressionAttributeValues") or {},
        )


def _refusal(op: dict[str, Any], current: Item | None) -> tuple[str | None, str | None, Any]:
    condition = get_filter_expression(
        op.get("ConditionExpression"), op.get("ExpressionAttributeNames"), op.get("ExpressionAttributeValues")
    )
    if condition.expr(current):
        return (None, None, None)
    wanted = op.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current is not None
    item = current.to_json()["Attributes"] if wanted and current is not None else None
    return ("ConditionalCheckFailed", "The conditional request failed", item)


def transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """All conditions on what was there before, then all writes or none; only the items named are touched."""
    if len(transact_items) > 100:
        raise TooManyTransactionsException()
    operations = [next(iter(item.items())) for item in transact_items]
    targets = [_target(backend, kind, op) for kind, op in operations]
    if len({(id(table), pk, sk) for table, pk, sk in targets}) < len(targets):
        raise MultipleTransactionsException()
    before = [table.get_item(pk, sk) for table, pk, sk in targets]
    reasons = [_refusal(op, item) for (_, op), item in zip(operations, before, strict=True)]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    kept = copy.deepcopy(before)
    for position, (kind, op) in enumerate(operations):
        try:
            _apply(backend, kind, op)
        except Exception as error:
            for (table, pk, sk), item in zip(targets, kept, strict=True):
                _restore(table, pk, sk, item)
            if isinstance(error, MockValidationException):
                raise
            reasons[position] = ("ValidationError", str(error), None)
            raise TransactionCanceledException(reasons) from error


def _restore(table: Table, pk: DynamoType, sk: DynamoType | None, item: Item | None) -> None:
    if item is None:
        table.delete_item(pk, sk)
    elif sk is not None:
        table.items[pk][sk] = item
        _touch(table, pk, sk)


def _tokens() -> None:
    answer: Callable[[DynamoHandler], Any] = DynamoHandler.transact_write_items
    taken: dict[str, Any] = {}

    @wraps(answer)
    def transact_write_items(handler: DynamoHandler) -> Any:
        token = handler.body.get("ClientRequestToken")
        if token and token in taken:
            return taken[token]
        result = answer(handler)
        if token:
            taken[token] = result
            if len(taken) > TOKEN_LIMIT:
                taken.pop(next(iter(taken)))
        return result

    replace(DynamoHandler, "transact_write_items", transact_write_items)


def mend() -> None:
    """Replaces what is slow or wrong; once a process."""
    if DynamoDBBackend.transact_write_items is transact:
        return
    _quick_queries()
    _watched_writes()
    _tokens()
    replace(DynamoDBBackend, "transact_write_items", transact)
