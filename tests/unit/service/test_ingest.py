"""Events over HTTP: keys, shapes, sizes, and an answer for each event."""

import gzip
import json
from base64 import b64encode
from itertools import count
from pathlib import Path

import pytest

from kairos.domain.access import Key, Scope, hash_of
from kairos.service.inflating import LARGEST as LARGEST_REQUEST
from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from kairos.service.ports import QueueRefused
from tests.fakes import FakeQueues, World, keys_of

WRITE = {"X-Api-Key": "write-key"}


def ingest(world=None, queues=None, keys=None):
    world = world or World()
    ids = (f"made-{n}" for n in count())
    return Ingest(queues or FakeQueues(world), keys or keys_of(world.clock), world.clock, lambda: next(ids), Tally())


def post(body, headers=WRITE, **more):
    what = ingest(**more)(headers, body if isinstance(body, bytes) else json.dumps(body).encode())
    return what.status, json.loads(what.body)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-api-key": "wrong"}, 401),
        ({"authorization": "Basic !!"}, 401),
        ({"authorization": "Basic " + b64encode(b"wrong:").decode()}, 401),
        ({"authorization": "Basic " + b64encode(b"write-key:").decode()}, 202),
        ({"Authorization": "Bearer write-key"}, 202),
        ({"authorization": "bearer admin-key"}, 202),
        (WRITE, 202),
        ({"x-api-key": "ask-key"}, 403),
    ],
)
def test_a_key_comes_in_three_forms(headers, status):
    assert post({"type": "a.b"}, headers)[0] == status


def test_one_event_is_queued_before_it_is_answered():
    world = World()
    status, body = post({"type": "a.b", "customer": "ada"}, world=world)
    assert (status, body) == (202, {"accepted": 1, "rejected": [], "id": "made-0"})
    (queued,) = world.events
    assert (queued["kairos"], queued["event"]["id"], queued["event"]["customer"]) == ("event", "made-0", {"id": "ada"})


def test_of_a_list_the_good_ones_are_taken_and_the_bad_ones_named():
    world = World()
    status, body = post([{"type": "a.b"}, {"id": "bad", "type": "message.sent"}, 5], world=world)
    assert (status, body["accepted"], len(world.events)) == (202, 1, 1)
    assert [(r["index"], r.get("id"), r["code"], r.get("field")) for r in body["rejected"]] == [
        (1, "bad", "reserved_type", "type"),
        (2, None, "bad_event", None),
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad_json"),
        (b"{", 400, "bad_json"),
        (b'{"type": "a", "properties": {"x": NaN}}', 400, "bad_number"),
        (b'{"type": "a", "properties": {"x": "\\ud800"}}', 400, "bad_text"),
        (b'{"type": "a", "type": "b"}', 400, "duplicate_key"),
        (b"[NaN]", 400, "bad_event"),
        (b"\xff", 400, "bad_json"),
        (b"[" * 100_000, 400, "too_deep"),
        (b"[]", 400, "empty"),
        (b"[5]", 400, "bad_event"),
        (b" " * (LARGEST_REQUEST + 1), 413, "too_large"),
        (b"[" + b"1," * 10_000 + b"1]", 413, "too_many"),
        (json.dumps({"type": "a", "properties": {"x": "y" * 300_000}}).encode(), 413, "too_large"),
        (json.dumps({"type": "a", "properties": {"x": ["y" * 60_000] * 4}}).encode(), 413, "too_large"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_cannot_be_taken_is_a_problem_that_says_why(body, status, code):
    answered, problem = post(body)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)


def test_a_flaw_in_one_event_of_a_list_is_that_event_s():
    world = World()
    status, body = post(b'[{"type": "a.b"}, {"type": "a.b", "id": "n", "properties": {"x": 1e999}}]', world=world)
    assert (status, body["accepted"], len(world.events)) == (202, 1, 1)
    assert [(r["index"], r["id"], r["code"], r["field"]) for r in body["rejected"]] == [
        (1, "n", "bad_number", "properties.x")
    ]


def test_what_the_queue_did_not_take_is_named():
    class Full(FakeQueues):
        def put_events(self, bodies):
            raise QueueRefused([1])

    status, body = post([{"type": "a"}, {"type": "b", "id": "b1"}], queues=Full(World()))
    assert (status, body["accepted"], [r["id"] for r in body["rejected"]]) == (503, 1, ["b1"])


def test_cloudevents_come_structured_batched_and_binary():
    one = {"specversion": "1.0", "id": "1", "source": "/web", "type": "a.b"}
    world = World()
    post(one, world=world)
    post([one, one | {"id": "2"}], world=world)
    binary = {"ce-specversion": "1.0", "ce-id": "3", "ce-source": "/web", "ce-type": "a.b"}
    post({"x": 1}, WRITE | binary, world=world)
    assert [body["event"]["id"] for body in world.events] == ["/web 1", "/web 1", "/web 2", "/web 3"]


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/cloudevents+json; charset=utf-8", {"type": "a.b"}, (400, "specversion")),
        ("application/cloudevents+json", [], (400, None)),
        ("application/cloudevents-batch+json", [{"type": "a.b"}], (400, "specversion")),
        ("application/cloudevents-batch+json", [5], (400, None)),
        ("application/json", {"type": "a.b"}, (202, None)),
        ("text/plain", {"specversion": "1.0", "id": "1", "source": "/web", "type": "a.b"}, (202, None)),
    ],
)
def test_what_says_that_it_is_a_cloudevent_must_be_one(kind, body, expected):
    status, answer = post(body, WRITE | {"Content-Type": kind})
    assert (status, answer.get("field")) == expected


