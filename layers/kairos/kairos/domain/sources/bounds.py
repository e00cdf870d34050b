"""What an event may hold at most: beyond it is no customer's life, but a mistake or an attack."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from kairos.domain.sources.parts import BadEvent

LARGEST_EVENT: Final = 200 * 1024
"""With its envelope it must fit into one message of a queue."""
MOST_EVENTS: Final = 10_000
"""As many as are surely queued before the door times out, ten at a time."""
DEPTH: Final = 32
"""Levels of objects and lists, the event itself included."""
LONGEST_TEXT: Final = 200 * 1024
"""Characters of one text: with more the whole event would be too large."""
LONGEST_NAME: Final = 256
"""Characters of the name of a field."""
MOST_VALUES: Final = 10_000
"""Fields and elements of lists, all together."""
LEAST_NUMBER: Final = -(2**63)
LARGEST_NUMBER: Final = 2**64 - 1
WHOLE: Final = "must be a whole number of at most 64 bits; longer ones are written as text"

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Stands where JSON said what cannot be carried: a key twice, NaN, half a character."""

    code: str
    message: str


def check(value: Any, field: str = "") -> None:
    """Refuses what is beyond the bounds, and flaws. Raises BadEvent, which names the field by its path below `field`."""
    if not _within(value):
        path, flaw = next(_wrong(value))
        raise BadEvent(flaw.code, flaw.message, dotted(path, field))


def flawless(value: Any) -> None:
    """Refuses flaws, whatever the bounds. Raises BadEvent."""
    for _, path, each in _places(value):
        if isinstance(each, Flaw):
            raise BadEvent(each.code, each.message, dotted(path))


def dotted(path: Path, field: str = "") -> str:
    """`properties.items.0.price`; a name that is too long is cut."""
    return ".".join([*([field] if field else []), *(str(part)[:LONGEST_NAME] for part in path)])


def _within(value: Any) -> bool:
    """Whether there is nothing to refuse. Every event goes through this: it knows no paths and looks at each value once."""
    level, left = [value], MOST_VALUES
    for _ in range(DEPTH + 1):
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if kind is str:
                if len(each) > LONGEST_TEXT:
                    return False
            elif kind is int:
                if not LEAST_NUMBER <= each <= LARGEST_NUMBER:
                    return False
            elif kind is dict:
                left -= len(each)
                inner += each.values()
                if any(len(name) > LONGEST_NAME for name in each):
                    return False
            elif kind is list:
                left -= len(each)
                inner += each
            elif kind is Flaw:
                return False
        if left < 0:
            return False
        if not inner:
            return True
        level = inner
    return False


def _places(value: Any) -> Iterator[tuple[int, Path, Any]]:
    """Every value within, the outermost first: how deep it is, where, and what."""
    level: list[tuple[Path, Any]] = [((), value)]
    depth = 0
    while level:
        yield from ((depth, path, each) for path, each in level)
        level = [((*path, name), one) for path, each in level for name, one in _inside(each)]
        depth += 1


def _inside(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _wrong(value: Any) -> Iterator[tuple[Path, Flaw]]:
    """What is refused, and where."""
    for seen, (depth, path, each) in enumerate(_places(value)):
        if seen > MOST_VALUES:
            yield (), Flaw("too_many_values", f"must hold at most {MOST_VALUES} values")
        if depth > DEPTH:
            yield (), Flaw("too_deep", f"must be nested at most {DEPTH} deep")
        if path and isinstance(path[-1], str) and len(path[-1]) > LONGEST_NAME:
            yield path, Flaw("too_long", f"must have a name of at most {LONGEST_NAME} characters")
        if found := _flaw(each):
            yield path, found


def _flaw(value: Any) -> Flaw | None:
    if isinstance(value, Flaw):
        return value
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return Flaw("too_large", f"must have at most {LONGEST_TEXT} characters")
    if isinstance(value, int) and not isinstance(value, bool) and not LEAST_NUMBER <= value <= LARGEST_NUMBER:
        return Flaw("bad_number", WHOLE)
    return None
