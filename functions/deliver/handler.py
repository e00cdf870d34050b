"""Messages out, from the queue `send`: each claimed, sent once, its outcome written down."""

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
deliver = bootstrap.deliver()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Delivers a batch of references; names those that must come again."""
    refs = [(record["messageId"], bootstrap.reference(json.loads(record["body"]))) for record in event["Records"]]
    try:
        failed = deliver.batch(refs)
    finally:
        bootstrap.flush(metrics)
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
