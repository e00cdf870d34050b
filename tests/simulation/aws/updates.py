"""Updates, compiled once: what an item becomes. All operands are read from the item as it was."""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any, Final

from tests.simulation.aws.errors import Invalid
from tests.simulation.aws.paths import at, overlap, step
from tests.simulation.aws.syntax import Call, Clause, Path, Value
from tests.simulation.aws.values import Item, Typed, copied, copy_of, order, plus

Values = Mapping[str, Typed]
Change = Callable[[Item, Values], Item]

_MISSING: Final = "The provided expression refers to an attribute that does not exist in the item"
_NO_PATH: Final = "The document path provided in the update expression is invalid for update"
_WRONG_TYPE: Final = "An operand in the update expression has an incorrect data type"
_SETS: Final = ("SS", "NS", "BS")


def compiled(clauses: tuple[Clause, ...]) -> Change:
    """The new item, of which the old one shares nothing. Raises Invalid."""
    for one, other in combinations(clauses, 2):
        if overlap(one.path, other.path):
            raise Invalid(
                "Invalid UpdateExpression: Two document paths overlap with each other; "
                f"must remove or rewrite one of these paths; path one: {one.path.parts}, path two: {other.path.parts}"
            )
    ordered = sorted(clauses, key=lambda clause: _rank(clause.path, clause.action))

    def change(item: Item, values: Values) -> Item:
        made = copied(item)
        found = [_result(clause, item, values) for clause in ordered]
        for clause, value in zip(ordered, found, strict=True):
            if value is not None:
                _put(made, clause.path, copy_of(value))
            else:
                _remove(made, clause.path)
        return made

    return change


def checks(clauses: tuple[Clause, ...], values: Values) -> None:
    """What must hold of the values before any item is looked at. Raises Invalid."""
    for clause in clauses:
        if clause.action in ("ADD", "DELETE"):
            allowed = ("N", *_SETS) if clause.action == "ADD" else _SETS
            _must_be(clause.action, values[clause.operand.name], allowed)
        elif isinstance(clause.operand, Call):
            _check_call(clause.operand, values)


def kind_of(operand: Any, values: Values) -> str:
    """The type that an operand has whatever the item, or nothing."""
    match operand:
        case Value(name):
            return next(iter(values[name]))
        case Call("+" | "-"):
            return "N"
        case Call("list_append"):
            return "L"
    return ""


def _check_call(call: Call, values: Values) -> None:
    if call.name in ("+", "-", "list_append"):
        for operand in call.operands:
            if isinstance(operand, Value):
                _must_be(call.name, values[operand.name], ("L",) if call.name == "list_append" else ("N",))
    for operand in call.operands:
        if isinstance(operand, Call):
            _check_call(operand, values)


def _must_be(operator: str, value: Typed, allowed: tuple[str, ...]) -> None:
    if (kind := next(iter(value))) not in allowed:
        raise Invalid(
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            f"operator or function: {operator}, operand type: {kind}"
        )


def _rank(path: Path, action: str) -> tuple[bool, tuple[int, ...]]:
    """Elements of lists are set from the first on, removed from the last on, and set before they are removed."""
    places = tuple(part for part in path.parts if isinstance(part, int))
    return (True, tuple(-place for place in places)) if action == "REMOVE" else (False, places)


def _result(clause: Clause, item: Item, values: Values) -> Typed | None:
    """The value to put there, or None to take away what is there."""
    if clause.action == "SET":
        return _value(clause.operand, item, values)
    if clause.action == "REMOVE":
        return None
    old, given = at(item, clause.path), values[clause.operand.name]
    if old is None:
        return given if clause.action == "ADD" else None
    [(kind, members)] = given.items()
    if kind not in old:
        raise Invalid(_WRONG_TYPE)
    if kind == "N":
        return {"N": plus(old["N"], members, 1)}
    held = set(old[kind])
    left = held | set(members) if clause.action == "ADD" else held - set(members)
    return {kind: sorted(left, key=order if kind == "NS" else None)} if left else None


def _value(operand: Any, item: Item, values: Values) -> Typed:
    match operand:
        case Value(name):
            return values[name]
        case Path():
            if (found := at(item, operand)) is None:
                raise Invalid(_MISSING)
            return found
        case Call("if_not_exists", (path, other)):
            found = at(item, path)
            return _value(other, item, values) if found is None else found
    left, right = (_value(part, item, values) for part in operand.operands)
    if operand.name == "list_append":
        if "L" not in left or "L" not in right:
            raise Invalid(_WRONG_TYPE)
        return {"L": left["L"] + right["L"]}
    if "N" not in left or "N" not in right:
        raise Invalid(_WRONG_TYPE)
    return {"N": plus(left["N"], right["N"], 1 if operand.name == "+" else -1)}


def _put(item: Item, path: Path, value: Typed) -> None:
    *_, last = path.parts
    if len(path.parts) == 1:
        item[str(last)] = value
        return
    parent = _parent(item, path)
    if parent is None or (kind := "M" if isinstance(last, str) else "L") not in parent:
        raise Invalid(_NO_PATH)
    if isinstance(last, int) and last >= len(parent[kind]):
        parent[kind].append(value)
    else:
        parent[kind][last] = value


def _remove(item: Item, path: Path) -> None:
    *_, last = path.parts
    if len(path.parts) == 1:
        item.pop(str(last), None)
        return
    parent = _parent(item, path)
    if parent is None or ("M" if isinstance(last, str) else "L") not in parent:
        raise Invalid(_NO_PATH)
    if step(parent, last) is not None:
        del parent["M" if isinstance(last, str) else "L"][last]


def _parent(item: Item, path: Path) -> Typed | None:
    return at(item, Path(path.parts[:-1]))
