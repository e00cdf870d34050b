"""Botocore's own retries (mode `standard`) around a client in memory: a lost answer is asked for again."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

from tests.simulation.aws.transactions import DynamoDb

_AGAIN: Final = frozenset(
    {
        "RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete", "Throttling", "ThrottlingException",
        "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
        "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown",
    }
)  # fmt: skip
_STATUS: Final = frozenset({500, 502, 503, 504})


class Retrying:
    """The client, with up to `attempts` calls for one; a transaction carries the same token in all of them."""

    def __init__(self, client: Any, attempts: int, tokens: Iterator[int] | None = None) -> None:
        self._client = client
        self._attempts = attempts
        self._tokens = tokens or count(1)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._client, name)

        def call(**request: Any) -> Any:
            if name == "transact_write_items":
                request.setdefault("ClientRequestToken", f"token-{next(self._tokens)}")
            for _ in range(self._attempts - 1):
                try:
                    return method(**request)
                except (ClientError, BotocoreConnectionError, HTTPClientError) as error:
                    if not _again(error):
                        raise
            return method(**request)

        return call


class Skipping:
    """The table, whose partitions that never held anything are no place to stand still at.

    A sweep asks sixteen shards of which two hold something: who dies before an empty one has died before the next.
    """

    def __init__(self, table: DynamoDb) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)

    def query(self, **request: Any) -> Any:
        _, _, placeholder, *_ = request["KeyConditionExpression"].split()  # pk = :pk AND …
        partition = request["ExpressionAttributeValues"][placeholder]["S"]
        if self._table.store.knows(partition, request.get("IndexName")):
            return self._table.query(**request)
        return {"Items": [], "Count": 0, "ScannedCount": 0}


def _again(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return True
    told: Any = error.response
    return told["Error"]["Code"] in _AGAIN or told["ResponseMetadata"]["HTTPStatusCode"] in _STATUS
