"""The expressions of one request with its names and values: each is parsed once a process and bound here."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from tests.simulation.aws import conditions, updates
from tests.simulation.aws.errors import Invalid
from tests.simulation.aws.paths import overlap
from tests.simulation.aws.schema import Schema
from tests.simulation.aws.syntax import Call, Clause, Parser, Path, Value
from tests.simulation.aws.values import Item, Typed, normal

NAMES: Final = "ExpressionAttributeNames"
VALUES: Final = "ExpressionAttributeValues"

Names = tuple[tuple[str, str], ...]


class Parsed(NamedTuple):
    """An expression, ready: what `made` is depends on its kind."""

    tree: Any
    made: Any
    checks: tuple[Callable[[Mapping[str, Typed]], None], ...]
    names: frozenset[str]
    values: frozenset[str]
    nested: frozenset[str]


class KeyRange(NamedTuple):
    """What a key condition asks for: a partition, and an operator with bounds or nothing."""

    partition: Typed
    operator: str
    bounds: tuple[Typed, ...]


@lru_cache(maxsize=8192)
def parsed(kind: str, text: str, names: Names) -> Parsed:
    parser = Parser(kind, text, dict(names))
    tree: Any
    made: Any = None
    checks: tuple[Any, ...] = ()
    if kind == "UpdateExpression":
        tree = parser.update()
        made, checks = updates.compiled(tree), (lambda values: updates.checks(tree, values),)
    elif kind == "ProjectionExpression":
        tree = parser.paths()
        if any(overlap(one, other) for n, one in enumerate(tree) for other in tree[:n]):
            raise parser.wrong("Two document paths overlap with each other;")
    else:
        tree = parser.condition()
        made, checks = conditions.compiled(tree), tuple(conditions.checks(tree))
    return Parsed(tree, made, checks, *map(frozenset, (parser.names, parser.values, parser.nested)))


class Words:
    """Names and values given with a request; `done` refuses those that no expression used."""

    def __init__(self, request: Mapping[str, Any], schema: Schema) -> None:
        self._schema = schema
        names, values = request.get(NAMES), request.get(VALUES)
        if (names is not None and not names) or (values is not None and not values):
            raise Invalid(f"{VALUES if values is not None and not values else NAMES} must not be empty")
        self._names: Names = tuple(names.items()) if names else ()
        self.values: dict[str, Typed] = {name: normal(value) for name, value in values.items()} if values else {}
        self._used_names: frozenset[str] = frozenset()
        self._used_values: frozenset[str] = frozenset()

    def _parsed(self, kind: str, text: str) -> Parsed:
        found = parsed(kind, text, self._names)
        self._used_names |= found.names
        self._used_values |= found.values
        if missing := found.values - self.values.keys():
            raise Invalid(
                f"Invalid {kind}: An expression attribute value used in expression is not defined; "
                f"attribute value: {min(missing)}"
            )
        for check in found.checks:
            check(self.values)
        if kind != "ConditionExpression" and (keys := found.nested & self._schema.kinds.keys()):
            raise Invalid(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
                f"Key: {min(keys)}"
            )
        return found

    def test(self, kind: str, text: str | None) -> Callable[[Item], bool] | None:
        """The condition or filter, bound to the values."""
        if text is None:
            return None
        made: conditions.Test = self._parsed(kind, text).made
        values = self.values
        return lambda item: made(item, values)

    def change(self, text: str) -> tuple[Callable[[Item], Item], tuple[Path, ...]]:
        """The update, bound to the values, and the paths that it touches, none of which may be a key's."""
        found = self._parsed("UpdateExpression", text)
        for clause in found.tree:
            self._check_target(clause)
        made: updates.Change = found.made
        values = self.values
        return lambda item: made(item, values), tuple(clause.path for clause in found.tree)

    def _check_target(self, clause: Clause) -> None:
        name = clause.path.parts[0]
        if name in self._schema.key_names:
            raise Invalid(
                f"One or more parameter values were invalid: Cannot update attribute {name}. "
                "This attribute is part of the key"
            )
        kind = self._schema.kinds.get(str(name))
        given = updates.kind_of(clause.operand, self.values)
        if kind and given and kind != given:
            raise Invalid(
                "One or more parameter values were invalid: "
                f"Type mismatch for Index Key {name} Expected: {kind} Actual: {given}"
            )

    def paths(self, text: str | None) -> tuple[Path, ...] | None:
        """The projection."""
        if text is None:
            return None
        tree: tuple[Path, ...] = self._parsed("ProjectionExpression", text).tree
        return tree

    def names_of(self, kind: str, text: str) -> set[str]:
        """The attributes that an expression begins its paths with."""
        return set(_attributes(self._parsed(kind, text).tree))

    def key_range(self, text: str, partition: str, sort: str) -> KeyRange:
        """The key condition, which may be on these two attributes only."""
        tree: Call = self._parsed("KeyConditionExpression", text).tree
        parts = tree.operands if tree.name == "AND" else (tree,)
        whole: Typed | None = None
        operator: str = ""
        bounds: tuple[Typed, ...] = ()
        for part in parts:
            name = _key_of(part)
            if name == partition and part.name == "=" and whole is None:
                whole = self._bound(part)[0]
            elif name == sort and part.name in _RANGES and not operator:
                operator, bounds = part.name, self._bound(part)
            else:
                raise Invalid("Query key condition not supported")
        if whole is None:
            raise Invalid(f"Query condition missed key schema element: {partition}")
        return KeyRange(whole, operator, bounds)

    def _bound(self, part: Call) -> tuple[Typed, ...]:
        return tuple(self.values[operand.name] for operand in part.operands[1:])

    def done(self) -> None:
        """Raises Invalid for names and values that nothing uses."""
        if len(self._used_values) < len(self.values):
            unused = sorted(self.values.keys() - self._used_values)
            raise Invalid(f"Value provided in {VALUES} unused in expressions: keys: {{{', '.join(unused)}}}")
        if len(self._used_names) < len(self._names):
            unused = sorted(dict(self._names).keys() - self._used_names)
            raise Invalid(f"Value provided in {NAMES} unused in expressions: keys: {{{', '.join(unused)}}}")


_RANGES: Final = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


def _key_of(part: Any) -> str:
    if not isinstance(part, Call) or not isinstance(part.operands[0], Path) or len(part.operands[0].parts) != 1:
        raise Invalid("Invalid operator used in KeyConditionExpression")
    if not all(isinstance(operand, Value) for operand in part.operands[1:]):
        raise Invalid("Invalid condition in KeyConditionExpression: all operands but the first must be values")
    return str(part.operands[0].parts[0])


def _attributes(tree: Any) -> set[str]:
    if isinstance(tree, Path):
        return {str(tree.parts[0])}
    found: set[str] = set()
    for operand in tree.operands if isinstance(tree, Call) else ():
        found |= _attributes(operand)
    return found
