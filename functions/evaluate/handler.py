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
    items = [bootstrap.item(record) for record in event["Records"]]
    try:
        failed = evaluate.batch(items)
    finally:
        bootstrap.flush(metrics)
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
