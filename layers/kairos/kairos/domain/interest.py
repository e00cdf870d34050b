"""Interests: sums that fade by half-lives, the same in any order, and each event once.

A weight w at time t counts as w · 2^f, f being the part of a half-life that t is past the last whole one (counted from
1970). These fixed-point numbers are added up as they stand at the whole half-life of the newest event, so that adding
later or earlier events commutes; what is more than 12 half-lives older than the newest counts nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log2
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis
from kairos.domain.identity import short_hash

VALUES: Final = 50
"""How many values of a dimension are kept, the strongest ones."""

REPEATS: Final = 64
"""Among how many of the newest events a repeated one is known."""

_FRACTION: Final = 12
_OLDEST: Final = 12
_ONE: Final = 1 << (_FRACTION + _OLDEST)
_FAINT: Final = _ONE >> 8
_LONGEST_NAME: Final = 40

Seen = tuple[int, str]
"""An event that was taken in: its second, and three bytes of hash."""

Sums = dict[str, tuple[int, dict[str, int]]]
"""Dimension -> whole half-lives of its newest event, value -> sum as it stood then."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What shows an interest: the values at `path` of these types of events, by weight."""

    name: str
    path: tuple[str, ...]
    half_life: Millis | None
    weights: Mapping[str, float]


def name_of(value: Any) -> str | None:
    """A value as it is kept; None for what can be no value of a dimension."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value)
    return text if len(text) <= _LONGEST_NAME else short_hash(text, 12)


def values_at(document: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Every value at a path, which may lead through lists."""
    if isinstance(document, list):
        for part in document:
            yield from values_at(part, path)
    elif not path:
        if (name := name_of(document)) is not None:
            yield name
    elif isinstance(document, Mapping) and path[0] in document:
        yield from values_at(document[path[0]], path[1:])


def add(sums: Sums, dimension: Dimension, event: Event, document: Json) -> bool:
    """Takes the event in; says whether it showed anything."""
    weight = dimension.weights.get(event.type, 0)
    shown = {*values_at(document, dimension.path)} if weight else set()
    if not shown:
        return False
    whole, amount = _fixed(weight, event.time, dimension.half_life)
    at, values = sums.get(dimension.name, (whole, {}))
    if whole > at:
        values = {name: faded for name, sum in values.items() if abs(faded := sum >> (whole - at)) >= _FAINT}
        at = whole
    if at - whole <= _OLDEST:
        for name in shown:
            values[name] = values.get(name, 0) + (amount << (_OLDEST - (at - whole)))
    for name in sorted(values, key=lambda name: (values[name], name))[: max(len(values) - VALUES, 0)]:
        del values[name]
    sums[dimension.name] = (at, values)
    return True


def strength(sums: Sums, dimension: Dimension, value: str, now: Millis) -> float:
    """How strong the interest is at that moment; 0 where none was shown."""
    at, values = sums.get(dimension.name, (0, {}))
    faded = 0.0 if dimension.half_life is None else now / dimension.half_life - at
    return float(values.get(value, 0) / _ONE * 2.0**-faded)


def fades(sums: Sums, dimension: Dimension, value: str, below: float) -> Millis | None:
    """The first moment at which the interest is weaker than `below`; None if it never is, or is so already."""
    at, values = sums.get(dimension.name, (0, {}))
    if dimension.half_life is None or value not in values or values[value] <= 0 or below <= 0:
        return None
    return int((at + log2(values[value] / _ONE / below)) * dimension.half_life) + 1


def strongest(sums: Sums, dimension: str, top: int) -> list[str]:
    """The strongest values, the first the strongest."""
    values = sums.get(dimension, (0, {}))[1]
    return sorted(values, key=lambda name: (-values[name], name))[:top]


def first_time(seen: list[Seen], forgotten: int, event: Event) -> tuple[bool, int]:
    """Whether the event is taken in for the first time, as far as is remembered, and the second up to which it is not."""
    mark = (event.time // 1000, short_hash(event.id, 3))
    if mark[0] <= forgotten or any(id == mark[1] for _, id in seen):
        return False, forgotten
    seen.append(mark)
    seen.sort(reverse=True)
    forgotten = max([forgotten, *(moment[0] for moment in seen[REPEATS:])])
    del seen[REPEATS:]
    return True, forgotten


def unite(one: Sums, other: Sums) -> Sums:
    """Both together, as if one customer had shown them."""
    united = {name: (at, dict(values)) for name, (at, values) in one.items()}
    for name, (at, values) in other.items():
        newest, sums = united.get(name, (at, {}))
        if at > newest:
            sums = {value: sum >> (at - newest) for value, sum in sums.items()}
            newest = at
        for value, sum in values.items():
            sums[value] = sums.get(value, 0) + (sum >> (newest - at))
        kept = sorted(sums, key=lambda value: (-sums[value], value))[:VALUES]
        united[name] = (newest, {value: sums[value] for value in kept})
    return united


def _fixed(weight: float, time: Millis, half_life: Millis | None) -> tuple[int, int]:
    """The whole half-lives before `time`, and the weight at the last of them, in 1/4096."""
    if half_life is None:
        return 0, round(weight * (1 << _FRACTION))
    whole, past = divmod(time, half_life)
    return whole, round(weight * 2.0 ** (past / half_life) * (1 << _FRACTION))
