"""Shopify's webhooks: who is let in, what is queued, what is put aside, what is answered."""

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

import pytest

from kairos.adapters.contracts import SchemaContracts
from kairos.domain.contracts import contracts
from kairos.domain.events import Event
from kairos.domain.keyring import Ring
from kairos.domain.sources.shopify import Shopify
from kairos.service.agreed import Agreed
from kairos.service.hearing import Hearing
from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from kairos.service.ports import QueueRefused
from tests.fakes import FakeQueues, World, keys_of

SAMPLES = Path(__file__).parents[3] / "events" / "shopify"
SECRET, OLD = "shpss_0123456789abcdef", "shpss_fedcba9876543210"
SHOP = Shopify({"email": ("offers",)})


class Held:
    """The secret as it is known, and as it would be read again."""

    def __init__(self, known, fresh=None):
        self.known, self.fresh, self.asked = known, fresh or known, []

    def __call__(self, fresh=None):
        self.asked.append(fresh)
        return self.known if fresh is None else self.fresh


@pytest.fixture
def world():
    return World()


def door(world, secret=SECRET, queues=None, agreed=None):
    held = secret if callable(secret) else Held(secret)
    made = Ingest(
        queues or FakeQueues(world), keys_of(world.clock), world.clock, world.ids, Tally(), agreed=agreed or Agreed(),
        shop=SHOP, shop_secret=held,
    )  # fmt: skip
    return made.shopify


def signature(body, secret=SECRET):
    return b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def delivery(name="orders-create", secret=SECRET, **changes):
    """Headers as Shopify sends them, and the body as it came."""
    detail = json.loads((SAMPLES / f"{name}.json").read_text())["detail"]
    body = json.dumps(detail["payload"] | changes, ensure_ascii=False).encode()
    return detail["metadata"] | {"X-Shopify-Hmac-Sha256": signature(body, secret)}, body


def test_what_is_signed_is_queued_before_it_is_answered(world):
    headers, body = delivery()
    answer = door(world)(headers, body)
    assert (answer.status, json.loads(answer.body)) == (200, {"success": True})
    [queued] = world.events
    assert (queued["event"]["type"], queued["event"]["customer"]["id"]) == ("order.placed", "7001000000001")
    assert queued["event"]["received"] >= world.now


def test_a_delivery_that_comes_again_is_the_same_event(world):
    for _ in range(2):
        headers, body = delivery()
        headers["X-Shopify-Webhook-Id"] += "again"
        assert door(world)(headers, body).status == 200
    assert len(world.events) == 2
    assert len({queued["event"]["id"] for queued in world.events}) == 1


def test_one_delivery_may_be_several_events(world):
    assert door(world)(*delivery("orders-updated")).status == 200
    assert [e["event"]["type"] for e in world.events] == ["order.updated", "order.refunded", "order.delivered"]


@pytest.mark.parametrize("body_of", ["orders-create", "products-update"])
@pytest.mark.parametrize(
    "forged",
    [
        "", "x", "====", signature(b""), signature(b"{}", "shpss_anybodys_else_s"),
        b64encode(b"\0" * 32).decode(), b64encode(hmac.new(SECRET.encode(), b"x", hashlib.sha256).digest()[:16]).decode(),
    ],
)  # fmt: skip
def test_who_does_not_sign_is_nobody(world, body_of, forged):
    headers, body = delivery(body_of)
    answer = door(world)(headers | {"X-Shopify-Hmac-Sha256": forged}, body)
    assert (answer.status, world.events, world.rejected) == (401, [], [])


def test_any_other_byte_is_another_body(world):
    headers, body = delivery()
    assert door(world)(headers, body + b" ").status == 401
    assert door(world)({k: v for k, v in headers.items() if "Hmac" not in k}, body).status == 401


@pytest.mark.parametrize("signed_by", [SECRET, OLD])
def test_while_a_secret_is_replaced_both_are_good(world, signed_by):
    held = Ring(SECRET, previous=(OLD,)).text()
    assert door(world, held)(*delivery(secret=signed_by)).status == 200


def test_a_secret_that_was_put_a_moment_ago_is_looked_for(world):
    held = Held(OLD, SECRET)
    assert door(world, held)(*delivery()).status == 200
    assert held.asked == [None, 30_000]


def test_without_a_secret_nobody_is_let_in(world):
    ingest = Ingest(FakeQueues(world), keys_of(world.clock), world.clock, world.ids, Tally())
    assert ingest.shopify(*delivery()).status == 401


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"[]", {}, "bad_value"),
        (b"{", {}, "bad_json"),
        (b'{"id": 1, "id": 2}', {}, "duplicate_key"),
        (b"{}", {"X-Shopify-Topic": ""}, "bad_value"),
        (b"{}", {"X-Shopify-Triggered-At": "now"}, "bad_time"),
        (b'{"x": "' + b"x" * 2_000_000 + b'"}', {}, "too_large"),
        (b'{"x": "' + b"x" * 300_000 + b'"}', {}, "too_large"),
    ],
)
def test_what_is_signed_and_not_understood_is_put_aside_and_need_not_come_again(world, body, headers, reason):
    about = {"X-Shopify-Topic": "orders/create", "X-Shopify-Event-Id": "e1", "X-Shopify-Hmac-Sha256": signature(body)}
    assert door(world)(about | headers, body).status == 200
    [aside] = world.rejected
    assert (aside["reason"], world.events) == (reason, [])
    kept = json.loads(aside["body"])
    assert kept["id"] == "e1"
    assert "hmac" not in aside["body"].lower()
    assert len(aside["body"]) < 210_000


def test_what_was_put_aside_is_understood_once_it_is_mended(world):
    headers, body = delivery(created_at=5)
    del headers["X-Shopify-Triggered-At"]
    assert door(world)(headers, body).status == 200
    [aside] = world.rejected
    mended = json.loads(aside["body"])
    mended["detail"]["payload"] |= {"created_at": "2026-03-17T10:30:00+01:00"}
    [event] = Hearing(shop=SHOP)(json.dumps(mended), world.now)
    assert isinstance(event, Event)
    assert event.type == "order.placed"


def test_what_is_otherwise_than_agreed_is_put_aside(world):
    schema = {"x-kairos-mode": "reject", "type": "object", "required": ["loyalty"]}
    agreed = Agreed(SchemaContracts(contracts({"order.placed": schema})))
    assert door(world, agreed=agreed)(*delivery()).status == 200
    assert ([aside["reason"] for aside in world.rejected], world.events) == (["contract"], [])


def test_what_the_queue_does_not_take_is_to_come_again(world):
    class Full(FakeQueues):
        def put_events(self, bodies):
            raise QueueRefused(tuple(range(len(bodies))))

    answer = door(world, queues=Full(world))(*delivery())
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
