"""Events in: `POST /v1/events`, the routes of the Segment protocol, Shopify's webhooks; and the contract of the whole API."""

from base64 import b64decode
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
app = APIGatewayHttpResolver()
ingest = bootstrap.ingest()
once = bootstrap.once("ingest")


@app.post("/v1/events")
def take() -> Response[str]:
    request = app.current_event
    body = _bytes(request.body or "", request.is_base64_encoded)
    key = request.headers.get("idempotency-key", "")
    work = partial(ingest, request.headers, body)
    what = ingest.refuse(request.headers) or once(key, body, request.headers, app.lambda_context, work)
    return Response(what.status, what.content_type, what.body, headers=dict(what.headers))


@app.post("/v1/webhooks/shopify")
def shopify() -> Response[str]:
    request = app.current_event
    what = ingest.shopify(request.headers, _bytes(request.body or "", request.is_base64_encoded))
    return Response(what.status, what.content_type, what.body, headers=dict(what.headers))


@app.post("/v1/<call>")
def segment(call: str) -> Response[str]:
    request = app.current_event
    what = ingest.segment(call, request.headers, _bytes(request.body or "", request.is_base64_encoded))
    return Response(what.status, what.content_type, what.body, headers=dict(what.headers))


@app.get("/openapi.json")
def contract() -> Response[str]:
    return Response(200, "application/json", bootstrap.contract(), headers={"Cache-Control": "public, max-age=300"})


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request."""
    try:
        return app.resolve(event, context)
    finally:
        bootstrap.flush(metrics)


def _bytes(body: str, encoded: bool | None) -> bytes:
    return b64decode(body) if encoded else body.encode()
