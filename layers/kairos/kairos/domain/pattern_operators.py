"""What a leaf of an event pattern may hold: literals and match expressions, as predicates on one value."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

Test = Callable[[Any], bool]
Place = tuple[str | int, ...]

COMPLEX: Final = 10
"""How many wildcard positions one text may be in at once. AWS does not publish its limit; its examples lie either side."""

_EXACT_INTEGERS: Final = 2**53
_V4: Final = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_V6: Final = re.compile(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*")


class InvalidPattern(ValueError):
    """EventBridge would not take this pattern: its reason, and where in the pattern."""

    def __init__(self, message: str, path: Place) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def literals(values: Iterable[Any], place: Place) -> list[Test]:
    """Predicates for the plain values of a list: strings, numbers (1 is 1.0), booleans, null, addresses by their value."""
    strings, numbers, words, tests = set(), set(), set(), list[Test]()
    for value in values:
        if isinstance(value, str):
            address = ip(value)
            strings.add(value) if address is None else tests.append(_address(address))
        elif value is None or isinstance(value, bool):
            words.add(value)
        elif isinstance(value, int | float):
            numbers.add(value)
        else:
            raise InvalidPattern("Match value must be String, number, true, false, or null", place)
    if strings:
        tests.insert(0, frozenset(strings).__contains__)
    if numbers:
        tests.append(lambda v, among=frozenset(numbers): type(v) in (int, float) and v in among)
    if words:
        tests.append(lambda v, among=frozenset(words): (v is None or type(v) is bool) and v in among)
    return tests


def expression(rule: Any, place: Place) -> Test | None:
    """The predicate of `{"prefix": …}` and its kin; None for `exists: false`, which is about no value."""
    if not rule:
        raise InvalidPattern("Match expression name not found", place)
    name, operand = next(iter(rule.items()))
    if name not in _OPERATORS:
        raise InvalidPattern(f"Unrecognized match type {name}", place)
    test = _OPERATORS[name](operand, (*place, name))
    if len(rule) > 1:
        raise InvalidPattern("Only one key allowed in match expression", place)
    return test


def comparable(number: Any) -> bool:
    """Whether this is a JSON number that a 64-bit float holds exactly: what ranges can be asked about."""
    if type(number) is int:
        return -_EXACT_INTEGERS <= number <= _EXACT_INTEGERS or _round_trips(number)
    return type(number) is float and number - number == 0


def _round_trips(number: int) -> bool:
    try:
        return int(float(number)) == number
    except OverflowError:
        return False


def ip(text: str) -> tuple[int, int] | None:
    """(bytes, value) of an address literal; nothing else, so no name is ever looked up."""
    if _V4.fullmatch(text):
        parts = [int(part) for part in text.split(".")]
        return None if max(parts) > 255 else (4, int.from_bytes(parts, "big"))
    if not _V6.fullmatch(text):
        return None
    from ipaddress import AddressValueError, IPv6Address  # rarely needed, and not free to import

    try:
        address = IPv6Address(text)
    except AddressValueError:
        return None
    mapped = address.ipv4_mapped
    return (16, int(address)) if mapped is None else (4, int(mapped))


def _address(address: tuple[int, int]) -> Test:
    return lambda v: type(v) is str and ip(v) == address


def _string(operand: Any, place: Place, name: str) -> str:
    if not isinstance(operand, str):
        raise InvalidPattern(f"{name} match pattern must be a string", place)
    return operand


def _any_case(text: str) -> str:
    return "".join(f"(?:{re.escape(c.lower())}|{re.escape(c.upper())})" for c in text)


def _matches(expression: str) -> Test:
    found = re.compile(expression, re.DOTALL).fullmatch
    return lambda v: type(v) is str and found(v) is not None


def _exactly(operand: Any, place: Place) -> Test:
    return frozenset((_string(operand, place, "exact"),)).__contains__


def _ignoring_case(operand: Any, place: Place) -> Test:
    return _matches(_any_case(_string(operand, place, "equals-ignore-case")))


def _nested_ignoring_case(operand: dict[str, Any], place: Place, name: str) -> str:
    if not operand:
        raise InvalidPattern(f"{name.title()} expression name not found", place)
    inner = next(iter(operand))
    if inner != "equals-ignore-case":
        raise InvalidPattern(f"Unsupported {name} pattern: {inner}", place)
    text = _any_case(_string(operand[inner], (*place, inner), inner))
    if len(operand) > 1:
        raise InvalidPattern("Only one key allowed in match expression", place)
    return text


def _prefix(operand: Any, place: Place) -> Test:
    if isinstance(operand, dict):
        return _matches(_nested_ignoring_case(operand, place, "prefix") + ".*")
    text = _string(operand, place, "prefix")
    return lambda v: type(v) is str and v.startswith(text)


def _suffix(operand: Any, place: Place) -> Test:
    if isinstance(operand, dict):
        return _matches(".*" + _nested_ignoring_case(operand, place, "suffix"))
    text = _string(operand, place, "suffix")
    return lambda v: type(v) is str and v.endswith(text)


def _wildcard(operand: Any, place: Place) -> Test:
    pieces = _pieces(_string(operand, place, "wildcard"), place)
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


def _cidr(operand: Any, place: Place) -> Test:
    parts = _string(operand, place, "prefix").rstrip("/").split("/")
    if len(parts) != 2:
        raise InvalidPattern("Malformed CIDR, one '/' required", place)
    if not re.fullmatch(r"[+-]?[0-9]+", parts[1]):
        raise InvalidPattern("Malformed CIDR, mask bits must be an integer", place)
    bits, network = int(parts[1]), ip(parts[0])
    if bits < 0:
        raise InvalidPattern("Malformed CIDR, mask bits must not be negative", place)
    if network is None:
        raise InvalidPattern(f"Nonstandard IP address: {parts[0]}", place)
    size, base = network
    if bits >= size * 8:
        raise InvalidPattern(f"IPv{4 if size == 4 else 6} mask bits must be < {size * 8}", place)
    shift = size * 8 - bits

    def test(value: Any) -> bool:
        address = ip(value) if type(value) is str else None
        return address is not None and address[0] == size and address[1] >> shift == base >> shift

    return test


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
    return _but(lambda v, among=frozenset(values): type(v) in (int, float) and v in among)


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


def _numeric(operand: Any, place: Place) -> Test:
    if not isinstance(operand, list):
        raise InvalidPattern("Value of numeric must be an array.", place)
    return _range(operand, place)


def _bound(terms: list[Any], at: int, operator: str, place: Place) -> float:
    if len(terms) <= at or type(terms[at]) not in (int, float):
        raise InvalidPattern(f"Value of {'equals' if operator == '=' else operator} must be numeric", place)
    if not comparable(terms[at]):
        raise InvalidPattern(f"Cannot compare number : {terms[at]}", place)
    number: float = terms[at]
    return number


def _range(terms: list[Any], place: Place) -> Test:
    operator = terms[0] if terms else "]"
    if not terms or not isinstance(operator, str):
        raise InvalidPattern(f"Invalid member in numeric match: {operator}", place)
    if operator not in ("=", "<", "<=", ">", ">="):
        raise InvalidPattern(f"Unrecognized numeric range operator: {operator}", place)
    bound = _bound(terms, 1, operator, place)
    if len(terms) == 2:
        return _compare(operator, bound)
    if operator in ("=", "<", "<="):
        raise InvalidPattern("Too many elements in numeric expression", place)
    upper = terms[2]
    if not isinstance(upper, str):
        raise InvalidPattern(f"Bad value in numeric range: {upper}", place)
    if upper not in ("<", "<="):
        raise InvalidPattern(f"Bad numeric range operator: {upper}", place)
    top = _bound(terms, 3, upper, place)
    if len(terms) > 4:
        raise InvalidPattern("Too many terms in numeric range expression", place)
    if bound >= top:
        raise InvalidPattern("Bottom must be less than top", place)
    over, under = _compare(operator, bound), _compare(upper, top)
    return lambda v: over(v) and under(v)


def _compare(operator: str, bound: float) -> Test:
    if operator == "=":
        return lambda v: comparable(v) and v == bound
    if operator == ">":
        return lambda v: comparable(v) and v > bound
    if operator == ">=":
        return lambda v: comparable(v) and v >= bound
    if operator == "<":
        return lambda v: comparable(v) and v < bound
    return lambda v: comparable(v) and v <= bound


_OPERATORS: Final[dict[str, Callable[[Any, Place], Test | None]]] = {
    "exactly": _exactly,
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "cidr": _cidr,
}
