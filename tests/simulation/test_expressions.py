"""Expressions that DynamoDB refuses, and what some of them do; dynalite says the same of every one."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.aws.transactions import DynamoDb
from tests.simulation.peers import ask, content
from tests.simulation.requests import TABLE, Call

Make = Callable[..., DynamoDb]

KEY = {"pk": {"S": "C#anna"}, "sk": {"S": "S"}}
ITEM = {**KEY, "a": {"N": "1"}, "b": {"N": "2"}, "l": {"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}]}, "m": {"M": {}}}
V = {":v": {"S": "v"}}
N = {":n": {"N": "1"}}

NO_ORDER = ("ConditionExpression", "a < :t", {":t": {"BOOL": True}})
"""Only numbers, strings and bytes have an order; dynalite lets it pass, and finds nothing."""

REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("ConditionExpression", "((a = :v))", V),
    ("ConditionExpression", "status = :v", V),
    ("ConditionExpression", "a = :v AND", V),
    ("ConditionExpression", "a = ", {}),
    ("ConditionExpression", "a == :v", V),
    ("ConditionExpression", "#missing = :v", V),
    ("ConditionExpression", "a = :missing", {}),
    ("ConditionExpression", "exists(a)", {}),
    ("ConditionExpression", "attribute_exists(a, b)", {}),
    ("ConditionExpression", "begins_with(a, :n)", N),
    NO_ORDER,
    ("ConditionExpression", "attribute_type(a, :v)", V),
    ("UpdateExpression", "SET a = :v SET b = :v", V),
    ("UpdateExpression", "SET a = :v, a = :v", V),
    ("UpdateExpression", "SET m.x = :v, m = :v", V),
    ("UpdateExpression", "SET pk = :v", V),
    ("UpdateExpression", "SET a = a + :v", V),
    ("UpdateExpression", "SET a = missing", {}),
    ("UpdateExpression", "SET missing.x = :v", V),
    ("UpdateExpression", "SET a = size(b)", {}),
    ("UpdateExpression", "ADD a :v", V),
    ("UpdateExpression", "ADD l :n", N),
    ("UpdateExpression", "DELETE a :n", N),
    ("UpdateExpression", "a = :v", V),
]

TWO_ELEMENTS: tuple[str, dict[str, Any], dict[str, Any]] = ("REMOVE l[0], l[1]", {}, {"l": {"L": [{"S": "z"}]}})
"""Both places are those of the list as it was, as the guide's example has it; dynalite counts the second one anew."""

BECOMES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("SET a = b, b = a", {}, {"a": {"N": "2"}, "b": {"N": "1"}}),
    ("SET a = a - b", {}, {"a": {"N": "-1"}}),
    ("SET l[9] = :v", V, {"l": {"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}, {"S": "v"}]}}),
    TWO_ELEMENTS,
    ("SET l[0] = l[2] REMOVE l[1]", {}, {"l": {"L": [{"S": "z"}, {"S": "z"}]}}),
    ("SET m.x = :v, m.y = a", V, {"m": {"M": {"x": {"S": "v"}, "y": {"N": "1"}}}}),
    ("SET l = list_append(:l, l)", {":l": {"L": [{"S": "w"}]}}, {"l": {"L": [{"S": c} for c in "wxyz"]}}),
    ("ADD n :n, a :n", N, {"n": {"N": "1"}, "a": {"N": "2"}}),
]


def update(name: str, text: str, values: dict[str, Any]) -> Call:
    given = {"ExpressionAttributeValues": values} if values else {}
    return "update_item", {"TableName": TABLE, "Key": KEY, name: text, **given}


@pytest.mark.parametrize(("name", "text", "values"), REFUSED)
def test_an_expression_that_is_refused(memory: Make, name: str, text: str, values: dict[str, Any]) -> None:
    table = memory()
    table.put_item(TableName=TABLE, Item=ITEM)
    assert ask(table, update(name, text, values)).code == "ValidationException"
    assert content(table) == {("C#anna", "S"): ITEM}


@pytest.mark.parametrize(("text", "values", "changed"), BECOMES)
def test_what_an_update_makes_of_an_item(
    memory: Make, text: str, values: dict[str, Any], changed: dict[str, Any]
) -> None:
    table = memory()
    table.put_item(TableName=TABLE, Item=ITEM)
    assert ask(table, update("UpdateExpression", text, values)).code == "ok"
    assert content(table) == {("C#anna", "S"): {**ITEM, **changed}}


def test_dynalite_says_the_same(dynalite: Any) -> None:
    dynalite.put_item(TableName=TABLE, Item=ITEM)
    refused = [one for one in REFUSED if one != NO_ORDER and ask(dynalite, update(*one)).code != "ValidationException"]
    assert not refused
    for text, values, changed in (one for one in BECOMES if one != TWO_ELEMENTS):
        dynalite.put_item(TableName=TABLE, Item=ITEM)
        assert ask(dynalite, update("UpdateExpression", text, values)).code == "ok"
        assert content(dynalite) == {("C#anna", "S"): {**ITEM, **changed}}, text
