"""Hostile values at the doors: refused with the field that is wrong, and nothing of them is kept."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kairos.domain import access
from kairos.domain.access import Scope
from local.aws.names import STACK
from local.clock import VirtualClock, parse_moment
from local.stack import Stack
from tests.hostile import Row, rows

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
WEB = "web-key-of-the-page-0123456789abcdef"
GRANTED = {"topic": "offers", "channel": "email", "state": "granted"}
GOOD: dict[str, Any] = {"type": "page.viewed", "customer": "ada", "properties": {}}
DAY = 86_400_000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with the campaign that is tried, and those that the policy names."""
    folder = tmp_path_factory.mktemp("campaigns")
    for file in CAMPAIGNS.glob("*.*"):
        shutil.copy(file, folder)
    for name in ("abandoned-cart", "lapsed", "price-drop", "accessory"):
        shutil.copytree(CAMPAIGNS / name, folder / name)
    clock = VirtualClock(parse_moment("2026-05-01T10:00:00Z"))
    made = Stack.start(campaigns=folder, clock=clock, base_url="https://links.example")
    yield made
    made.stop()


def problem(stack: Stack, method: str, path: str, body: Any, key: str) -> dict[str, Any]:
    answer = stack.request(method, path, body, key=key)
    assert answer.status == 400
    told: dict[str, Any] = json.loads(answer.body)
    return told


EVENTS = {
    "email": lambda value: GOOD | {"customer": {"email": value}},
    "customer": lambda value: GOOD | {"customer": value},
    "type": lambda value: GOOD | {"type": value},
    "time": lambda value: GOOD | {"time": value},
    "consent": lambda value: GOOD | {"consents": [{"topic": "offers", "channel": "email", "state": value}]},
}


@pytest.mark.parametrize("row", rows(*EVENTS), ids=str)
def test_an_event_that_cannot_be_is_refused_and_says_where(stack: Stack, row: Row) -> None:
    told = problem(stack, "POST", "/v1/events", EVENTS[row.where](row.value), "dev-write-key")
    assert told["field"].startswith(row.reason)
    assert len(row.value) < 5 or row.value not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("row", rows("attribute"), ids=str)
def test_an_attribute_has_a_name_that_can_be_written(stack: Stack, row: Row) -> None:
    told = problem(stack, "PUT", "/v1/customers/eve", {"attributes": {row.value: 1}}, "dev-admin-key")
    assert told["field"].startswith(row.reason)
    assert stack.request("GET", "/v1/customers/eve", key="dev-admin-key").status == 404


@pytest.mark.parametrize("row", rows("token"), ids=str)
@pytest.mark.parametrize("door", ["l", "u", "c", "p"])
def test_a_token_that_is_none_opens_nothing(stack: Stack, door: str, row: Row) -> None:
    for method in ("GET", "POST"):
        answer = stack.request(method, f"/{door}/{quote(row.value, safe='')}")
        assert answer.status in (404, 405)
        assert "<script>" not in answer.body.decode()


def test_a_token_that_was_good_opens_its_own_door_in_its_own_time(stack: Stack) -> None:
    body = {"addresses": {"email": "ada@example.com"}, "attributes": {"locale": "en"},
            "consents": [GRANTED]}  # fmt: skip
    stack.request("PUT", "/v1/customers/ada", body, key="dev-admin-key")
    cart = {
        "type": "cart.updated",
        "customer": "ada",
        "properties": {"cart_id": "c", "total": 5, "items": [{"name": "x"}]},
    }
    stack.post_events([cart])
    stack.settle()
    stack.advance("2h")
    (message,) = stack.messages()
    token = message["headers"]["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for door, given, status in (("u", token, 200), ("l", token, 404), ("c", token, 404), ("p", token, 404), ("u", forged, 404),
                                ("u", token + "A", 404), ("u", token[:-4], 404)):  # fmt: skip
        assert stack.request("GET", f"/{door}/{given}").status == status
    stack.advance(6 * 365 * DAY)
    assert stack.request("GET", f"/u/{token}").status == 410


@pytest.mark.parametrize(
    ("who", "url", "item", "leads"),
    [
        ("bo", "https://nordlys.example/cart/1", "Oak kite", "https://nordlys.example/cart/1"),
        ("eve", "https://evil.example/cart/1", "Oak kite", "https://nordlys.example/cart"),
        ("mal", "https://nordlys.example/cart/1", "You won: evil.example/prize", "https://nordlys.example/cart/1"),
    ],
)
def test_what_a_browser_reports_leads_nowhere_but_to_the_brand(
    stack: Stack, who: str, url: str, item: str, leads: str
) -> None:
    """The cart of somebody known, written by anybody who read the page's key: no mail that is ours leads elsewhere."""
    secrets, name = stack.session.client("secretsmanager"), f"{STACK}-KeysSecret"
    keys = access.parse(secrets.get_secret_value(SecretId=name)["SecretString"])
    if not any(key.name == "web" for key in keys.all):
        keys = keys.create("web", WEB, Scope.BROWSER, 0, types=["cart.updated"])
        secrets.put_secret_value(SecretId=name, SecretString=keys.text())
        stack.advance("1h")  # keys are read again every few minutes
    body = {"addresses": {"email": f"{who}@example.com"}, "consents": [GRANTED]}
    stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key")
    properties = {"cart_id": who, "total": 5, "cart_url": url, "items": [{"name": item, "price": 5}]}
    event = {"type": "cart.updated", "customer": who, "properties": properties}
    assert stack.request("POST", "/v1/events", event, key=WEB).status == 202
    stack.settle()
    stack.advance("2h")
    (message,) = (one for one in stack.messages() if one["customer"] == who)
    assert "evil" not in message["text"] + message["html"]
    assert _led(stack, message["text"]) == leads


def _led(stack: Stack, text: str) -> str:
    """Where the first link of a mail leads."""
    _, _, token = text.partition("https://links.example/l/")
    return stack.request("GET", f"/l/{token.split()[0]}").headers["location"]
