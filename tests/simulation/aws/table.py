"""DynamoDB in memory, of one table: single writes and reads. Stricter than moto; transactions are in transactions.py."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.simulation.aws.capacity import Capacity, consumed, index_units, read_units, write_units
from tests.simulation.aws.client import Client, Request
from tests.simulation.aws.errors import Invalid, failure, known
from tests.simulation.aws.faults import Faults
from tests.simulation.aws.paths import only
from tests.simulation.aws.reading import (
    Found,
    Page,
    check_filter,
    check_projected,
    paged,
    query_rows,
    scan_rows,
    start_of,
)
from tests.simulation.aws.schema import Key, KeySchema, Schema
from tests.simulation.aws.store import Row, Store, Stored
from tests.simulation.aws.words import NAMES, VALUES, Words
from tests.simulation.aws.writing import ALONE, Write

_READ: Final = frozenset({"ConsistentRead", "ProjectionExpression", NAMES, "ReturnConsumedCapacity"})
_PAGE: Final = _READ | {"IndexName", "FilterExpression", VALUES, "Limit", "ExclusiveStartKey", "Select"}
_QUERY: Final = _PAGE | {"ScanIndexForward"}
_TABLE: Final = frozenset({"TableName"})


class SingleItems(Client):
    """Operations on one item, and those that read many."""

    def __init__(self, name: str, schema: Schema, clock: Callable[[], int], faults: Faults) -> None:
        super().__init__("dynamodb", faults)
        self.name = name
        self.schema = schema
        self.store = Store(schema, clock)
        self.capacity = Capacity()
        self._clock = clock

    def put_item(self, **request: Any) -> Any:
        return self._call("PutItem", request, lambda request: self._write("Put", "PutItem", request))

    def update_item(self, **request: Any) -> Any:
        return self._call("UpdateItem", request, lambda request: self._write("Update", "UpdateItem", request))

    def delete_item(self, **request: Any) -> Any:
        return self._call("DeleteItem", request, lambda request: self._write("Delete", "DeleteItem", request))

    def get_item(self, **request: Any) -> Any:
        return self._call("GetItem", request, self._get)

    def query(self, **request: Any) -> Any:
        return self._call("Query", request, self._query)

    def scan(self, **request: Any) -> Any:
        return self._call("Scan", request, self._scan)

    def expire(self, keys: Iterator[Key]) -> None:
        """The deletion of what is past its time to live, whenever AWS comes to it."""
        for key in list(keys):
            self.store.commit({key: None})

    def _write(self, kind: str, operation: str, request: Request) -> dict[str, Any]:
        write = Write.of(kind, request, self.schema, ALONE)
        self._is_here(request)
        old = self.store.items.get(write.key)
        if self._faults.conflicts(operation, [write.key]):
            raise failure("TransactionConflictException", operation, "Transaction is ongoing for the item")
        if not write.allowed(old):
            self._bill(operation, old, old, 1)
            raise failure(
                "ConditionalCheckFailedException", operation, "The conditional request failed", **write.shown(old)
            )
        new = write.result(old)
        self.store.commit({write.key: new})
        base, indexes = self._bill(operation, old, new, 1)
        answer = write.attributes(old, new)
        if billed := consumed(request, self.name, base, indexes):
            answer["ConsumedCapacity"] = billed
        return answer

    def _bill(
        self, operation: str, old: Stored | None, new: Stored | None, factor: int
    ) -> tuple[float, dict[str, float]]:
        base = factor * write_units(old, new)
        indexes = {i.name: float(count) for i in self.schema.indexes if (count := index_units(i, old, new))}
        self.capacity.calls[operation] += 1
        self.capacity.write[operation] += base + sum(indexes.values())
        return base, indexes

    def _get(self, request: Request) -> dict[str, Any]:
        known(request, _TABLE | {"Key"}, _READ)
        words = Words(request, self.schema)
        paths = words.paths(request.get("ProjectionExpression"))
        words.done()
        self._is_here(request)
        key, _ = self.schema.key(request["Key"])
        consistent = bool(request.get("ConsistentRead"))
        found = self._see("GetItem", key, consistent=consistent)
        answer: dict[str, Any] = {"Item": only(found.item, paths)} if found else {}
        return self._read_billed("GetItem", request, answer, found.bytes if found else 0, consistent=consistent)

    def _see(self, operation: str, key: Key, *, consistent: bool) -> Stored | None:
        if consistent:
            return self.store.items.get(key)
        return self.store.at(key, self._faults.as_of(operation, self.store.newest))

    def _read_billed(
        self, operation: str, request: Request, answer: dict[str, Any], bytes: int, *, consistent: bool
    ) -> dict[str, Any]:
        count = read_units(bytes, consistent=consistent)
        self.capacity.calls[operation] += 1
        self.capacity.read[operation] += count
        by_index = {str(request["IndexName"]): count} if "IndexName" in request else {}
        if billed := consumed(request, self.name, 0.0 if by_index else count, by_index):
            answer["ConsumedCapacity"] = billed
        return answer

    def _query(self, request: Request) -> dict[str, Any]:
        known(request, _TABLE | {"KeyConditionExpression"}, _QUERY)
        view, words = self._view(request), Words(request, self.schema)
        wanted = words.key_range(request["KeyConditionExpression"], *view.names)
        if view.partition.kind not in wanted.partition:
            raise Invalid("One or more parameter values were invalid: Condition parameter type does not match")
        check_filter(words, request.get("FilterExpression"), view)
        start = start_of(request.get("ExclusiveStartKey"), self.schema, view)
        rows, item_of = self._rows_of(view, view.partition.part(wanted.partition), request)
        ordered = query_rows(rows, wanted, view, start, forward=bool(request.get("ScanIndexForward", True)))
        found = ((key, old) for _, key in ordered if (old := item_of(key)))
        return self._page("Query", request, words, view, found)

    def _rows_of(
        self, view: KeySchema, partition: Any, request: Request
    ) -> tuple[list[Row], Callable[[Key], Stored | None]]:
        """A partition's rows, and the items as they are to be seen."""
        store, newest = self.store, self.store.newest
        if view.name:
            index = store.indexes[view.name]
            if self._faults.as_of("Index", newest) >= newest:
                return index.rows.get(partition, []), store.items.get
            rows, items = store.stale_rows(index, partition, lambda: self._faults.as_of("IndexRow", newest))
            return rows, items.get
        as_seen = newest if request.get("ConsistentRead") else self._faults.as_of("Query", newest)
        return store.rows(partition), lambda key: store.at(key, as_seen)

    def _scan(self, request: Request) -> dict[str, Any]:
        known(request, _TABLE, _PAGE)
        view, words = self._view(request), Words(request, self.schema)
        if view.name:
            raise NotImplementedError("nothing scans an index")
        start = start_of(request.get("ExclusiveStartKey"), self.schema, view)

        def found() -> Iterator[Found]:
            for _, rows in scan_rows(self.store, start[1] if start else None):
                newest = self.store.newest
                sequence = newest if request.get("ConsistentRead") else self._faults.as_of("Scan", newest)
                yield from ((key, old) for _, key in rows if (old := self.store.at(key, sequence)))

        return self._page("Scan", request, words, view, found())

    def _view(self, request: Request) -> KeySchema:
        self._is_here(request)
        name = request.get("IndexName")
        if name is not None and request.get("ConsistentRead"):
            raise Invalid("Consistent reads are not supported on global secondary indexes")
        return self.schema.table if name is None else self.schema.index(name)

    def _page(
        self, operation: str, request: Request, words: Words, view: KeySchema, found: Iterator[Found]
    ) -> dict[str, Any]:
        keep = words.test("FilterExpression", request.get("FilterExpression"))
        paths = words.paths(request.get("ProjectionExpression"))
        words.done()
        check_projected(view, {str(path.parts[0]) for path in paths or ()})
        limit, count = request.get("Limit"), request.get("Select") == "COUNT"
        if limit is not None and limit < 1:
            raise Invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint")
        if request.get("Select") not in (None, "COUNT"):
            raise NotImplementedError("nothing selects anything else")
        page: Page = paged(found, limit, self._faults.page_bytes(), keep, view, self.schema, paths)
        answer: dict[str, Any] = {"Count": len(page.items), "ScannedCount": page.scanned}
        if not count:
            answer["Items"] = page.items
        if page.last is not None:
            answer["LastEvaluatedKey"] = {name: dict(value) for name, value in page.last.items()}
        return self._read_billed(operation, request, answer, page.bytes, consistent=bool(request.get("ConsistentRead")))

    def _is_here(self, request: Mapping[str, Any]) -> None:
        if request["TableName"] != self.name:
            raise Invalid("Requested resource not found", "ResourceNotFoundException")
