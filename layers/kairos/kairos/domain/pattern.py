"""EventBridge event patterns, with exactly its semantics: a pattern compiled into one predicate on an event."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from kairos.domain.pattern_operators import OPERATORS, expression
from kairos.domain.pattern_values import InvalidPattern, Place, Test, literals

__all__ = ["OPERATORS", "InvalidPattern", "Matcher", "compile_pattern"]

Matcher = Callable[[Mapping[str, Any]], bool]

COMBINATIONS: Final = 1000
"""How many alternatives `$or` may multiply to, as on AWS."""

_RESERVED: Final = frozenset(
    {
        "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
        "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after",
        "date-on-or-after", "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range",
        "ip-address-not-in-range",
    }
)  # fmt: skip

Membership = tuple[tuple[int, int], ...]
"""In which element of which array of the event a value was found."""


class Leaf(NamedTuple):
    """One list of a pattern: the values it takes, and whether it takes the path's absence."""

    test: Test
    absent: bool


Conjunction = dict[str, Leaf]
"""Dotted path → leaf; a repeated path keeps the last, as on AWS."""


def compile_pattern(pattern: Mapping[str, Any]) -> Matcher:
    """The predicate of this pattern. Raises InvalidPattern with AWS's reason and the place in the pattern."""
    if not isinstance(pattern, Mapping):
        raise InvalidPattern("Filter is not an object", ())
    alternatives = _object([], (), pattern, (), inside_or=False)
    matchers = [_conjunction(sorted(alternative.items())) for alternative in alternatives]
    if len(matchers) == 1:
        return matchers[0]
    return lambda event: any(matcher(event) for matcher in matchers)


def _object(
    rules: list[Conjunction], path: tuple[str, ...], node: Mapping[str, Any], place: Place, *, inside_or: bool
) -> list[Conjunction]:
    if not node:
        raise InvalidPattern("Empty objects are not allowed", place)
    for key, value in node.items():
        here = (*place, key)
        if key == "$or":
            rules = _either(rules, path, value, here)
        elif inside_or and key in _RESERVED:
            raise InvalidPattern(f"{key} is Ruler reserved fieldName which cannot be used inside $or.", here)
        elif isinstance(value, Mapping):
            rules = _object(rules, (*path, key), value, here, inside_or=inside_or)
        elif isinstance(value, list):
            leaf = _leaf(value, here)
            rules = [{**rule, ".".join((*path, key)): leaf} for rule in rules or [{}]]
        else:
            raise InvalidPattern(f'"{key}" must be an object or an array', here)
    return rules


def _either(rules: list[Conjunction], path: tuple[str, ...], branches: Any, place: Place) -> list[Conjunction]:
    if not isinstance(branches, list):
        raise InvalidPattern("It must be an Array followed with $or.", place)
    found: list[Conjunction] = []
    for number, branch in enumerate(branches):
        if not isinstance(branch, Mapping):
            reason = "Only JSON object is allowed in array of $or relationship."
            raise InvalidPattern(reason, (*place, number))
        found += _object(rules or [{}], path, branch, (*place, number), inside_or=True)
        if len(found) > COMBINATIONS:
            raise InvalidPattern(f"More than {COMBINATIONS} combinations of $or", place)
    if len(branches) < 2:
        raise InvalidPattern("There must have at least 2 Objects in $or relationship.", place)
    return found


def _leaf(values: list[Any], place: Place) -> Leaf:
    if not values:
        raise InvalidPattern("Empty arrays are not allowed", place)
    tests, plain, absent = list[Test](), [], False
    for number, value in enumerate(values):
        if not isinstance(value, Mapping):
            plain.append(value)
        elif (test := expression(value, (*place, number))) is None:
            absent = True
        else:
            tests.append(test)
    tests = literals(plain, place) + tests
    if len(tests) == 1:
        return Leaf(tests[0], absent)
    return Leaf(lambda v: any(test(v) for test in tests), absent)


def _conjunction(leaves: Sequence[tuple[str, Leaf]]) -> Matcher:
    """All leaves hold; within an array of objects, of one and the same element."""
    readers = [(_Reader(path), leaf.test, leaf.absent) for path, leaf in leaves]

    def matches(event: Mapping[str, Any]) -> bool:
        for reader, test, absent in readers:
            values = reader.simple(event)
            if values is None:
                return consistent(event)
            for value in values:
                if test(value):
                    break
            else:
                if values or not absent:
                    return False
        return True

    def consistent(event: Mapping[str, Any]) -> bool:
        found = [(list(reader.deep(event)), test, absent) for reader, test, absent in readers]
        return _consistent(found, 0, {})

    return matches


def _consistent(found: list[tuple[list[tuple[Any, Membership]], Test, bool]], at: int, so_far: dict[int, int]) -> bool:
    if at == len(found):
        return True
    values, test, absent = found[at]
    within = [
        (value, places) for value, places in values if all(so_far.get(array, i) == i for array, i in places)
    ]  # fmt: skip
    if not within:
        return absent and _consistent(found, at + 1, so_far)
    return any(test(value) and _consistent(found, at + 1, {**so_far, **dict(places)}) for value, places in within)


class _Reader:
    """The values at one dotted path; a dot may be in the event's own keys, as AWS joins them."""

    __slots__ = ("options", "size")

    def __init__(self, path: str) -> None:
        keys = path.split(".")
        self.size = len(keys)
        self.options = [
            tuple((".".join(keys[start:end]), end) for end in range(start + 1, self.size + 1))
            for start in range(self.size)
        ]

    def simple(self, event: Mapping[str, Any]) -> list[Any] | tuple[Any, ...] | None:
        """The leaves there; None if the way leads into an array that is more than a list of plain values."""
        out: list[Any] = []
        return out if self._simple(event, 0, out) else None

    def _simple(self, node: Mapping[str, Any], start: int, out: list[Any]) -> bool:
        for key, end in self.options[start]:
            if key not in node:
                continue
            child = node[key]
            if isinstance(child, list):
                if end < self.size or any(isinstance(item, list) for item in child):
                    return False
                out += [item for item in child if not isinstance(item, dict)]
            elif isinstance(child, dict):
                if end < self.size and not self._simple(child, end, out):
                    return False
            elif end == self.size:
                out.append(child)
        return True

    def deep(self, event: Mapping[str, Any]) -> Iterator[tuple[Any, Membership]]:
        """The leaves there, each with the array elements it lies in."""
        return self._deep(event, 0, ())

    def _deep(self, node: Mapping[str, Any], start: int, places: Membership) -> Iterator[tuple[Any, Membership]]:
        for key, end in self.options[start]:
            if key in node:
                yield from self._child(node[key], end, places)

    def _child(self, child: Any, end: int, places: Membership) -> Iterator[tuple[Any, Membership]]:
        if isinstance(child, dict):
            if end < self.size:
                yield from self._deep(child, end, places)
        elif isinstance(child, list):
            for index, item in enumerate(child):
                if isinstance(item, dict | list):
                    yield from self._child(item, end, (*places, (id(child), index)))
                elif end == self.size:
                    yield item, places
        elif end == self.size:
            yield child, places
