"""What requests to the table in memory cost, as DynamoDB bills them."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.simulation.aws.transactions import DynamoDb

Make = Callable[..., DynamoDb]
Item = dict[str, Any]

KIB = 1024


def key(sk: str = "S", pk: str = "C#anna") -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def put(table: Any, sk: str = "S", **more: Any) -> Any:
    return table.put_item(TableName="kairos", Item={**key(sk), **more})


def get(table: Any, sk: str = "S", **more: Any) -> Any:
    return table.get_item(TableName="kairos", Key=key(sk), **more).get("Item")


def billed(table: DynamoDb) -> tuple[float, float]:
    return sum(table.capacity.read.values()), sum(table.capacity.write.values())


@pytest.mark.parametrize(
    ("work", "read", "write"),
    [
        (lambda t: put(t), 0, 1),
        (lambda t: put(t, body={"B": b"x" * KIB}), 0, 2),
        (lambda t: (put(t, body={"B": b"x" * 3 * KIB}), put(t)), 0, 4 + 4),
        (lambda t: put(t, due_shard={"S": "7"}, due_at={"N": "1"}), 0, 1 + 1),
        (lambda t: (put(t, due_shard={"S": "7"}, due_at={"N": "1"}), put(t)), 0, 2 + 1 + 1),
        (lambda t: [put(t, due_shard={"S": "7"}, due_at={"N": at}) for at in "12"], 0, 2 + 1 + 2),
        (lambda t: t.transact_write_items(TransactItems=[{"Put": {"TableName": "kairos", "Item": key()}}]), 0, 2),
        (lambda t: get(t), 0.5, 0),
        (lambda t: get(t, ConsistentRead=True), 1, 0),
        (lambda t: (put(t, body={"B": b"x" * 5 * KIB}), get(t, ConsistentRead=True)), 2, 6),
        (lambda t: t.transact_get_items(TransactItems=[{"Get": {"TableName": "kairos", "Key": key()}}]), 2, 0),
    ],
)  # fmt: skip
def test_what_it_costs(memory: Make, work: Callable[[DynamoDb], Any], read: float, write: float) -> None:
    table = memory()
    work(table)
    assert billed(table) == (read, write)


def test_a_refused_write_costs_as_much_as_what_it_looked_at(memory: Make) -> None:
    table = memory()
    put(table, body={"B": b"x" * 3 * KIB})
    refused = {"TableName": "kairos", "Item": key(), "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(ClientError, match="conditional request failed"):
        table.put_item(**refused)
    assert billed(table) == (0, 4 + 4)
