"""Every minute: queues what is due."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
sweep = bootstrap.sweep()


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Says how many wake-ups, messages and fan-outs were queued, and how many occurrences started."""
    try:
        swept = sweep()
    finally:
        bootstrap.flush(metrics)
    return asdict(swept)
