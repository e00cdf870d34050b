"""What DynamoDB bills: the larger of before and after, twice in transactions, failed conditions too."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.simulation.aws.schema import KeySchema
from tests.simulation.aws.store import Stored
from tests.simulation.aws.values import size

WRITE: Final = 1024
READ: Final = 4096


class Capacity:
    """Units since the beginning, by operation."""

    def __init__(self) -> None:
        self.read: defaultdict[str, float] = defaultdict(float)
        self.write: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()


def units(bytes: int, each: int) -> int:
    """Units for so many bytes, at least one."""
    return max(1, -(-bytes // each))


def write_units(old: Stored | None, new: Stored | None) -> int:
    return units(max(old.bytes if old else 0, new.bytes if new else 0), WRITE)


def read_units(bytes: int, *, consistent: bool) -> float:
    return units(bytes, READ) * (1.0 if consistent else 0.5)


def index_units(index: KeySchema, old: Stored | None, new: Stored | None) -> int:
    """One to put a row, one to take it away, both to move it, none if nothing changed in it."""
    before, after = _row(index, old), _row(index, new)
    if before == after:
        return 0
    if before and after and index.place(before) == index.place(after):
        return units(max(size(before), size(after)), WRITE)
    return sum(units(size(row), WRITE) for row in (before, after) if row)


def _row(index: KeySchema, whole: Stored | None) -> Mapping[str, Any]:
    if whole is None or index.place(whole.item) is None:
        return {}
    if index.projected is None:
        return whole.item
    return {name: value for name, value in whole.item.items() if name in index.projected}


def consumed(request: Mapping[str, Any], table: str, base: float, indexes: Mapping[str, float]) -> dict[str, Any]:
    """`ConsumedCapacity` as the request wants it, or nothing."""
    wanted = request.get("ReturnConsumedCapacity", "NONE")
    if wanted == "NONE":
        return {}
    answer: dict[str, Any] = {"TableName": table, "CapacityUnits": base + sum(indexes.values())}
    if wanted == "INDEXES":
        answer["Table"] = {"CapacityUnits": base}
        if indexes:
            answer["GlobalSecondaryIndexes"] = {name: {"CapacityUnits": count} for name, count in indexes.items()}
    return answer


def total(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The sum of several writes' indexes."""
    found: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for name, count in part.items():
            found[name] += count
    return dict(found)
