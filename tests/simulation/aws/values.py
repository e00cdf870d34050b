"""Attribute values as DynamoDB keeps them: checked, in one form only (equal values are equal dicts), and measured."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from typing import Any, Final

from botocore.exceptions import ParamValidationError

from tests.simulation.aws.errors import Invalid

Typed = dict[str, Any]
Item = dict[str, Typed]
Number = int | Decimal

_PLAIN: Final = re.compile(r"(?:-?[1-9]\d{0,37}|0)\Z").match
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z").match
_EXACT: Final = Context(prec=1000)
_SETS: Final = {"SS": "S", "NS": "N", "BS": "B"}
_NESTED: Final = frozenset({"M", "L", *_SETS})
_DEEPEST: Final = 32


def normal(value: Mapping[str, Any], depth: int = 0) -> Typed:
    """A copy in DynamoDB's own form. Raises Invalid."""
    if len(value) != 1:
        if value:
            raise Invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one")
        raise Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    [(kind, held)] = value.items()
    if kind == "S":
        return {"S": _of(str, held)}
    if kind == "N":
        return {"N": number(_of(str, held))}
    if kind == "B":
        return {"B": bytes(held) if isinstance(held, bytes | bytearray) else _of(str, held).encode()}
    if kind == "BOOL":
        return {"BOOL": _of(bool, held)}
    if kind == "NULL":
        if not _of(bool, held):
            raise Invalid(
                "One or more parameter values were invalid: Null attribute value types must have the value of true"
            )
        return {"NULL": True}
    return _nested(kind, held, depth)


def _nested(kind: str, held: Any, depth: int) -> Typed:
    if depth == _DEEPEST:
        raise Invalid("Nesting Levels have exceeded supported limits")
    if kind == "M":
        return {"M": {name: normal(value, depth + 1) for name, value in _of(dict, held).items()}}
    if kind == "L":
        return {"L": [normal(value, depth + 1) for value in held]}
    if kind not in _SETS:
        raise ParamValidationError(report=f"Unknown parameter in input: {kind!r}")
    if not held:
        raise Invalid("One or more parameter values were invalid: An set  may not be empty")
    inner = _SETS[kind]
    members = [normal({inner: member})[inner] for member in held]
    if len(set(members)) < len(members):
        raise Invalid(f"One or more parameter values were invalid: Input collection {held} contains duplicates.")
    return {kind: sorted(members, key=order if kind == "NS" else None)}


def _of(kind: type[Any], held: Any) -> Any:
    if not isinstance(held, kind):
        raise ParamValidationError(report=f"Invalid type for parameter, value: {held!r}, valid types: {kind}")
    return held


def number(text: str) -> str:
    """The number without exponent and leading or trailing zeros: 38 digits, 1E-130 to 9.9…E+125."""
    if _PLAIN(text):
        return text
    if not _NUMBER(text):
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    value = Decimal(text).normalize(_EXACT)
    if not value:
        return "0"
    if value.adjusted() > 125:
        raise Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if value.adjusted() < -130:
        raise Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    if len(value.as_tuple().digits) > 38:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    return format(value, "f")


def plus(left: str, right: str, sign: int) -> str:
    """The sum of two numbers in their form, exact."""
    if "." in left or "." in right:
        return number(str(_EXACT.add(Decimal(left), sign * Decimal(right))))
    return number(str(int(left) + sign * int(right)))


def order(text: str) -> Number:
    """What numbers in their form are compared by."""
    return Decimal(text) if "." in text else int(text)


def copied(item: Mapping[str, Typed]) -> Item:
    """A copy that shares nothing that could be changed."""
    return {name: copy_of(value) for name, value in item.items()}


def copy_of(value: Typed) -> Typed:
    for kind, held in value.items():
        if kind in _NESTED:
            if kind == "M":
                return {"M": copied(held)}
            return {"L": [copy_of(inner) for inner in held]} if kind == "L" else {kind: list(held)}
    return value.copy()


def size(item: Mapping[str, Typed]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values."""
    return sum(_length(name) + value_size(value) for name, value in item.items())


def value_size(value: Typed) -> int:
    [(kind, held)] = value.items()
    if kind == "S":
        return _length(held)
    if kind == "B":
        return len(held)
    if kind == "N":
        return _number_size(held)
    if kind == "M":
        return 3 + sum(_length(name) + value_size(inner) + 1 for name, inner in held.items())
    if kind == "L":
        return 3 + sum(value_size(inner) + 1 for inner in held)
    return sum(value_size({kind[0]: member}) for member in held) if kind in _SETS else 1


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _number_size(text: str) -> int:
    digits = len(text.lstrip("-").replace(".", "").strip("0"))
    return (digits + 1) // 2 + 1 + (text[0] == "-")