def test_a_binary_cloudevent_may_be_without_data_and_its_headers_are_decoded():
    world = World()
    binary = {"CE-SpecVersion": "1.0", "ce-id": "3", "ce-source": "/web", "ce-type": "a.b", "ce-subject": "J%C3%BCrgen"}
    assert post(b"", WRITE | binary, world=world)[0] == 202
    assert world.events[0]["event"]["customer"] == {"id": "Jürgen"}


def test_a_gzipped_list_is_inflated():
    assert post(gzip.compress(json.dumps([{"type": "a.b"}]).encode()))[0] == 202


def test_an_event_of_a_bus_is_taken_as_an_api_destination_posts_it():
    world = World()
    envelope = {
        "version": "0", "id": "e-1", "detail-type": "cart.updated", "source": "shop", "account": "1", "resources": [],
        "time": "2026-11-23T08:00:00Z", "region": "eu-west-1",
    }  # fmt: skip
    detail = {"customer": {"id": "ada", "email": "a@shop.example"}, "properties": {"total": 3}}
    assert post(envelope | {"detail": detail}, world=world)[0] == 202
    event = world.events[0]["event"]
    assert (event["id"], event["type"], event["addresses"]) == ("e-1", "cart.updated", {"email": "a@shop.example"})
    assert post(envelope | {"source": "kairos", "detail": {}})[1]["code"] == "reserved_source"
    assert post(envelope | {"detail": detail}, {"x-api-key": "web-key"})[1]["code"] == "not_allowed"


def test_of_two_that_come_at_once_the_later_in_the_list_was_received_later_and_happened_no_later():
    world = World()
    post([{"type": "a.b"}, {"type": "a.b"}], world=world)
    one, other = (queued["event"] for queued in world.events)
    assert one["received"] < other["received"]
    assert one["time"] == other["time"] == world.now


WEB = {"x-api-key": "web-key"}
PAGE = {"type": "page.viewed", "customer": "ada"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "order.placed"}, "type"),
        ({"customer": None}, "customer"),
        ({"consents": [{"topic": "offers", "channel": "email", "state": "granted"}]}, "consents"),
    ],
)
def test_a_browser_s_key_reports_somebody_s_behaviour_of_its_types_and_nothing_else(change, field):
    assert post(PAGE, WEB)[0] == 202
    status, problem = post(PAGE | change, WEB)
    assert (status, problem["code"], problem["field"]) == (400, "not_allowed", field)
    assert post(PAGE | change)[0] == 202, "a server's key may"


def test_a_browser_s_key_changes_no_address():
    world = World()
    post([PAGE | {"customer": {"id": "ada", "email": "eve@web.example"}}], WEB, world=world)
    post([PAGE | {"customer": {"anonymous_id": "d1", "phone": "+4520123456"}}], WEB, world=world)
    post([PAGE | {"customer": {"email": "eve@web.example", "phone": "+4520123456"}}], WEB, world=world)
    ingest(world).segment("identify", WEB, b'{"userId": "ada", "traits": {"email": "eve@web.example", "plan": "plus"}}')
    said = [body["event"].get("addresses", {}) for body in world.events]
    assert said == [{}, {}, {"email": "eve@web.example"}, {}], "only the one that says who it is"


def test_a_key_over_its_rate_is_told_when_to_come_again():
    world = World()
    slow = Key("slow", hash_of("slow-key"), Scope.INGEST, rate=2)
    door = ingest(world, keys=keys_of(world.clock, slow))
    headers, page = {"x-api-key": "slow-key"}, json.dumps([PAGE] * 23).encode()
    assert door(headers, page).status == 202, "what comes whole is taken whole"
    answer = door(headers, page)
    assert (answer.status, answer.headers["Retry-After"], json.loads(answer.body)["code"]) == (
        429, "2", "too_many_requests"
    )  # fmt: skip
    assert door.segment("identify", headers, b'{"userId": "ada"}').status == 429
    assert door(WRITE, page).status == 202, "others are not held up"
    world.now += 2000
    assert door(headers, page).status == 202


def partner_s(name):
    return json.loads((Path(__file__).parents[3] / "events" / "shopify" / f"{name}.json").read_text())


def test_what_a_partner_s_bus_hands_on_may_be_several_events_of_one():
    world = World()
    status, body = post([partner_s("orders-updated"), {"type": "a.b"}], world=world)
    assert (status, body["accepted"], len(world.events)) == (202, 2, 4)


def test_what_the_queue_did_not_take_of_it_is_to_come_again_whole():
    class Half(FakeQueues):
        def put_events(self, bodies):
            raise QueueRefused((1, 2))

    status, body = post([partner_s("orders-updated"), {"type": "a.b"}], queues=Half(World()))
    assert (status, body["accepted"]) == (503, 1)
    assert [(one["index"], one["code"]) for one in body["rejected"]] == [(0, "not_queued")]


@pytest.mark.parametrize("key", ["write-key", "admin-key", "web-key"])
def test_nobody_is_forgotten_because_a_key_s_holder_says_a_shop_asked_for_it(key):
    world = World()
    status, _ = post([partner_s("customers-redact")], {"x-api-key": key}, world=world)
    assert (status, world.events) == (400, [])
