"""Links in messages: `/l/{token}`, `/u/{token}` and `/c/{token}`."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
app = APIGatewayHttpResolver()
links = bootstrap.links()


@app.get("/l/<token>")
def follow(token: str) -> Response[str]:
    return _answer("followed", links.follow(token, _language()))


@app.post("/l/<token>")
def answer(token: str) -> Response[str]:
    return _answer("answered", links.answer(token, _language()))


@app.get("/u/<token>")
def ask(token: str) -> Response[str]:
    return _answer("asked", links.ask(token, _language()))


@app.post("/u/<token>")
def unsubscribe(token: str) -> Response[str]:
    return _answer("unsubscribed", links.unsubscribe(token, _language()))


@app.get("/c/<token>")
def ask_to_confirm(token: str) -> Response[str]:
    return _answer("asked", links.ask_to_confirm(token, _language()))


@app.post("/c/<token>")
def confirm(token: str) -> Response[str]:
    return _answer("confirmed", links.confirm(token, _language()))


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request."""
    return app.resolve(event, context)


def _language() -> str:
    return app.current_event.headers.get("accept-language", "")


def _answer(done: str, what: Any) -> Response[str]:
    """The service's answer as the resolver wants it, counted."""
    metrics.add_metric(done if what.status < 400 else "refused_link", MetricUnit.Count, 1)
    return Response(status_code=what.status, headers=dict(what.headers), body=what.body)
