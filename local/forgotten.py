"""Who was erased, as it is known beside the archive and in the table: for whoever puts a table back to a backup."""

import json
from collections.abc import Mapping
from typing import Final

from kairos.adapters.dynamodb.erasures import NOT_LATER, mark_key
from kairos.adapters.dynamodb.items import SHARDS, Item, number, text
from kairos.adapters.recorded import ERASURES
from kairos.domain import identity
from kairos.domain.erasure import mark
from kairos.domain.events import Millis
from local.key_lists import read
from local.reach import Reached

UNDER_WAY: Final[Millis] = 2**62
"""Later than any backup."""


class Forgotten:
    """Of one stack; `marks` says until when something of them was left, by what stands for an id."""

    def __init__(self, reached: Reached) -> None:
        self._reached, self._table = reached, reached.physical("Table")
        self._hash = identity.keyed(read(reached, "AddressKeySecret").encode())
        self._dynamodb = reached.client("dynamodb")
        self._written = self._beside_the_archive()
        self.marks: Mapping[str, Millis] = _newest(self._in_the_table(), self._written)

    def since(self, customer: str, moment: Millis) -> bool:
        """Whether they were erased after that, or something of them was still there."""
        return self.marks.get(mark(customer, self._hash), 0) > moment

    def replay(self) -> int:
        """Tells the table of all that only the bucket knows: what was received before stays out; how many there are."""
        for name, erased in self._written.items():
            try:
                self._dynamodb.update_item(
                    TableName=self._table, Key=mark_key(name), UpdateExpression="SET erased = :erased, done = :erased",
                    ConditionExpression=NOT_LATER, ExpressionAttributeValues={":erased": number(erased)},
                )  # fmt: skip
            except self._dynamodb.exceptions.ConditionalCheckFailedException:
                continue  # it knows of this one, or of a later one
        return len(self.marks)

    def _in_the_table(self) -> dict[str, Millis]:
        found: dict[str, Millis] = {}
        for shard in range(SHARDS):
            pages = self._dynamodb.get_paginator("query").paginate(
                TableName=self._table, ConsistentRead=True, KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": text(f"D#{shard}")},
            )  # fmt: skip
            found |= {item["sk"]["S"]: until(item) for page in pages for item in page["Items"]}
        return found

    def _beside_the_archive(self) -> dict[str, Millis]:
        s3, bucket = self._reached.client("s3"), self._reached.physical("ArchiveBucket")
        found: dict[str, Millis] = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=ERASURES):
            for each in page.get("Contents", []):
                told = json.loads(s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read())
                found = _newest(found, dict.fromkeys(told["marks"], told["erased"]))
        return found


def until(mark: Item) -> Millis:
    """When the last of them went; of an erasure that is not through nobody knows."""
    return int(mark["done"]["N"]) if "done" in mark else UNDER_WAY


def _newest(one: Mapping[str, Millis], other: Mapping[str, Millis]) -> dict[str, Millis]:
    return {name: max(one.get(name, 0), other.get(name, 0)) for name in one.keys() | other.keys()}
