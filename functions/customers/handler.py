"""One customer: `PUT`, `GET` and `DELETE /v1/customers/{id}`, and its `/export`."""

from base64 import b64decode
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
app = APIGatewayHttpResolver()
customers = bootstrap.customers()


@app.put("/v1/customers/<_>")
def put(_: str) -> Response[str]:
    request = app.current_event
    body = _bytes(request.body or "", request.is_base64_encoded)
    return _answer(customers.put(request.headers, _who(), body))


@app.get("/v1/customers/<_>")
def get(_: str) -> Response[str]:
    return _answer(customers.get(app.current_event.headers, _who()))


@app.get("/v1/customers/<_>/export")
def export(_: str) -> Response[str]:
    return _answer(customers.export(app.current_event.headers, _who()))


@app.delete("/v1/customers/<_>")
def delete(_: str) -> Response[str]:
    return _answer(customers.delete(app.current_event.headers, _who()))


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request."""
    try:
        return app.resolve(bootstrap.routed(event), context)
    finally:
        bootstrap.flush(metrics)


def _who() -> str:
    """API Gateway has decoded it once; an id with a slash in it comes encoded twice, or its path would be another."""
    return unquote(app.current_event.path_parameters["id"])


def _answer(what: Any) -> Response[str]:
    return Response(what.status, what.content_type, what.body, headers=dict(what.headers))


def _bytes(body: str, encoded: bool | None) -> bytes:
    return b64decode(body) if encoded else body.encode()
