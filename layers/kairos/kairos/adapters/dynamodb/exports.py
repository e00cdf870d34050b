"""All items of one customer, as they can be read."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Json
from kairos.domain.state import Profile

KINDS: Final = {"E": "entries", "M": "messages", "N": "events", "O": "consents", "I": "identities"}
"""What the first letter of an item's key says of it."""

_OF_THE_TABLE: Final = frozenset({"pk", "sk", "body", "ttl", "token", "due_shard", "due_at"})


class DynamoExports:
    """The port ExportStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def items(self, customer: str) -> Iterator[tuple[str, Json]]:
        found = self._table.query(
            ConsistentRead=True, KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": items.state_key(customer)["pk"]},
        )  # fmt: skip
        for item in found:
            yield from _read(item)


def _read(item: Item) -> Iterator[tuple[str, Json]]:
    letter, _, name = item["sk"]["S"].partition("#")
    if letter == "P":
        profile = Profile.unpack(item["body"]["B"])
        told = {source: {name: fact._asdict() for name, fact in v.items()} for source, v in profile.attributes.items()}
        yield "profile", {"attributes": told, "addresses": profile.addresses}
    elif letter in KINDS:
        body = orjson.loads(item["body"]["B"]) if "body" in item else {}
        beside = {name: _plain(value) for name, value in item.items() if name not in _OF_THE_TABLE}
        yield KINDS[letter], {**({"id": name} if letter == "I" else {}), **body, **beside}


def _plain(value: Any) -> Any:
    ((kind, held),) = value.items()
    return int(held) if kind == "N" else held
