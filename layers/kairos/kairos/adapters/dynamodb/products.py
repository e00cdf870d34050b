"""What is known of products: an item for each, written by whoever has read it last."""

import hashlib
from dataclasses import asdict
from typing import Any, Final

import orjson

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Key
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.domain.products import Known

NEVER_KNOWN = "attribute_not_exists(pk)"
NOT_WRITTEN_SINCE = "version = :seen"

_LONGEST: Final = 1024


class DynamoProducts:
    """The port ProductStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, product: str) -> tuple[Known | None, int]:
        key = _key(product)
        item = self._table.get([key], consistent=True).get(items.identity(key))
        return (Known(**orjson.loads(item["body"]["B"])), int(item["version"]["N"])) if item else (None, 0)

    def write(self, product: str, now: Known, *, seen: int, kept: Millis) -> bool:
        item = {
            **_key(product),
            "version": items.number(seen + 1), "body": {"B": orjson.dumps(asdict(now), default=dict)}, "ttl": items.ttl(kept),
        }  # fmt: skip
        condition: Any = {"ConditionExpression": NEVER_KNOWN}
        if seen:
            values = {":seen": items.number(seen)}
            condition = {"ConditionExpression": NOT_WRITTEN_SINCE, "ExpressionAttributeValues": values}
        return self._table.happens(
            lambda: self._table.client.put_item(TableName=self._table.name, Item=item, **condition)
        )


def _key(product: str) -> Key:
    """An id too long to be a key stands as its hash."""
    if len(product.encode()) > _LONGEST:
        product = f"sha256:{hashlib.sha256(product.encode()).hexdigest()}"
    return items.key(f"P#{product}", "P")
