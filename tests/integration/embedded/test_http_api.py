"""API Gateway's part: routes, payload 2.0 and CORS."""

import base64
import json

import pytest

from local.stack import Stack


def test_a_request_becomes_a_payload_of_format_2(stack: Stack) -> None:
    answer = stack.request("POST", "/echo/a%20b?x=1&x=2&y=", {"n": 1}, {"X-Mixed-Case": "v", "Cookie": "a=1; b=2"})
    event = json.loads(answer.body)
    assert answer.status == 201
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /echo/{name}"
    assert event["queryStringParameters"] == {"x": "1,2", "y": ""}
    assert event["headers"]["x-mixed-case"] == "v"
    assert event["cookies"] == ["a=1", "b=2"]
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)
    assert event["requestContext"]["timeEpoch"] == stack.clock()


@pytest.mark.parametrize(
    ("headers", "encoded"),
    [
        ({"content-type": "application/json"}, False),
        ({"content-type": "text/plain; charset=utf-8"}, False),
        ({"content-type": "application/octet-stream"}, True),
        ({"content-type": "application/json", "content-encoding": "gzip"}, True),
    ],
)
def test_a_body_that_is_no_text_arrives_in_base64(stack: Stack, headers: dict[str, str], encoded: bool) -> None:
    event = json.loads(stack.request("POST", "/echo/a", b"bytes", headers).body)
    assert event["isBase64Encoded"] is encoded
    assert (base64.b64decode(event["body"]) if encoded else event["body"].encode()) == b"bytes"


@pytest.mark.parametrize(("method", "path"), [("GET", "/echo/a"), ("POST", "/echo"), ("POST", "/nowhere")])
def test_no_route_is_404(stack: Stack, method: str, path: str) -> None:
    answer = stack.request(method, path)
    assert answer.status == 404
    assert json.loads(answer.body)["message"]


def test_a_preflight_is_answered_from_the_template(stack: Stack) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    answer = stack.request("OPTIONS", "/echo/a", None, asked)
    assert (answer.status, answer.headers["access-control-allow-headers"]) == (204, "x-api-key")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_a_foreign_origin_gets_no_cors_headers(stack: Stack) -> None:
    assert (
        "access-control-allow-origin"
        not in stack.request("POST", "/echo/a", {}, {"origin": "https://x.example"}).headers
    )
