"""What an implementation of DynamoDB says to a request, in a form in which answers can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.exceptions import ClientError, ParamValidationError

from tests.simulation.aws.values import Typed
from tests.simulation.requests import TABLE, Call

Content = dict[tuple[str, str], Any]

_UNORDERED: Final = frozenset({"scan", "batch_get_item"})
_IGNORED: Final = frozenset({"ResponseMetadata", "ConsumedCapacity"})
_SETS: Final = ("SS", "NS", "BS")
_NOTHING: Final = {"N": "0.0"}
"""What is left of 1.5 less 1.5, as moto writes it."""


@dataclass(frozen=True)
class Answer:
    """`ok` or the error's code, what came with it, and the text, which is not compared."""

    code: str
    told: Any = None
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.code} {self.text or self.told}"


def ask(client: Any, call: Call) -> Answer:
    """One call."""
    operation, request = call
    try:
        answer = getattr(client, operation)(**request)
    except ParamValidationError:
        return Answer("ParamValidationError")
    except ClientError as error:
        told: Any = error.response
        reasons = [(r["Code"], plain(r.get("Item"))) for r in told.get("CancellationReasons", ())]
        return Answer(told["Error"]["Code"], (plain(told.get("Item")), reasons), told["Error"].get("Message", ""))
    except Exception as error:  # moto, of what it does not expect
        return Answer("crash", None, f"{type(error).__name__}: {error}")
    return Answer("ok", _comparable(operation, answer))


def content(client: Any) -> Content:
    """Everything in the table, by key."""
    found: Content = {}
    request: dict[str, Any] = {"TableName": TABLE, "ConsistentRead": True}
    while True:
        page = client.scan(**request)
        found |= {(item["pk"]["S"], item["sk"]["S"]): plain(item) for item in page["Items"]}
        if "LastEvaluatedKey" not in page:
            return found
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def agree(client: Any, wanted: Content) -> None:
    """Makes the content of a peer what it should be, so that the next answers can be compared again."""
    there = content(client)
    for key in there.keys() - wanted.keys():
        client.delete_item(TableName=TABLE, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})
    for key, item in wanted.items():
        if there.get(key) != item:
            client.put_item(TableName=TABLE, Item=item)


def plain(item: Mapping[str, Typed] | None) -> Any:
    """An item whose sets are in order."""
    return None if item is None else {name: _sorted(value) for name, value in item.items()}


def _sorted(value: Typed) -> Typed:
    [(kind, held)] = value.items()
    if kind == "M":
        return {"M": plain(held)}
    if kind == "L":
        return {"L": [_sorted(member) for member in held]}
    if value == _NOTHING:
        return {"N": "0"}
    return {kind: sorted(held)} if kind in _SETS else value


def _comparable(operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in answer.items() if name not in _IGNORED and value not in ({}, [], None)}
    for name in ("Item", "Attributes", "LastEvaluatedKey"):
        if name in found:
            found[name] = plain(found[name])
    if "Items" in found:
        found["Items"] = [plain(item) for item in found["Items"]]
    if operation == "transact_get_items":
        found["Responses"] = [plain(one.get("Item")) for one in found["Responses"]]
    if operation == "batch_get_item":
        found = {"Items": [plain(item) for item in found.get("Responses", {}).get(TABLE, ())]}
    if operation in _UNORDERED and "Items" in found:
        found["Items"].sort(key=repr)
    return found
