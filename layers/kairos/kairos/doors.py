"""What every door needs of Powertools: counts as metrics, and an idempotency key answered once."""

import os
import re
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kairos import settings
from kairos.service.answers import Answer, problem
from kairos.service.metrics import Tally
from kairos.service.ports import Item, MessageRef
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

    from kairos.service.visits import Visit

# an invocation that had nothing to count is nothing to warn of
warnings.filterwarnings("ignore", "No application metrics to publish")

_COME_AGAIN = (401, 403, 429)
"""Nothing was done, and another time something may be."""

_PARAMETER = re.compile(r"\{\w+\}")

Once = Callable[[str, bytes, Mapping[str, str], Any, Callable[[], Answer]], Answer]


class _NotKept(Exception):
    """An answer that asks to come again must not be the answer for ever."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def item(record: Mapping[str, Any]) -> Item:
    """A message of a queue, as Lambda hands it over."""
    told = record.get("attributes", {})
    receipts, sent = int(told.get("ApproximateReceiveCount", 1)), int(told.get("SentTimestamp", 0))
    return Item(record["messageId"], record["body"], receipts, sent)


def routed(event: Mapping[str, Any]) -> dict[str, Any]:
    """A request by its route alone: the resolver's own pattern knows no `#` and no emoji, which an id may have."""
    path = event["routeKey"].partition(" ")[2]
    return {**event, "rawPath": _PARAMETER.sub("-", path)}


def reference(body: Mapping[str, str]) -> MessageRef:
    """Where a message is, from the body of the queue `send`."""
    return MessageRef(body["customer"], body["message"], body.get("campaign", ""), body.get("key", ""))


def fan_out_reference(body: Mapping[str, Any]) -> tuple[FanOutRef, int]:
    """Where a fan-out is, and its hops, from the body of the queue `fan-out`."""
    return FanOutRef(str(body["fan_out"])), int(body.get("hops", 0))


def erasure_reference(body: Mapping[str, Any]) -> ErasureRef:
    """Where an erasure is, from the body of the queue `erase`."""
    return ErasureRef(str(body["erasure"]))


def visit(request: Any) -> "Visit":
    """Who comes to a page, from a request of API Gateway; bodies of forms come in base64."""
    from base64 import b64decode

    from kairos.service.visits import Visit

    body = request.body or ""
    headers = {name.lower(): value for name, value in request.headers.items()}
    sent = b64decode(body) if request.is_base64_encoded else body.encode()
    return Visit(headers, request.http_method, sent, request.request_context.http.source_ip)


def flush(metrics: "Metrics", tally: Tally) -> None:
    """Hands over what was counted; reasons become a dimension of their own."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    counts, largest = tally.drain()
    for (name, reason), count in counts.items():
        if reason:
            with single_metric(name=name, unit=MetricUnit.Count, value=count) as metric:
                metric.add_dimension("service", os.environ.get("POWERTOOLS_SERVICE_NAME", "kairos"))
                metric.add_dimension("reason", reason)
        elif count:
            metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)
    for name, seconds in largest.items():
        metrics.add_metric(name=name, unit=MetricUnit.Seconds, value=seconds)


def once(door: str) -> Once:
    """Calls with the same `Idempotency-Key`, sender and body are worked off once and answered alike for a day."""
    env = settings.read(settings.Ingest, os.environ)
    made: dict[str, Any] = {}

    def call(key: str, body: bytes, headers: Mapping[str, str], context: Any, work: Callable[[], Answer]) -> Answer:
        if not key:
            return work()
        from aws_lambda_powertools.utilities.idempotency import exceptions

        if not made:  # most senders have no such key, and need not wait for what it takes
            made["run"], made["config"] = _runner(door, env.table)
        made["config"].register_lambda_context(context)  # so that a request that timed out can be made again
        lower = {name.lower(): value for name, value in headers.items()}
        sender = lower.get("authorization") or lower.get("x-api-key", "")
        try:
            kept = made["run"](
                work=work, request={"key": key, "sender": sender, "body": body.decode("utf-8", "replace")}
            )
        except _NotKept as again:
            return again.answer
        except exceptions.IdempotencyAlreadyInProgressError:
            return problem(409, "in_progress", "the same request is being worked off", headers={"Retry-After": "1"})
        except exceptions.IdempotencyValidationError:
            return problem(422, "key_reused", "the Idempotency-Key was used with another body")
        return Answer(**kept)

    return call


def _runner(door: str, table: str) -> tuple[Callable[..., dict[str, Any]], Any]:
    from aws_lambda_powertools.utilities.idempotency import (
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
        idempotent_function,
    )

    store = DynamoDBPersistenceLayer(
        table_name=table, key_attr="pk", sort_key_attr="sk", expiry_attr="ttl", static_pk_value=f"H#{door}"
    )
    config = IdempotencyConfig(
        event_key_jmespath="[key, sender]", payload_validation_jmespath="body", expires_after_seconds=86_400
    )

    def run(*, work: Callable[[], Answer], request: Mapping[str, str]) -> dict[str, Any]:
        answer = work()
        if answer.status >= 500 or answer.status in _COME_AGAIN:
            raise _NotKept(answer)
        return {
            "status": answer.status, "body": answer.body, "content_type": answer.content_type,
            "headers": dict(answer.headers),
        }  # fmt: skip

    guarded: Callable[..., dict[str, Any]] = idempotent_function(
        run, data_keyword_argument="request", persistence_store=store, config=config
    )
    return guarded, config
