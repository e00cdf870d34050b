"""DynamoDB as the local stack mends it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack import Stack


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "S"}}


@pytest.fixture
def client(stack: Stack) -> Any:
    return stack.session.client("dynamodb")


@pytest.fixture
def table(stack: Stack) -> str:
    return stack.table.name


def put(table: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": key(name), **more}}


NEW = {"ConditionExpression": "attribute_not_exists(pk)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def test_a_transaction_says_by_position_what_refused_it_and_writes_nothing(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={**key("old"), "n": {"N": "7"}})
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[put(table, "a", **NEW), put(table, "old", **NEW), put(table, "c")])
    reasons: Any = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed", "None"]
    assert reasons[1]["Item"] == {**key("old"), "n": {"N": "7"}}
    assert [client.get_item(TableName=table, Key=key(name)).get("Item") for name in ("a", "c")] == [None, None]


def test_a_failed_transaction_leaves_other_items_as_they_are(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={**key("other"), "n": {"N": "1"}})
    broken = {"Update": {"TableName": table, "Key": key("a"), "UpdateExpression": "SET n = n + :one",
                         "ExpressionAttributeValues": {":one": {"N": "1"}}}}  # fmt: skip
    with pytest.raises(ClientError):
        client.transact_write_items(TransactItems=[put(table, "b"), broken])
    assert client.get_item(TableName=table, Key=key("b")).get("Item") is None
    assert client.get_item(TableName=table, Key=key("a")).get("Item") is None
    assert client.get_item(TableName=table, Key=key("other"))["Item"]["n"] == {"N": "1"}


def test_a_repeated_token_is_answered_as_before_and_writes_once(client: Any, table: str) -> None:
    count = {"Update": {"TableName": table, "Key": key("a"), "UpdateExpression": "ADD n :one",
                        "ExpressionAttributeValues": {":one": {"N": "1"}}}}  # fmt: skip
    for _ in range(2):
        client.transact_write_items(TransactItems=[count], ClientRequestToken="same")
    assert client.get_item(TableName=table, Key=key("a"))["Item"]["n"] == {"N": "1"}


def test_one_item_twice_in_a_transaction_is_refused(client: Any, table: str) -> None:
    with pytest.raises(ClientError, match="multiple operations on one item"):
        client.transact_write_items(TransactItems=[put(table, "a"), put(table, "a")])


def test_the_sparse_index_follows_every_kind_of_write(client: Any, table: str, stack: Stack) -> None:
    def due() -> list[str]:
        found = client.query(
            TableName=table, IndexName="due", KeyConditionExpression="due_shard = :s AND due_at <= :t",
            ExpressionAttributeValues={":s": {"S": "3"}, ":t": {"N": "100"}},
        )  # fmt: skip
        return [item["pk"]["S"] for item in found["Items"]]

    def at(moment: int) -> dict[str, Any]:
        return {"due_shard": {"S": "3"}, "due_at": {"N": str(moment)}}

    client.put_item(TableName=table, Item={**key("late"), **at(90)})
    client.put_item(TableName=table, Item={**key("soon"), **at(10)})
    client.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": {**key("tx"), **at(50)}}}])
    assert (due(), stack.places().next_due()) == (["soon", "tx", "late"], 10)
    client.update_item(TableName=table, Key=key("soon"), UpdateExpression="REMOVE due_at, due_shard")
    client.delete_item(TableName=table, Key=key("tx"))
    assert (due(), stack.places().next_due()) == (["late"], 90)
    client.update_item(TableName=table, Key=key("late"), UpdateExpression="SET due_at = :t",
                       ExpressionAttributeValues={":t": {"N": "101"}})  # fmt: skip
    assert (due(), stack.places().next_due()) == ([], 101)


def test_a_moment_need_not_be_a_whole_number_and_a_bound_no_number(client: Any, table: str, stack: Stack) -> None:
    due = {"due_shard": {"S": "3"}, "due_at": {"N": "1.5"}}
    client.put_item(TableName=table, Item={**key("half"), **due})
    for until, names in (("1", []), ("1.5", ["half"])):
        found = client.query(
            TableName=table, IndexName="due", KeyConditionExpression="due_shard = :s AND due_at <= :t",
            ExpressionAttributeValues={":s": {"S": "3"}, ":t": {"N": until}},
        )  # fmt: skip
        assert [item["pk"]["S"] for item in found["Items"]] == names
    assert stack.places().next_due() == 2
    bounds = {":p": {"S": "half"}, ":t": {"S": "T"}}
    found = client.query(
        TableName=table, KeyConditionExpression="pk = :p AND sk <= :t", ExpressionAttributeValues=bounds
    )
    assert found["Count"] == 1


def test_binary_values_come_back_as_they_were(client: Any, table: str) -> None:
    value = {"b": {"B": bytes(range(256))}, "m": {"M": {"x": {"L": [{"B": b"\x00"}, {"BOOL": True}, {"NULL": True}]}}}}
    client.put_item(TableName=table, Item={**key("a"), **value})
    answer = client.batch_get_item(RequestItems={table: {"Keys": [key("a")]}})
    assert answer["Responses"][table] == [{**key("a"), **value}]


def test_pages_of_a_partition_come_in_order(client: Any, table: str) -> None:
    for n in range(25):
        client.put_item(TableName=table, Item={"pk": {"S": "p"}, "sk": {"S": f"{n:02}"}})
    pages = client.get_paginator("query").paginate(
        TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p"}},
        PaginationConfig={"PageSize": 10},
    )  # fmt: skip
    assert [item["sk"]["S"] for page in pages for item in page["Items"]] == [f"{n:02}" for n in range(25)]
