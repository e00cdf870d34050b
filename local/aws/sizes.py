"""What DynamoDB bills, from item sizes; moto's own figures are wrong."""

import base64
import math
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table


def value_size(typed: Mapping[str, Any]) -> int:
    """Bytes of one typed value as DynamoDB counts them."""
    kind, value = next(iter(typed.items()))
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return math.ceil(len(value.lstrip("-").replace(".", "").strip("0")) / 2) + 1
        case "B":
            return len(value) if isinstance(value, bytes) else len(base64.b64decode(value))
        case "M":
            return 3 + sum(len(name.encode()) + value_size(item) + 1 for name, item in value.items())
        case "L":
            return 3 + sum(value_size(item) + 1 for item in value)
        case "SS" | "NS" | "BS":
            return sum(value_size({kind[0]: item}) for item in value)
    return 1


def item_size(item: Mapping[str, Any] | None) -> int:
    """Bytes of an item in DynamoDB's JSON; 0 if there is none."""
    return 0 if item is None else sum(len(name.encode()) + value_size(value) for name, value in item.items())


def stored(table: Table, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """An item as the table holds it, in DynamoDB's JSON."""
    pk, sk = (DynamoType(key[name]) for name in (table.hash_key_attr, table.range_key_attr or table.hash_key_attr))
    item = table.items.get(pk, {}).get(sk)
    return item_json(item) if isinstance(item, Item) else None


def item_json(item: Item) -> dict[str, Any]:
    """moto's item in DynamoDB's JSON."""
    attributes: dict[str, Any] = item.to_json()["Attributes"]
    return attributes


def index_writes(table: Table, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
    """Write units in keys-only indexes: one to put, one to take out, two to move, none if nothing changed."""
    units = 0
    for index in table.global_indexes:
        old, new = (_place(index.schema, item) for item in (before, after))
        if old != new:
            units += (old is not None) + (new is not None)
    return units


def _place(schema: list[dict[str, str]], item: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    names = [part["AttributeName"] for part in schema]
    if item is None or any(name not in item for name in names):
        return None
    return tuple(str(item[name]) for name in names)


def write_units(*sizes: int) -> int:
    """Units for one write: the larger of before and after, by the kilobyte."""
    return max(1, math.ceil(max(sizes) / 1024))


def read_units(size: int, *, consistent: bool) -> float:
    """Units for reading one item, or one page of a query."""
    return max(1, math.ceil(size / 4096)) * (1.0 if consistent else 0.5)
