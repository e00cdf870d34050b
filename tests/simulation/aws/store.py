"""Every version of every item, in the order of commits; partitions and indexes in the order of their sort keys."""

import hashlib
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.simulation.aws.schema import Key, KeySchema, Schema
from tests.simulation.aws.values import Item, size

Row = tuple[Any, Key]
"""What a partition is sorted by, and whose row it is."""


class Stored(NamedTuple):
    """An item as it is kept, never changed, and its bytes."""

    item: Item
    bytes: int


def stored(item: Item) -> Stored:
    return Stored(item, size(item))


class Index:
    """Where the items of the newest moment are in a secondary index, and everything that ever was in a partition."""

    def __init__(self, schema: KeySchema) -> None:
        self.schema = schema
        self.rows: dict[Any, list[Row]] = {}
        self.ever: dict[Any, dict[Key, None]] = {}

    def move(self, key: Key, old: Stored | None, new: Stored | None) -> None:
        before = self.schema.place(old.item) if old else None
        after = self.schema.place(new.item) if new else None
        if before == after:
            return
        if before:
            rows = self.rows[before[0]]
            del rows[bisect_left(rows, (before[1], key))]
        if after:
            insort(self.rows.setdefault(after[0], []), (after[1], key))
            self.ever.setdefault(after[0], {})[key] = None


class Store:
    """The content of one table."""

    def __init__(self, schema: Schema, clock: Callable[[], int]) -> None:
        self.schema = schema
        self._clock = clock
        self.items: dict[Key, Stored] = {}
        self.moments: list[int] = []
        """When each commit was: commit n brought about sequence number n + 1."""
        self.indexes = {index.name: Index(index) for index in schema.indexes}
        self._versions: dict[Key, tuple[list[int], list[Stored | None]]] = {}
        self._rows: dict[Any, list[Row]] = {}
        self._partitions: list[tuple[bytes, Any]] = []

    @property
    def newest(self) -> int:
        """The sequence number of the last commit; 0 before the first."""
        return len(self.moments)

    def sequence_at(self, moment: int) -> int:
        """The sequence number that was the newest at that moment."""
        return bisect_right(self.moments, moment)

    def commit(self, changes: Mapping[Key, Stored | None]) -> None:
        """All of them at once, as the next sequence number."""
        self.moments.append(self._clock())
        sequence = len(self.moments)
        for key, new in changes.items():
            old = self.items.get(key)
            if new is None:
                self.items.pop(key, None)
            else:
                self.items[key] = new
            history = self._versions.get(key)
            if history is None:
                history = self._versions[key] = ([], [])
                self._make_row(key)
            history[0].append(sequence)
            history[1].append(new)
            for index in self.indexes.values():
                index.move(key, old, new)

    def at(self, key: Key, sequence: int) -> Stored | None:
        """The item as it was at that sequence number."""
        if sequence >= len(self.moments):
            return self.items.get(key)
        if (history := self._versions.get(key)) is None:
            return None
        position = bisect_right(history[0], sequence)
        return history[1][position - 1] if position else None

    def ever(self) -> Iterator[Key]:
        """Those of every item that there ever was."""
        return iter(self._versions)

    def versions(self, key: Key) -> Iterator[tuple[int, Stored | None]]:
        """Every version of an item, with the sequence number that brought it about."""
        return zip(*self._versions.get(key, ((), ())), strict=True)

    def rows(self, partition: Any) -> list[Row]:
        """A partition's keys, also those of items that are no more, by their sort keys."""
        return self._rows.get(partition, [])

    def knows(self, partition: Any, index: str | None = None) -> bool:
        """Whether there ever was anything in it."""
        return partition in (self.indexes[index].ever if index else self._rows)

    def partitions(self) -> list[tuple[bytes, Any]]:
        """In the order of a scan, which is no order that anybody could want."""
        return self._partitions

    def scan_place(self, key: Key) -> tuple[bytes, Any]:
        return _hash(key[0]), key[0]

    def stale_rows(self, index: Index, partition: Any, as_of: Callable[[], int]) -> tuple[list[Row], dict[Key, Stored]]:
        """A partition of an index, each row with its item as old as `as_of` says: also rows that are no more."""
        rows, items = [], {}
        for key in index.ever.get(partition, ()):
            old = self.at(key, as_of())
            place = index.schema.place(old.item) if old else None
            if old and place and place[0] == partition:
                rows.append((place[1], key))
                items[key] = old
        return sorted(rows), items

    def expired(self, seconds: int) -> Iterator[Key]:
        """The items whose time to live is over; they stay until somebody takes them away."""
        name = self.schema.ttl
        for key, (item, _) in self.items.items():
            if (until := item.get(name, {}).get("N")) and float(until) <= seconds:
                yield key

    def _make_row(self, key: Key) -> None:
        partition, sort = key
        if partition not in self._rows:
            self._rows[partition] = []
            insort(self._partitions, (_hash(partition), partition))
        insort(self._rows[partition], (sort, key))


def _hash(partition: Any) -> bytes:
    return hashlib.blake2b(str(partition).encode(), digest_size=8).digest()
