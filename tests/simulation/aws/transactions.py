"""DynamoDB in memory: batches, which are no transactions, and transactions, which are."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from tests.simulation.aws.capacity import consumed, read_units, total
from tests.simulation.aws.client import Request
from tests.simulation.aws.errors import Invalid, failure, known
from tests.simulation.aws.paths import only
from tests.simulation.aws.schema import Key
from tests.simulation.aws.store import Stored
from tests.simulation.aws.table import SingleItems
from tests.simulation.aws.words import NAMES, Words
from tests.simulation.aws.writing import Write

LARGEST_TRANSACTION: Final = 4 * 1024 * 1024
LARGEST_ANSWER: Final = 16 * 1024 * 1024
TOKEN_KEPT: Final = 10 * 60_000
"""Milliseconds for which a transaction's token answers for it."""

_CAPACITY: Final = frozenset({"ReturnConsumedCapacity"})
_KEYS: Final = frozenset({"ConsistentRead", "ProjectionExpression", NAMES})
Reason = dict[str, Any]
Change = tuple[Write, Stored | None, Stored | None]


class DynamoDb(SingleItems):
    """The client, with all operations that the project uses."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._tokens: dict[str, tuple[int, Any, dict[str, Any]]] = {}

    def batch_get_item(self, **request: Any) -> Any:
        return self._call("BatchGetItem", request, self._batch_get)

    def batch_write_item(self, **request: Any) -> Any:
        return self._call("BatchWriteItem", request, self._batch_write)

    def transact_write_items(self, **request: Any) -> Any:
        return self._call("TransactWriteItems", request, self._transact_write)

    def transact_get_items(self, **request: Any) -> Any:
        return self._call("TransactGetItems", request, self._transact_get)

    def _batch_get(self, request: Request) -> dict[str, Any]:
        """Each item by itself: others may write between two of them. The answer's order says nothing."""
        part = self._only_table(request)
        known(part, frozenset({"Keys"}), _KEYS)
        keys = [self.schema.key(key)[0] for key in _some(part["Keys"], 100)]
        _distinct(keys, "Provided list of item keys contains duplicates")
        words = Words(part, self.schema)
        paths = words.paths(part.get("ProjectionExpression"))
        words.done()
        consistent, bytes, units = bool(part.get("ConsistentRead")), 0, 0.0
        left, found = set(self._left_over("BatchGetItem", len(keys))), []
        for position, key in enumerate(keys):
            if position in left:
                continue
            if position:
                self._faults.between("BatchGetItem")
            old = self._see("BatchGetItem", key, consistent=consistent)
            bytes += old.bytes if old else 0
            if bytes > LARGEST_ANSWER:
                left |= set(range(position, len(keys)))
                break
            units += read_units(old.bytes if old else 0, consistent=consistent)
            found += [only(old.item, paths)] if old else []
        unprocessed = {**part, "Keys": [part["Keys"][position] for position in sorted(left)]}
        self.capacity.calls["BatchGetItem"] += 1
        self.capacity.read["BatchGetItem"] += units
        return {
            "Responses": {self.name: found[::-1]}, "UnprocessedKeys": {self.name: unprocessed} if left else {},
            **_billed(request, self.name, units, {}),
        }  # fmt: skip

    def _batch_write(self, request: Request) -> dict[str, Any]:
        given = _some(self._only_table(request), 25)
        writes = []
        for one in given:
            [(kind, asked)] = one.items()
            writes.append(Write.of(kind.removesuffix("Request"), {"TableName": self.name, **asked}, self.schema))
        _distinct([write.key for write in writes], "Provided list of item keys contains duplicates")
        left, units = set(self._left_over("BatchWriteItem", len(writes))), 0.0
        indexes: list[Mapping[str, float]] = []
        for position, write in enumerate(writes):
            if position in left:
                continue
            if position:
                self._faults.between("BatchWriteItem")
            old = self.store.items.get(write.key)
            new = write.result(old)
            self.store.commit({write.key: new})
            base, by_index = self._bill("BatchWriteItem", old, new, 1)
            units, indexes = units + base, [*indexes, by_index]
        unprocessed = [given[position] for position in sorted(left)]
        return {
            "UnprocessedItems": {self.name: unprocessed} if unprocessed else {},
            **_billed(request, self.name, units, total(indexes)),
        }

    def _left_over(self, operation: str, count: int) -> Collection[int]:
        left = self._faults.left_over(operation, count)
        if len(left) == count:
            raise failure("ProvisionedThroughputExceededException", operation, "not one of the items was processed")
        return left

    def _transact_write(self, request: Request) -> dict[str, Any]:
        known(request, frozenset({"TransactItems"}), _CAPACITY | {"ClientRequestToken"})
        if (before := self._same_token(request)) is not None:
            return before
        writes = []
        for one in _some(request["TransactItems"], 100):
            [(kind, asked)] = one.items()
            writes.append(Write.of(kind, asked, self.schema))
            self._is_here(asked)
        _distinct([w.key for w in writes], "Transaction request cannot include multiple operations on one item")
        changes, reasons = self._judged(writes)
        bills = [self._bill("TransactWriteItems", old, new, 2) for _, old, new in changes]
        self.capacity.calls["TransactWriteItems"] += 1 - len(bills)
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            raise failure(
                "TransactionCanceledException", "TransactWriteItems",
                f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
                CancellationReasons=reasons,
            )  # fmt: skip
        if sum(max(old.bytes if old else 0, new.bytes if new else 0) for _, old, new in changes) > LARGEST_TRANSACTION:
            raise Invalid("Transaction request exceeds the maximum aggregate size of 4 MB")
        self.store.commit({write.key: new for write, _, new in changes if write.kind != "ConditionCheck"})
        answer = _billed(request, self.name, sum(base for base, _ in bills), total([by_index for _, by_index in bills]))
        if token := request.get("ClientRequestToken"):
            self._tokens[token] = (self._clock(), request["TransactItems"], answer)
        return answer

    def _judged(self, writes: list[Write]) -> tuple[list[Change], list[Reason]]:
        """What each write would do, and by position why it may not."""
        conflicts = self._faults.conflicts("TransactWriteItems", [write.key for write in writes])
        changes: list[Change] = []
        reasons: list[Reason] = []
        for position, write in enumerate(writes):
            old = new = self.store.items.get(write.key)
            reason: Reason = {"Code": "None"}
            if position in conflicts:
                reason = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
            elif not write.allowed(old):
                reason = {
                    "Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **write.shown(old)
                }  # fmt: skip
            else:
                try:
                    new = write.result(old)
                except Invalid as error:
                    reason = {"Code": "ValidationError", "Message": str(error)}
            changes.append((write, old, new))
            reasons.append(reason)
        return changes, reasons

    def _same_token(self, request: Request) -> dict[str, Any] | None:
        """The answer that a transaction with this token already got."""
        moment, items, answer = self._tokens.get(request.get("ClientRequestToken", ""), (0, None, {}))
        if items is None or self._clock() - moment >= TOKEN_KEPT:
            return None
        if items != request["TransactItems"]:
            raise Invalid("the token was used with other parameters", "IdempotentParameterMismatchException")
        return answer

    def _transact_get(self, request: Request) -> dict[str, Any]:
        known(request, frozenset({"TransactItems"}), _CAPACITY)
        gets = [one["Get"] for one in _some(request["TransactItems"], 100)]
        keys, projections = [], []
        for get in gets:
            known(get, frozenset({"TableName", "Key"}), frozenset({"ProjectionExpression", NAMES}))
            self._is_here(get)
            words = Words(get, self.schema)
            projections.append(words.paths(get.get("ProjectionExpression")))
            words.done()
            keys.append(self.schema.key(get["Key"])[0])
        _distinct(keys, "Transaction request cannot include multiple operations on one item")
        if conflicts := self._faults.conflicts("TransactGetItems", keys):
            codes = ["TransactionConflict" if n in conflicts else "None" for n in range(len(keys))]
            reasons = [{"Code": code} for code in codes]
            raise failure("TransactionCanceledException", "TransactGetItems", CancellationReasons=reasons)
        found = [self.store.items.get(key) for key in keys]
        if sum(old.bytes for old in found if old) > LARGEST_TRANSACTION:
            raise Invalid("Transaction request exceeds the maximum aggregate size of 4 MB")
        units = sum(2 * read_units(old.bytes if old else 0, consistent=True) for old in found)
        self.capacity.calls["TransactGetItems"] += 1
        self.capacity.read["TransactGetItems"] += units
        responses = [{"Item": only(o.item, p)} if o else {} for o, p in zip(found, projections, strict=True)]
        return {"Responses": responses, **_billed(request, self.name, units, {})}

    def _only_table(self, request: Request) -> Any:
        known(request, frozenset({"RequestItems"}), _CAPACITY)
        if len(request["RequestItems"]) != 1:
            raise Invalid("one table is expected")
        [(name, part)] = request["RequestItems"].items()
        self._is_here({"TableName": name})
        return part


def _some(given: Any, most: int) -> Any:
    if not 1 <= len(given) <= most:
        raise Invalid(f"Member must have length between 1 and {most}: there are {len(given)}")
    return given


def _distinct(keys: list[Key], message: str) -> None:
    if len(set(keys)) < len(keys):
        raise Invalid(message)


def _billed(request: Request, table: str, base: float, indexes: Mapping[str, float]) -> dict[str, Any]:
    billed = consumed(request, table, base, indexes)
    return {"ConsumedCapacity": [billed]} if billed else {}
