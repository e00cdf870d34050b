"""`/_local/*`: the routes that only a laptop has."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from local.aws.faults import BadFault, parse_fault
from local.aws.feedback import SAID_IN_WHATSAPP, SAID_OF_A_MAIL, SAID_OF_A_TEXT
from local.aws.http_api import Request, Response, problem
from local.clock import VirtualClock, iso, parse_moment, parse_span
from local.stack import Stack


class _Bad(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def handle(stack: Stack, request: Request) -> Response | None:
    """The answer, or None if the path is the API's."""
    if request.path == "/":
        return problem(404, "Not Found", "there is no console yet")
    if not request.path.startswith("/_local/"):
        return None
    route = ROUTES.get((request.method, request.path))
    if route is None:
        allowed = [method for method, path in ROUTES if path == request.path]
        if not allowed:
            return problem(404, "Not Found", f"there is no route {request.path}")
        refused = problem(405, "Method Not Allowed", f"{request.path} takes {' and '.join(allowed)}")
        return Response(405, {**refused.headers, "allow": ", ".join(allowed)}, refused.body)
    try:
        return _json(route(stack, request))
    except (_Bad, BadFault) as error:
        return problem(400, "Bad Request", str(error), error.field)


def _json(body: Any) -> Response:
    return Response(200, {"content-type": "application/json"}, json.dumps(body).encode())


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise _Bad("", f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise _Bad("", "a JSON object is expected")
    return body


def _clock(stack: Stack, request: Request) -> Any:
    body = _body(request)
    if unknown := set(body) - {"advance", "to"}:
        raise _Bad(min(unknown), f"unknown field {min(unknown)}; advance or to is expected")
    if len(body) != 1:
        raise _Bad("advance", 'one of {"advance": "1h"} and {"to": "2026-05-01T09:00:00Z"} is expected')
    if not isinstance(stack.clock, VirtualClock):
        raise _Bad("", "only the virtual clock can be moved (kairos dev --clock virtual)")
    name, value = next(iter(body.items()))
    try:
        target = stack.clock() + parse_span(value) if name == "advance" else parse_moment(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise _Bad(name, f"{name}: {error}") from error
    if target < stack.clock():
        raise _Bad(name, f"{name}: {iso(target)} is before {iso(stack.clock())}; time only goes on")
    try:
        iso(target)
    except (ValueError, OverflowError) as error:
        raise _Bad(name, f"{name}: beyond the calendar") from error
    stack.advance_to(target)
    return {"now": iso(stack.clock())}


def _settle(stack: Stack, request: Request) -> Any:
    stack.settle()
    return {"now": iso(stack.clock())}


def _faults(stack: Stack, request: Request) -> Any:
    stack.gateway.faults.waiting.append(fault := parse_fault(_body(request)))
    return {"service": fault.service, "operation": fault.operation, "error": fault.error, "times": fault.times}


def _feedback(stack: Stack, request: Request) -> Any:
    body = _body(request)
    if unknown := set(body) - {"message", "said", "machine"}:
        raise _Bad(min(unknown), f"unknown field {min(unknown)}; message, said and machine are expected")
    channel = next((one.channel for one in stack.providers.sent if one.message == body.get("message")), None)
    if channel is None:
        raise _Bad("message", "message: the id of a message that went out is expected, see /_local/messages")
    said: Mapping[str, Collection[str]] = {"email": SAID_OF_A_MAIL, "sms": SAID_OF_A_TEXT, "whatsapp": SAID_IN_WHATSAPP}
    words = said.get(channel, ())
    if body.get("said") not in words:
        allowed = ", ".join(words) or f"nothing is said of {channel}"
        raise _Bad("said", f"said: one of {allowed} is expected")
    if not isinstance(body.get("machine", False), bool):
        raise _Bad("machine", "machine: true or false is expected")
    stack.providers.say(body["message"], body["said"], machine=body.get("machine", False))
    return body


def _text(stack: Stack, request: Request) -> Any:
    body = _body(request)
    for name in ("from", "text"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise _Bad(name, f'{name}: a text is expected, as in {{"from": "+4520123456", "text": "STOP"}}')
    if unknown := set(body) - {"from", "text", "channel"}:
        raise _Bad(min(unknown), f"unknown field {min(unknown)}; from, text and channel are expected")
    if (channel := body.get("channel", "sms")) not in ("sms", "whatsapp"):
        raise _Bad("channel", "channel: sms or whatsapp is expected")
    stack.receive_text(body["from"], body["text"], channel)
    return {"from": body["from"], "text": body["text"]}


def _chosen(request: Request, lines: Iterable[dict[str, Any]], *fields: str) -> list[dict[str, Any]]:
    asked = dict(parse_qsl(request.query, keep_blank_values=True))
    if unknown := set(asked) - set(fields):
        raise _Bad(min(unknown), f"unknown parameter {min(unknown)}; {', '.join(fields)} are known")
    return [line for line in lines if all(line.get(name) == value for name, value in asked.items())]


def _messages(stack: Stack, request: Request) -> Any:
    return _chosen(request, stack.each_message(), "customer", "campaign", "channel")


def _decisions(stack: Stack, request: Request) -> Any:
    return _chosen(request, stack.decisions(), "customer", "campaign")


def _costs(stack: Stack, request: Request) -> Any:
    return stack.costs()


ROUTES: Mapping[tuple[str, str], Callable[[Stack, Request], Any]] = {
    ("POST", "/_local/clock"): _clock,
    ("POST", "/_local/settle"): _settle,
    ("GET", "/_local/messages"): _messages,
    ("GET", "/_local/decisions"): _decisions,
    ("GET", "/_local/costs"): _costs,
    ("POST", "/_local/faults"): _faults,
    ("POST", "/_local/feedback"): _feedback,
    ("POST", "/_local/texts"): _text,
}
