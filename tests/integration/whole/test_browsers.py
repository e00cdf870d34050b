"""What a page's browser asks before it reports, and what it is told, on every path that a page uses."""

import json

import pytest

PATHS = [
    "/v1/events", *(f"/v1/{call}" for call in (
        "identify", "track", "page", "screen", "group", "alias", "batch", "import", "i", "t", "p", "s", "g", "a", "b",
    )),
]  # fmt: skip
SHOP = "https://shop.example"


@pytest.mark.parametrize("path", PATHS)
def test_a_page_may_report_with_the_headers_of_its_library(whole, path):
    asked = {
        "origin": SHOP, "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-retry-count",
    }  # fmt: skip
    answer = whole.request("OPTIONS", path, None, asked)
    allowed = answer.headers["access-control-allow-headers"].split(",")
    assert answer.status == 204
    assert {"authorization", "content-type", "x-retry-count"} <= set(allowed)
    assert "*" not in allowed  # it would not stand for authorization
    assert answer.headers["access-control-allow-origin"] in ("*", SHOP)
    assert "POST" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", PATHS)
def test_the_answer_may_be_read_there_whatever_it_is(whole, path):
    for key in ("dev-write-key", "wrong"):
        answer = whole.request("POST", path, b"{", {"origin": SHOP, "content-type": "text/plain"}, key)
        assert answer.status == (400 if key == "dev-write-key" else 401)
        assert answer.headers["access-control-allow-origin"] in ("*", SHOP)
        assert "retry-after" in answer.headers["access-control-expose-headers"]
        assert {"code", "message"} <= json.loads(answer.body).keys()
