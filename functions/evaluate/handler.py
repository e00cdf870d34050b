"""What was heard, from the queues `events` and `bulk`: decided and committed. The hot path: no tracer."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics = Logger(), Metrics()
evaluate = bootstrap.evaluate()


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Works off a batch; names the items that must come again."""
    records = event["Records"]
    receipts = {r["messageId"]: int(r.get("attributes", {}).get("ApproximateReceiveCount", 1)) for r in records}
    try:
        failed = evaluate.batch([(r["messageId"], r["body"]) for r in records], receipts)
    finally:
        bootstrap.flush(metrics)
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
