"""Who asked to be forgotten, from the queue `erase`: the only function that deletes customers and rewrites the archive."""

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
erase = bootstrap.erase()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Carries each on for as long as there is time; names those that must come again."""
    failed = []
    try:
        for record in event["Records"]:
            ref = bootstrap.erasure_reference(json.loads(record["body"]))
            try:
                erase(ref, context.get_remaining_time_in_millis)
            except Exception as error:
                bootstrap.note("erasure", error)
                failed.append(record["messageId"])
    finally:
        bootstrap.flush(metrics)
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
