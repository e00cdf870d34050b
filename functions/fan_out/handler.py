"""Occurrences to their audience, page by page, from the queue `fan-out`."""

import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
fan_out = bootstrap.fan_out()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Carries each on for as long as there is time; names those that must come again."""
    failed = []
    try:
        for record in event["Records"]:
            ref, hops = bootstrap.fan_out_reference(json.loads(record["body"]))
            try:
                fan_out(ref, hops, context.get_remaining_time_in_millis)
            except Exception as error:
                bootstrap.note("fan-out", error)
                failed.append(record["messageId"])
    finally:
        bootstrap.flush(metrics)
    return {"batchItemFailures": [{"itemIdentifier": item} for item in failed]}
