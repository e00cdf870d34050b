"""Links in messages and their pages: `/l/{token}`, `/u/{token}`, `/c/{token}` and `/p/{token}`."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from kairos import bootstrap

logger, metrics, tracer = Logger(), Metrics(), Tracer()
app = APIGatewayHttpResolver()
links, preferences = bootstrap.links()
LOOK = ["GET", "HEAD"]


@app.route("/l/<token>", method=LOOK)
def follow(token: str) -> Response[str]:
    return _answer("followed", links.follow, token)


@app.post("/l/<token>")
def answer(token: str) -> Response[str]:
    return _answer("answered", links.answer, token)


@app.route("/u/<token>", method=LOOK)
def ask(token: str) -> Response[str]:
    return _answer("asked", links.ask, token)


@app.post("/u/<token>")
def unsubscribe(token: str) -> Response[str]:
    return _answer("unsubscribed", links.unsubscribe, token)


@app.route("/c/<token>", method=LOOK)
def ask_to_confirm(token: str) -> Response[str]:
    return _answer("asked", links.ask_to_confirm, token)


@app.post("/c/<token>")
def confirm(token: str) -> Response[str]:
    return _answer("confirmed", links.confirm, token)


@app.route("/p/<token>", method=LOOK)
def show_preferences(token: str) -> Response[str]:
    return _answer("asked", preferences.show, token)


@app.post("/p/<token>")
def change_preferences(token: str) -> Response[str]:
    return _answer("preferred", preferences.change, token)


@metrics.log_metrics
@tracer.capture_lambda_handler(capture_response=False)
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request."""
    try:
        return app.resolve(event, context)
    finally:
        bootstrap.flush(metrics)


def _answer(done: str, act: Callable[[str, Any], Any], token: str) -> Response[str]:
    """The service's answer as the resolver wants it, counted. A HEAD is told the same, without the page."""
    visit = bootstrap.visit(app.current_event)
    what = act(token, visit)
    metrics.add_metric(done if what.status < 400 else "refused_link", MetricUnit.Count, 1)
    return Response(what.status, headers=dict(what.headers), body="" if visit.method == "HEAD" else what.body)
