"""What the functions' requests cost, counted from item sizes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.stack import Stack

HANDLER = """
import json, os
import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    asked = json.loads(event["body"])
    try:
        getattr(client, asked["call"])(**json.loads(json.dumps(asked["with"]).replace("TABLE", os.environ["TABLE"])))
    except client.exceptions.ClientError as error:
        return {"statusCode": 200, "body": error.response["Error"]["Code"]}
    return {"statusCode": 200, "body": "done"}
"""
KEY = {"pk": {"S": "a"}, "sk": {"S": "S"}}
DUE = {"due_shard": {"S": "1"}, "due_at": {"N": "5"}}
BIG = {"d": {"S": "x" * 1500}}


def item(*parts: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {"TableName": "TABLE", "Item": dict(KEY)}
    for part in parts:
        whole["Item"] |= part
    return whole


def tx(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"TransactItems": list(operations)}


CHECK = {"TableName": "TABLE", "Key": KEY, "ConditionExpression": "attribute_exists(pk)"}
NOT = {"ConditionExpression": "attribute_not_exists(pk)"}
REMOVE = {"TableName": "TABLE", "Key": KEY, "UpdateExpression": "REMOVE due_at, due_shard"}


@pytest.mark.parametrize(
    ("before", "call", "given", "read", "write"),
    [
        (None, "get_item", {"TableName": "TABLE", "Key": KEY}, 0.5, 0),
        (item(), "get_item", {"TableName": "TABLE", "Key": KEY, "ConsistentRead": True}, 1, 0),
        (item({"d": {"S": "x" * 5000}}), "get_item", {"TableName": "TABLE", "Key": KEY}, 1, 0),
        (item(), "batch_get_item", {"RequestItems": {"TABLE": {"Keys": [KEY, {**KEY, "sk": {"S": "P"}}]}}}, 1, 0),
        (None, "put_item", item(), 0, 1),
        (None, "put_item", item(BIG), 0, 2),
        (item(BIG), "put_item", item(), 0, 2),
        (None, "put_item", item(DUE), 0, 2),
        (item(DUE), "put_item", item(DUE, {"n": {"N": "1"}}), 0, 1),
        (item(DUE), "put_item", item({**DUE, "due_at": {"N": "6"}}), 0, 3),
        (item(DUE), "update_item", REMOVE, 0, 2),
        (item(BIG), "put_item", {**item(), **NOT}, 0, 2),
        (item(), "transact_write_items", tx({"ConditionCheck": CHECK}), 0, 2),
        (None, "transact_write_items", tx({"Put": {**item(DUE), **NOT}}), 0, 3),
    ],
)  # fmt: skip
def test_a_request_is_billed_by_what_it_reads_and_writes(
    system: Callable[[str], Stack],
    before: dict[str, Any] | None,
    call: str,
    given: dict[str, Any],
    read: float,
    write: int,
) -> None:
    stack = system(HANDLER)
    if before:
        stack.session.client("dynamodb").put_item(**{**before, "TableName": stack.table.name})
    answer = stack.request("POST", "/echo/x", json.dumps({"call": call, "with": given}).encode())
    assert answer.status == 200
    assert stack.costs()["capacity"] == {"read": read, "write": write}
    assert sum(stack.costs()["requests"]["dynamodb"].values()) == 1
