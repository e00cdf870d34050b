"""Conditions, compiled once: a test of an item, and what its values must be for the request to be valid."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.simulation.aws.errors import Invalid
from tests.simulation.aws.paths import at
from tests.simulation.aws.syntax import Call, Path, Value
from tests.simulation.aws.values import Typed, order

Values = Mapping[str, Typed]
Test = Callable[[Mapping[str, Typed], Values], bool]
Read = Callable[[Mapping[str, Typed], Values], Typed | None]

_ORDERED: Final = ("S", "N", "B")
_TYPES: Final = ("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_COUNTED: Final = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})


def compiled(tree: Call) -> Test:
    """The test. An operand that is not there equals nothing and is in no order."""
    name, operands = tree.name, tree.operands
    match name:
        case "AND" | "OR":
            tests = [compiled(operand) for operand in operands]
            wanted = name == "OR"
            return lambda item, values: wanted if any(t(item, values) is wanted for t in tests) else not wanted
        case "NOT":
            inner = compiled(operands[0])
            return lambda item, values: not inner(item, values)
        case "attribute_exists":
            return lambda item, values: at(item, operands[0]) is not None
        case "attribute_not_exists":
            return lambda item, values: at(item, operands[0]) is None
    return _comparison(name, [_read(operand) for operand in operands])


def _comparison(name: str, reads: list[Read]) -> Test:
    left, right = reads[0], reads[1]
    match name:
        case "=":
            return lambda item, values: (found := left(item, values)) is not None and found == right(item, values)
        case "<>":
            return lambda item, values: (found := left(item, values)) is None or found != right(item, values)
        case "IN":
            return lambda item, values: (
                (found := left(item, values)) is not None and any(found == one(item, values) for one in reads[1:])
            )
        case "BETWEEN":
            low, high = _ordered(">=", left, right), _ordered("<=", left, reads[2])
            return lambda item, values: low(item, values) and high(item, values)
        case "attribute_type":
            return lambda item, values: _kind(left(item, values)) == (right(item, values) or {}).get("S")
        case "begins_with":
            return lambda item, values: _begins(left(item, values), right(item, values))
        case "contains":
            return lambda item, values: _contains(left(item, values), right(item, values))
    return _ordered(name, left, right)


def _ordered(name: str, left: Read, right: Read) -> Test:
    compare = _COMPARE[name]

    def test(item: Mapping[str, Typed], values: Values) -> bool:
        one, other = left(item, values), right(item, values)
        if one is None or other is None or (kind := _kind(one)) != _kind(other) or kind not in _ORDERED:
            return False
        if kind == "N":
            return compare(order(one["N"]), order(other["N"]))
        return compare(one[kind], other[kind])

    return test


def _read(operand: Any) -> Read:
    match operand:
        case Value(name):
            return lambda item, values: values[name]
        case Path(parts) if len(parts) == 1:
            first: Any = parts[0]
            return lambda item, values: item.get(first)
        case Path():
            return lambda item, values: at(item, operand)
    inner = _read(operand.operands[0])
    return lambda item, values: _sized(inner(item, values))


def _sized(value: Typed | None) -> Typed | None:
    kind = _kind(value)
    if value is None or kind not in _COUNTED:
        return None
    held = value[kind]
    return {"N": str(len(held.encode()) if kind == "S" else len(held))}


def _kind(value: Typed | None) -> str:
    return next(iter(value)) if value else ""


def _begins(value: Typed | None, prefix: Typed | None) -> bool:
    kind = _kind(value)
    if value is None or prefix is None or kind not in ("S", "B") or kind != _kind(prefix):
        return False
    begins: bool = value[kind].startswith(prefix[kind])
    return begins


def _contains(value: Typed | None, member: Typed | None) -> bool:
    if value is None or member is None:
        return False
    [(kind, held)], [(sought, part)] = value.items(), member.items()
    if kind == "L":
        return member in held
    return ((kind == sought and kind in ("S", "B")) or kind == sought + "S") and part in held


def checks(tree: Call) -> Iterator[Callable[[Values], None]]:
    """What must hold of the values before any item is looked at. Each raises Invalid."""
    name = tree.name
    if name in ("AND", "OR", "NOT"):
        for operand in tree.operands:
            yield from checks(operand)
    elif name in _COMPARE or name == "BETWEEN":
        yield from (_must_be(name, operand, _ORDERED) for operand in tree.operands if isinstance(operand, Value))
        if name == "BETWEEN" and all(isinstance(operand, Value) for operand in tree.operands[1:]):
            yield _between(tree.operands[1].name, tree.operands[2].name)
    elif name in ("begins_with", "attribute_type"):
        allowed = ("S", "B") if name == "begins_with" else ("S",)
        yield from (_must_be(name, operand, allowed) for operand in tree.operands if isinstance(operand, Value))
        if name == "attribute_type":
            yield _a_type(tree.operands[1])
    yield from (_countable(o.operands[0]) for o in tree.operands if isinstance(o, Call) and o.name == "size")


def _must_be(operator: str, operand: Value, allowed: tuple[str, ...]) -> Callable[[Values], None]:
    def check(values: Values) -> None:
        if (kind := _kind(values[operand.name])) not in allowed:
            raise Invalid(
                "Invalid expression: Incorrect operand type for operator or function; "
                f"operator or function: {operator}, operand type: {kind}"
            )

    return check


def _between(low: str, high: str) -> Callable[[Values], None]:
    def check(values: Values) -> None:
        one, other = values[low], values[high]
        if (kind := _kind(one)) != _kind(other):
            raise Invalid("The BETWEEN operator requires same data type for lower and upper bounds")
        if (order(one["N"]) > order(other["N"])) if kind == "N" else one[kind] > other[kind]:
            raise Invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")

    return check


def _a_type(operand: Any) -> Callable[[Values], None]:
    def check(values: Values) -> None:
        if not isinstance(operand, Value) or values[operand.name].get("S") not in _TYPES:
            raise Invalid("Invalid attribute type name found; valid types: " + ",".join(_TYPES))

    return check


def _countable(operand: Any) -> Callable[[Values], None]:
    def check(values: Values) -> None:
        if isinstance(operand, Value) and _kind(values[operand.name]) not in _COUNTED:
            raise Invalid("Incorrect operand type for operator or function; operator or function: size")

    return check
