"""What a leaf of an event pattern may hold, second part: match expressions, as predicates on one value."""

import re
from collections.abc import Callable
from typing import Any, Final

from kairos.domain.pattern_values import InvalidPattern, Place, Test, cidr, comparable, numeric, one_of, string

COMPLEX: Final = 10
"""In how many places of the patterns one text may be at once. AWS publishes no limit; its examples lie either side."""


def expression(rule: Any, place: Place) -> Test | None:
    """The predicate of `{"prefix": …}` and its kin; None for `exists: false`, which is about no value."""
    if not rule:
        raise InvalidPattern("Match expression name not found", place)
    name, operand = next(iter(rule.items()))
    if name not in OPERATORS:
        raise InvalidPattern(f"Unrecognized match type {name}", place)
    test = OPERATORS[name](operand, (*place, name))
    if len(rule) > 1:
        raise InvalidPattern("Only one key allowed in match expression", place)
    return test


def _any_case(text: str) -> str:
    return "".join(f"(?:{re.escape(c.lower())}|{re.escape(c.upper())})" for c in text)


def _matches(expression: str) -> Test:
    found = re.compile(expression, re.DOTALL).fullmatch
    return lambda v: type(v) is str and found(v) is not None


def _exactly(operand: Any, place: Place) -> Test:
    return frozenset((string(operand, place, "exact"),)).__contains__


def _ignoring_case(operand: Any, place: Place) -> Test:
    return _matches(_any_case(string(operand, place, "equals-ignore-case")))


def _nested_ignoring_case(operand: dict[str, Any], place: Place, name: str) -> str:
    if not operand:
        raise InvalidPattern(f"{name.title()} expression name not found", place)
    inner = next(iter(operand))
    if inner != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {name} pattern: {inner}", place)
    text = _any_case(string(operand[inner], (*place, inner), inner))
    if len(operand) > 1:
        raise InvalidPattern("Only one key allowed in match expression", place)
    return text


def _prefix(operand: Any, place: Place) -> Test:
    if isinstance(operand, dict):
        return _matches(_nested_ignoring_case(operand, place, "prefix") + ".*")
    text = string(operand, place, "prefix")
    return lambda v: type(v) is str and v.startswith(text)


def _suffix(operand: Any, place: Place) -> Test:
    if isinstance(operand, dict):
        return _matches(".*" + _nested_ignoring_case(operand, place, "suffix"))
    text = string(operand, place, "suffix")
    return lambda v: type(v) is str and v.endswith(text)


def _wildcard(operand: Any, place: Place) -> Test:
    pieces = _pieces(string(operand, place, "wildcard"), place)
    if sum(1 + _overlap(piece) for piece in pieces[1:]) > COMPLEX:
        hint = "try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
        raise InvalidPattern(f"Rule is too complex - {hint}", place)
    if len(pieces) == 1:
        return frozenset(pieces).__contains__
    first, *middle, last = pieces
    least = len(first) + len(last)

    def test(value: Any) -> bool:
        if type(value) is not str or len(value) < least or not (value.startswith(first) and value.endswith(last)):
            return False
        at, end = len(first), len(value) - len(last)
        for piece in middle:  # leftmost is best: what follows a star may only start later
            at = value.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return test


def _pieces(text: str, place: Place) -> list[str]:
    """The literal texts between the stars; positions in messages count the opening quote, as AWS's do."""
    pieces, at = [""], 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        if char == "*":
            if following == "*":
                raise InvalidPattern(f"Consecutive wildcard characters at pos {len(text[:at].encode()) + 1}", place)
            pieces.append("")
        elif char == "\\":
            if following not in ("*", "\\"):
                raise InvalidPattern(f"Invalid escape character at pos {len(text[:at].encode()) + 1}", place)
            pieces[-1] += following
            at += 1
        else:
            pieces[-1] += char
        at += 1
    return pieces


def _overlap(piece: str) -> int:
    """The most prefixes of this text that can end at one place: 1, and more the more it repeats itself."""
    borders, depth = [0] * (len(piece) + 1), [0] * (len(piece) + 1)
    for end in range(1, len(piece) + 1):
        border = borders[end - 1] if end > 1 else 0
        while border and piece[border] != piece[end - 1]:
            border = borders[border]
        borders[end] = border + 1 if end > 1 and piece[border] == piece[end - 1] else 0
        depth[end] = depth[borders[end]] + 1
    return max(depth)


def _exists(operand: Any, place: Place) -> Test | None:
    if not isinstance(operand, bool):
        raise InvalidPattern("exists match pattern must be either true or false.", place)
    return (lambda _: True) if operand else None


def _but(test: Test) -> Test:
    return lambda v: not test(v)


def _anything_but(operand: Any, place: Place) -> Test:
    if isinstance(operand, dict):
        return _anything_but_expression(operand, place)
    if not isinstance(operand, list | str) and type(operand) not in (int, float):
        raise InvalidPattern("Value of anything-but must be an array or single string/number value.", place)
    values = operand if isinstance(operand, list) else [operand]
    kinds = {"string" if isinstance(v, str) else "number" if type(v) in (int, float) else "other" for v in values}
    if "other" in kinds:
        raise InvalidPattern("Inside anything but list, start|null|boolean is not supported.", place)
    if len(kinds) != 1:
        reason = "either all values are number or string, mixed type is not supported"
        raise InvalidPattern(f"Inside anything but list, {reason}", place)
    for value in values:
        if kinds == {"number"} and not comparable(value):
            raise InvalidPattern(f"Cannot compare number : {value}", place)
    if kinds == {"string"}:  # by text, addresses too
        return _but(frozenset(values).__contains__)
    return _but(one_of(values))


_BUT: Final[dict[str, tuple[Callable[[Any, Place], Test], str]]] = {
    "equals-ignore-case": (
        _ignoring_case,
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    ),
    "prefix": (_prefix, "prefix/suffix match pattern must be a string"),
    "suffix": (_suffix, "prefix/suffix match pattern must be a string"),
    "wildcard": (_wildcard, "wildcard match pattern must be a string"),
}


def _anything_but_expression(operand: dict[str, Any], place: Place) -> Test:
    if not operand:
        raise InvalidPattern("Anything-But expression name not found", place)
    name, inner = next(iter(operand.items()))
    if name not in _BUT:
        raise InvalidPattern(f"Unsupported anything-but pattern: {name}", place)
    make, reason = _BUT[name]
    if not isinstance(inner, list | str) and type(inner) not in (int, float):
        raise InvalidPattern("Value of anything-but must be an array or single string/number value.", (*place, name))
    values = inner if isinstance(inner, list) else [inner]
    if not all(isinstance(value, str) for value in values):
        raise InvalidPattern(reason, (*place, name))
    if name in ("prefix", "suffix") and "" in values:
        raise InvalidPattern("Null prefix/suffix not allowed", (*place, name))
    tests = [make(value, (*place, name)) for value in values]
    if len(operand) > 1:
        raise InvalidPattern("Too many elements in numeric expression", place)
    return lambda v: not any(test(v) for test in tests)


OPERATORS: Final[dict[str, Callable[[Any, Place], Test | None]]] = {
    "exactly": _exactly,
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": numeric,
    "exists": _exists,
    "cidr": cidr,
}
