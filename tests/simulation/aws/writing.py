"""The writes of the table: what one is, whether it may be, what it leaves behind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from tests.simulation.aws.errors import Invalid, known
from tests.simulation.aws.paths import only
from tests.simulation.aws.schema import Key, Schema
from tests.simulation.aws.store import Stored, stored
from tests.simulation.aws.syntax import Path
from tests.simulation.aws.values import Item, copied, normal
from tests.simulation.aws.words import NAMES, VALUES, Words

LARGEST_ITEM: Final = 400 * 1024

_COMMON: Final = frozenset({"ConditionExpression", NAMES, VALUES, "ReturnValuesOnConditionCheckFailure"})
ALONE: Final = frozenset({"ReturnValues", "ReturnConsumedCapacity"})
_REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "Put": frozenset({"TableName", "Item"}),
    "Update": frozenset({"TableName", "Key"}),
    "Delete": frozenset({"TableName", "Key"}),
    "ConditionCheck": frozenset({"TableName", "Key", "ConditionExpression"}),
}
_RETURNS: Final[Mapping[str, frozenset[str]]] = {
    "Put": frozenset({"NONE", "ALL_OLD"}),
    "Delete": frozenset({"NONE", "ALL_OLD"}),
    "Update": frozenset({"NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"}),
}


@dataclass(slots=True)
class Write:
    """One write, valid as a request."""

    kind: str
    request: Mapping[str, Any]
    key: Key
    _make: Callable[[Stored | None], Stored | None]
    _condition: Callable[[Item], bool] | None
    _touched: tuple[Path, ...] = ()

    @classmethod
    def of(cls, kind: str, request: Mapping[str, Any], schema: Schema, more: frozenset[str] = frozenset()) -> Self:
        """Raises Invalid, ParamValidationError."""
        update = frozenset({"UpdateExpression"}) if kind == "Update" else frozenset()
        known(request, _REQUIRED[kind], _COMMON | update | more)
        if request.get("ReturnValues", "NONE") not in _RETURNS.get(kind, ("NONE",)):
            raise Invalid(f"Return values set to invalid value: {request['ReturnValues']}")
        expressions = request.keys() & {"ConditionExpression", "UpdateExpression"}
        if not expressions and request.keys() & {NAMES, VALUES}:
            raise Invalid("ExpressionAttributeNames and -Values can only be specified when using expressions")
        words = Words(request, schema)
        condition = words.test("ConditionExpression", request.get("ConditionExpression"))
        touched: tuple[Path, ...] = ()
        if kind == "Put":
            item = {name: normal(value) for name, value in request["Item"].items()}
            key, make = schema.key_of(item), _becomes(_checked(item, schema))
        else:
            key, as_item = schema.key(request["Key"])
            make = _becomes(None) if kind == "Delete" else _unchanged
            if kind == "Update":
                make, touched = _updates(request, words, as_item, schema)
        words.done()
        return cls(kind, request, key, make, condition, touched)

    def allowed(self, old: Stored | None) -> bool:
        """Whether its condition holds."""
        return self._condition is None or self._condition(old.item if old else {})

    def result(self, old: Stored | None) -> Stored | None:
        """What there is afterwards. Raises Invalid."""
        return self._make(old)

    def shown(self, old: Stored | None) -> dict[str, Any]:
        """`Item`, for who wants to see why the condition failed."""
        if old is None or self.request.get("ReturnValuesOnConditionCheckFailure") != "ALL_OLD":
            return {}
        return {"Item": copied(old.item)}

    def attributes(self, old: Stored | None, new: Stored | None) -> dict[str, Any]:
        """`Attributes` as `ReturnValues` wants them."""
        wanted = self.request.get("ReturnValues", "NONE")
        source = None if wanted == "NONE" else old if wanted.endswith("OLD") else new
        if source is None:
            return {}
        found = only(source.item, self._touched if wanted.startswith("UPDATED") else None)
        return {"Attributes": found} if found else {}


def _becomes(new: Stored | None) -> Callable[[Stored | None], Stored | None]:
    return lambda old: new


def _unchanged(old: Stored | None) -> Stored | None:
    return old


def _updates(
    request: Mapping[str, Any], words: Words, key: Item, schema: Schema
) -> tuple[Callable[[Stored | None], Stored | None], tuple[Path, ...]]:
    text = request.get("UpdateExpression")
    if text is None:  # as documented: the item is made if there is none
        return lambda old: old or stored(key), ()
    change, touched = words.change(text)

    def make(old: Stored | None) -> Stored | None:
        return _checked(change(old.item if old else key), schema, "Item size to update")

    return make, touched


def _checked(item: Item, schema: Schema, what: str = "Item size") -> Stored:
    schema.check_indexes(item)
    new = stored(item)
    if new.bytes > LARGEST_ITEM:
        raise Invalid(f"{what} has exceeded the maximum allowed size")
    return new
