"""Botocore's own retries (mode `standard`) around a client in memory: a lost answer is asked for again."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotocoreConnectionError

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


def _again(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return True
    told: Any = error.response
    return told["Error"]["Code"] in _AGAIN or told["ResponseMetadata"]["HTTPStatusCode"] in _STATUS
