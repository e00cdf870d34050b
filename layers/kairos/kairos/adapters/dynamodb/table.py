"""The table as all stores use it: batches read to their end, conflicts tried again."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from kairos.adapters.dynamodb.items import Item, Key, identity
from kairos.service.ports import Contended, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Result = TypeVar("Result")

TRIES: Final = 3
BATCH: Final = 100
"""The most keys a BatchGetItem, and the most items a TransactWriteItems takes."""

CONDITION: Final = "ConditionalCheckFailed"
"""The reason of a cancelled transaction's write whose condition did not hold."""
_REFUSED: Final = "ConditionalCheckFailedException"

_CONFLICTS: Final = frozenset(
    {"TransactionConflictException", "TransactionInProgressException", "ReplicatedWriteConflictException"}
)
_THROTTLED: Final = frozenset(
    {"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"}
)  # fmt: skip
_NO_ANSWER: Final = (HTTPClientError, exceptions.ConnectionError)
"""The last of several tries: even if this one never left, an earlier one may have."""

_REASONS: Final = frozenset({"TransactionConflict"})
_THROTTLED_REASONS: Final = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a client."""

    client: "DynamoDBClient"
    name: str
    sleep: Callable[[float], None] = time.sleep

    def get(self, keys: Iterable[Key], *, consistent: bool) -> dict[tuple[str, str], Item]:
        """Every item there is of these keys, by (pk, sk); one request per hundred. Raises Unavailable."""
        found: dict[tuple[str, str], Item] = {}
        distinct = list({identity(key): key for key in keys}.values())
        for start in range(0, len(distinct), BATCH):
            waiting, attempt = distinct[start : start + BATCH], 0
            while waiting:
                if attempt == 2 * TRIES:
                    raise Unavailable(f"{len(waiting)} keys unprocessed")
                if attempt:
                    self._wait(attempt)
                request: Any = {self.name: {"Keys": waiting, "ConsistentRead": consistent}}
                answer = self._read(partial(self.client.batch_get_item, RequestItems=request))
                found.update((identity(dict(item)), dict(item)) for item in answer["Responses"].get(self.name, ()))
                unprocessed: Any = answer.get("UnprocessedKeys", {}).get(self.name, {"Keys": []})
                waiting, attempt = unprocessed["Keys"], attempt + 1
        return found

    def below(self, pk: str, prefix: str) -> Iterator[Item]:
        """Every item of a partition whose sort key begins so, read consistently. Raises Unavailable."""
        return self.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)", ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
        )  # fmt: skip

    def query(self, **request: Any) -> Iterator[Item]:
        """Every item that is found, each page asked for when it is needed. Raises Unavailable."""
        while True:
            page = self._read(lambda: self.client.query(TableName=self.name, **request))
            yield from (dict(item) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _read(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (ClientError, BotoCoreError) as error:
            if ambiguous(error) or (isinstance(error, ClientError) and _throttled(error)):
                raise Unavailable(type(error).__name__) from error
            raise

    def contend(self, write: Callable[[], Result]) -> Result:
        """Three tries with jitter against transactions on the same items. Raises Contended, or Unavailable if throttled."""
        for attempt in range(1, TRIES + 1):
            try:
                return write()
            except ClientError as error:
                if not (_conflicted(error) or _throttled(error)):
                    raise
                if attempt == TRIES:
                    raise (Unavailable if _throttled(error) else Contended)(code(error)) from error
                self._wait(attempt)
        raise AssertionError("unreachable")

    def repeat(self, write: Callable[[], Result]) -> Result:
        """The same for a write that may as well happen twice: that nobody answers is Unavailable, whatever became of it."""
        try:
            return self.contend(write)
        except (ClientError, BotoCoreError) as error:
            if ambiguous(error):
                raise Unavailable(type(error).__name__) from error
            raise

    def happens(self, write: Callable[[], object]) -> bool:
        """Whether a conditional write takes place: False where its condition does not hold. Raises as `repeat` does."""
        try:
            self.repeat(write)
        except ClientError as error:
            if not refused(error):
                raise
            return False
        return True

    def _wait(self, attempt: int) -> None:
        self.sleep(random.uniform(0, 0.05 * 2**attempt))


def code(error: ClientError) -> str:
    return error.response["Error"].get("Code", "")


def reasons(error: ClientError) -> list[Any]:
    """Of a cancelled transaction: one reason for each of its writes, in their order."""
    found: list[Any] = error.response.get("CancellationReasons", [])
    return found


def refused(error: Exception) -> bool:
    """Whether a single write did not take place because its condition did not hold."""
    return isinstance(error, ClientError) and code(error) == _REFUSED


def item_of(error: Exception) -> Item:
    """What lay there when a condition did not hold, if the write asked for it (ALL_OLD) and anything did."""
    response: Any = error.response if isinstance(error, ClientError) else {}
    return dict(response.get("Item", {}))


def ambiguous(error: Exception) -> bool:
    """Whether the write may have taken place although its answer was lost."""
    if isinstance(error, ClientError):
        return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500
    return isinstance(error, _NO_ANSWER)


def _conflicted(error: ClientError) -> bool:
    return code(error) in _CONFLICTS or _cancelled(error, _REASONS)


def _throttled(error: ClientError) -> bool:
    return code(error) in _THROTTLED or _cancelled(error, _THROTTLED_REASONS)


def _cancelled(error: ClientError, why: frozenset[str]) -> bool:
    """Whether a transaction was, for nothing but such reasons: where a condition failed, that is the answer."""
    codes = {reason.get("Code") for reason in reasons(error)}
    return bool(codes & why) and CONDITION not in codes
