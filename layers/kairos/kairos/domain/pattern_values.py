"""What a leaf of an event pattern may hold, first part: plain values, numbers and addresses."""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

Test = Callable[[Any], bool]
Place = tuple[str | int, ...]

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
    """Predicates for the plain values of a list: strings, numbers (1 is 1.0), booleans, null, addresses by value."""
    strings, numbers, words, tests = set[str](), set[float](), set[bool | None](), list[Test]()
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
        tests.append(one_of(numbers))
    if words:
        tests.append(lambda v: (v is None or type(v) is bool) and v in words)
    return tests


def one_of(numbers: Collection[float]) -> Test:
    """Equal to one of these as numbers; `True` is none."""
    among = frozenset(numbers)
    return lambda v: type(v) in (int, float) and v in among


def string(operand: Any, place: Place, name: str) -> str:
    """The operand, which has to be a string."""
    if not isinstance(operand, str):
        raise InvalidPattern(f"{name} match pattern must be a string", place)
    return operand


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


def cidr(operand: Any, place: Place) -> Test:
    """An address within the network."""
    parts = string(operand, place, "prefix").rstrip("/").split("/")
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


def numeric(operand: Any, place: Place) -> Test:
    """A number within the range."""
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
