"""Keys, index and time to live of the table, as template.yaml says them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from tests.simulation.aws.errors import Invalid
from tests.simulation.aws.values import Item, Number, Typed, normal, order

Part = str | bytes | Number
Key = tuple[Any, Any]
"""Partition and sort key, as what they are compared by."""

_LONGEST_PARTITION: Final = 2048
_LONGEST_SORT: Final = 1024


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    kind: str

    def part(self, value: Typed) -> Any:
        """What the value is compared by."""
        return order(value["N"]) if self.kind == "N" else value[self.kind]


@dataclass(frozen=True, slots=True)
class KeySchema:
    """Of the table (without a name) or of an index; `projected` None holds everything."""

    name: str
    partition: Attribute
    sort: Attribute
    projected: frozenset[str] | None = None

    def place(self, item: Mapping[str, Typed]) -> Key | None:
        """Where the item is in this index; None if it is not in it."""
        one, other = item.get(self.partition.name), item.get(self.sort.name)
        if one is None or other is None:
            return None
        return self.partition.part(one), self.sort.part(other)

    @property
    def names(self) -> tuple[str, str]:
        return self.partition.name, self.sort.name


class Schema:
    """Of one table with a partition and a sort key."""

    def __init__(self, table: KeySchema, indexes: tuple[KeySchema, ...], ttl: str) -> None:
        self.table, self.indexes, self.ttl = table, indexes, ttl
        self.key_names = frozenset(table.names)
        self.kinds = {part.name: part.kind for key in (table, *indexes) for part in (key.partition, key.sort)}
        """Of all attributes that are part of a key."""

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Self:
        """From the Properties of an AWS::DynamoDB::Table."""
        kinds = {a["AttributeName"]: a["AttributeType"] for a in properties["AttributeDefinitions"]}

        def read(name: str, spec: Mapping[str, Any], keys: frozenset[str]) -> KeySchema:
            by_role = {part["KeyType"]: part["AttributeName"] for part in spec["KeySchema"]}
            partition, sort = (Attribute(by_role[role], kinds[by_role[role]]) for role in ("HASH", "RANGE"))
            projection = spec.get("Projection", {"ProjectionType": "ALL"})
            if projection["ProjectionType"] == "ALL":
                return KeySchema(name, partition, sort)
            more = projection.get("NonKeyAttributes", ())
            return KeySchema(name, partition, sort, keys | {partition.name, sort.name, *more})

        table = read("", properties, frozenset())
        indexes = properties.get("GlobalSecondaryIndexes", ())
        ttl = properties.get("TimeToLiveSpecification", {}).get("AttributeName", "")
        return cls(table, tuple(read(i["IndexName"], i, frozenset(table.names)) for i in indexes), ttl)

    def index(self, name: str) -> KeySchema:
        for index in self.indexes:
            if index.name == name:
                return index
        raise Invalid(f"The table does not have the specified index: {name}")

    def key(self, given: Mapping[str, Any]) -> tuple[Key, Item]:
        """A request's key, and it as an item. Raises Invalid."""
        if given.keys() != self.key_names:
            raise Invalid("The provided key element does not match the schema")
        item = {name: normal(value) for name, value in given.items()}
        for part in (self.table.partition, self.table.sort):
            if part.kind not in item[part.name]:
                raise Invalid("The provided key element does not match the schema")
        return self.key_of(item), item

    def key_of(self, item: Item) -> Key:
        """The key of an item that is to be written. Raises Invalid."""
        partition, sort = self.table.partition, self.table.sort
        one, other = item.get(partition.name), item.get(sort.name)
        if one is None or other is None:
            missing = partition.name if one is None else sort.name
            raise Invalid(f"One or more parameter values were invalid: Missing the key {missing} in the item")
        return _part(partition, one, _LONGEST_PARTITION), _part(sort, other, _LONGEST_SORT)

    def check_indexes(self, item: Item) -> None:
        """Raises Invalid for what no index can take."""
        for index in self.indexes:
            for attribute, longest in ((index.partition, _LONGEST_PARTITION), (index.sort, _LONGEST_SORT)):
                if attribute.name in item:
                    _part(attribute, item[attribute.name], longest, index.name)


def _part(attribute: Attribute, value: Typed, longest: int, index: str = "") -> Any:
    kind = attribute.kind
    held = value.get(kind)
    if held is None:
        what = f"Index Key {attribute.name}" if index else f"key {attribute.name}"
        raise Invalid(
            "One or more parameter values were invalid: "
            f"Type mismatch for {what} expected: {kind} actual: {next(iter(value))}"
        )
    if kind == "N":
        return order(held)
    if not held:
        raise Invalid(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {'string' if kind == 'S' else 'binary'} value. Key: {attribute.name}"
        )
    if len(held) * 4 > longest and len(held.encode() if kind == "S" else held) > longest:
        raise Invalid(f"One or more parameter values were invalid: Size of {attribute.name} exceeds {longest} bytes")
    return held
