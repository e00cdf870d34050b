"""Query and Scan: which rows, page by page."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, Final, NamedTuple

from tests.simulation.aws.errors import Invalid
from tests.simulation.aws.paths import only
from tests.simulation.aws.schema import Key, KeySchema, Schema
from tests.simulation.aws.store import Row, Store, Stored
from tests.simulation.aws.syntax import Path
from tests.simulation.aws.values import Item, size
from tests.simulation.aws.words import KeyRange, Words

_SORT: Final = itemgetter(0)

Found = tuple[Key, Stored]


class Page(NamedTuple):
    """What one request read."""

    items: list[Item]
    scanned: int
    bytes: int
    last: Item | None


def chosen(rows: list[Row], wanted: KeyRange, sort: Any) -> list[Row]:
    """The rows of a partition whose sort keys are in the range."""
    if not wanted.operator:
        return rows
    for bound in wanted.bounds:
        if sort.kind not in bound:
            raise Invalid(
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            )
    first, *rest = (sort.part(bound) for bound in wanted.bounds)
    low, high = bisect_left(rows, first, key=_SORT), bisect_right(rows, first, key=_SORT)
    match wanted.operator:
        case "=":
            return rows[low:high]
        case "<":
            return rows[:low]
        case "<=":
            return rows[:high]
        case ">":
            return rows[high:]
        case ">=":
            return rows[low:]
        case "BETWEEN":
            return rows[low : bisect_right(rows, rest[0], key=_SORT)]
    end = low
    while end < len(rows) and rows[end][0].startswith(first):
        end += 1
    return rows[low:end]


def after(rows: list[Row], start: Row | None, *, forward: bool) -> Iterable[Row]:
    """The rows behind `start` in the direction of the query."""
    if forward:
        return rows[bisect_right(rows, start) :] if start else rows
    return reversed(rows[: bisect_left(rows, start)] if start else rows)


def start_of(given: Mapping[str, Any] | None, schema: Schema, index: KeySchema) -> tuple[Key, Key] | None:
    """The place in the index, and the table, that a request goes on behind. Raises Invalid."""
    if given is None:
        return None
    names = {*schema.table.names, *index.names}
    if given.keys() != names:
        raise Invalid("The provided starting key is invalid")
    try:
        key, _ = schema.key({name: value for name, value in given.items() if name in schema.key_names})
        place = index.place({name: dict(value) for name, value in given.items()})
    except (Invalid, KeyError) as error:
        raise Invalid("The provided starting key is invalid") from error
    if place is None:
        raise Invalid("The provided starting key is invalid")
    return place, key


def paged(
    found: Iterator[Found], limit: int | None, most: int, keep: Callable[[Item], bool] | None,
    view: KeySchema, schema: Schema, paths: tuple[Path, ...] | None,
) -> Page:  # fmt: skip
    """Reads until the limit or the page is full; at least one item."""
    items: list[Item] = []
    read = scanned = 0
    last: Item | None = None
    names = {*schema.table.names, *view.names}
    for _, old in found:
        item, bytes = old
        if view.projected is not None:
            item = {name: value for name, value in item.items() if name in view.projected}
            bytes = size(item)
        if scanned and read + bytes > most:
            return Page(items, scanned, read, last)
        read, scanned = read + bytes, scanned + 1
        last = {name: item[name] for name in names}
        if keep is None or keep(item):
            items.append(only(item, paths))
        if scanned == limit:
            return Page(items, scanned, read, last)
    return Page(items, scanned, read, None)


def query_rows(
    rows: list[Row], wanted: KeyRange, view: KeySchema, start: tuple[Key, Key] | None, *, forward: bool
) -> Iterable[Row]:
    """The rows of one partition, in order, behind the start."""
    if start is not None and start[0][0] != view.partition.part(wanted.partition):
        raise Invalid("The provided starting key is outside query boundaries based on provided conditions")
    ahead = chosen(rows, wanted, view.sort)
    return after(ahead, (start[0][1], start[1]) if start else None, forward=forward)


def scan_rows(store: Store, start: Key | None) -> Iterator[tuple[Any, list[Row]]]:
    """Partition by partition, behind the start."""
    partitions = store.partitions()
    position = bisect_left(partitions, store.scan_place(start)) if start else 0
    for _, partition in partitions[position:]:
        rows = store.rows(partition)
        if start is not None and start[0] == partition:
            rows = rows[bisect_right(rows, (start[1], start)) :]
        yield partition, rows


def check_projected(view: KeySchema, names: set[str]) -> None:
    """Raises Invalid if an index is asked for what it does not hold."""
    if view.projected is not None and (missing := names - view.projected):
        raise Invalid(
            f"One or more parameter values were invalid: Global secondary index {view.name} does not project {missing}"
        )


def check_filter(words: Words, text: str | None, view: KeySchema) -> None:
    """Raises Invalid for a query's filter on its own keys."""
    if text is not None and (keys := words.names_of("FilterExpression", text) & set(view.names)):
        raise Invalid(
            f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {min(keys)}"
        )
