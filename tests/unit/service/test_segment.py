"""The routes of the Segment protocol: what clients take for success, and what becomes of what is wrong."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from kairos.catalog.mapping import compile_mapping
from kairos.domain.access import Key, Scope, hash_of
from kairos.domain.events import Event
from kairos.domain.sources import queued
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.vocabulary import Vocabulary
from kairos.service.inflating import LARGEST
from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from kairos.service.ports import QueueRefused
from tests.fakes import FakeQueues, World, keys_of
from tests.zipped import zipped

ROOT = Path(__file__).parents[3]
CAPTURES = ROOT / "tests" / "data" / "captures"
VOCABULARY = Vocabulary.of(compile_mapping(ROOT / "events"))
KEY = {"authorization": "Basic " + b64encode(b"WKEY123:").decode()}
TRACK = {"userId": "anna", "event": "Chat Opened", "messageId": "m1"}


def door(world, queues=None):
    ids = iter(f"made-{n}" for n in range(100))
    keys = keys_of(world.clock, Key("captured", hash_of("WKEY123"), Scope.INGEST))
    return Ingest(queues or FakeQueues(world), keys, world.clock, lambda: next(ids), Tally(), VOCABULARY).segment


def call(route, body, headers=KEY, world=None, queues=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = door(world or World(), queues)(route, headers, raw)
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize("route", ["identify", "track", "page", "screen", "group", "alias", *"itpsga"])
def test_every_call_has_a_long_and_a_short_name(route):
    world = World()
    body = TRACK | {"groupId": "g1", "previousId": "d1"}
    assert call(route, body, world=world) == (200, {"success": True})
    assert world.events[0]["event"]["id"] == "m1"


@pytest.mark.parametrize("route", ["batch", "b", "import"])
def test_a_batch_has_three(route):
    world = World()
    assert call(route, {"batch": [TRACK | {"type": "track"}] * 2}, world=world) == (200, {"success": True})
    assert len(world.events) == 2


@pytest.mark.parametrize(
    ("headers", "key", "status"),
    [
        ({}, None, 401),
        ({}, "wrong", 401),
        ({}, "WKEY123", 200),
        ({}, 7, 401),
        ({"x-api-key": "wrong"}, "WKEY123", 401),
        ({"x-api-key": "WKEY123"}, "wrong", 200),
        ({"Authorization": "Bearer WKEY123"}, None, 200),
        (KEY, None, 200),
    ],
)
def test_the_key_is_in_a_header_or_as_a_beacon_has_it_in_the_body(headers, key, status):
    answered, body = call("t", TRACK | {"writeKey": key}, {"content-type": "text/plain", **headers})
    assert answered == status
    assert status == 200 or {"code", "message"} <= body.keys()


@pytest.mark.parametrize(
    "headers", [{}, {"content-encoding": "gzip"}, {"content-type": "application/x-www-form-urlencoded"}]
)
def test_gzip_is_known_by_its_bytes(headers):
    assert call("t", zipped(json.dumps(TRACK).encode()), KEY | headers)[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "bad_json"),
        (b"\x1f\x8b", {}, 400, "bad_gzip"),
        (zipped(b"{}")[:-3], {}, 400, "bad_gzip"),
        (zipped(b"{}") + b"more", {}, 400, "bad_gzip"),
        (zipped(b"") * 50_000, {}, 400, "bad_gzip"),
        (zipped(b" " * (LARGEST + 1)), {}, 413, "too_large"),
        (zipped(b" " * LARGEST) + zipped(b" "), {}, 413, "too_large"),
        (b" " * (LARGEST + 1), {}, 413, "too_large"),
        (b"abc", {"content-encoding": "br"}, 415, "encoding"),
        (b"[]", {}, 400, "bad_event"),
        (b"{}", {}, 400, "bad_value"),
        (json.dumps(TRACK | {"properties": {"x": "y" * 300_000}}).encode(), {}, 413, "too_large"),
    ],
)
def test_an_error_has_a_code_and_a_message(body, headers, status, code):
    answered, problem = call("track", body, KEY | headers)
    assert (answered, problem["code"], bool(problem["message"])) == (status, code, True)
    assert call("track", body, headers)[0] == 401


def test_two_members_of_gzip_are_one_body():
    whole = json.dumps(TRACK).encode()
    assert call("t", zipped(whole[:9]) + zipped(whole[9:]))[0] == 200


BAD = {"type": "track", "userId": "anna", "messageId": "bad", "event": "message.sent"}


def test_of_a_batch_the_good_ones_are_queued_and_the_bad_ones_rejected_with_their_reason():
    world = World()
    status, body = call("batch", {"batch": [TRACK | {"type": "track"}, BAD, 5]}, world=world)
    assert (status, body["success"]) == (200, True)
    assert [(one["index"], one["code"], one.get("field")) for one in body["rejected"]] == [
        (1, "reserved_type", "event"), (2, "bad_event", None),
    ]  # fmt: skip
    assert [queued["event"]["id"] for queued in world.events] == ["m1"]
    assert [(one["reason"], json.loads(one["body"])["message"]["messageId"]) for one in world.rejected] == [
        ("reserved_type", "bad"), ("bad_event", "made-1"),
    ]  # fmt: skip


def test_what_was_rejected_can_be_put_on_the_queue_when_it_is_mended():
    world = World()
    call("batch", {"batch": [TRACK | {"type": "track"}, BAD]}, world=world)
    body = json.loads(world.rejected[0]["body"])
    body["message"]["event"] = "Letter Sent"
    (event,) = queued.read(body, world.now + 86_400_000, Segment(VOCABULARY))
    assert isinstance(event, Event)
    assert (event.id, event.type, event.received) == ("bad", "Letter Sent", world.now)


def test_a_batch_of_bad_ones_only_is_refused_and_nothing_kept():
    world = World()
    status, body = call("batch", {"batch": [BAD, BAD]}, world=world)
    assert (status, body["code"], len(body["rejected"]), world.events, world.rejected) == (
        400, "reserved_type", 2, [], [],
    )  # fmt: skip


def test_a_browser_s_key_reports_its_types_and_tells_nobody_from_somebody_else():
    world = World()
    batch = [{"type": "page", "anonymousId": "d1"}, {"type": "track", "userId": "a", "event": "Order Completed"}]
    status, body = call("b", {"batch": batch, "writeKey": "web-key"}, {}, world=world)
    assert (status, [(one["index"], one["code"]) for one in body["rejected"]]) == (200, [(1, "not_allowed")])
    assert json.loads(world.rejected[0]["body"])["trusted"] is False
    assert call("alias", {"userId": "a", "previousId": "b", "writeKey": "ask-key"}, {})[0] == 403


def test_what_json_cannot_carry_is_told_in_the_rejected_queue_by_its_flaw():
    world = World()
    body = b'{"batch": [{"type": "page", "userId": "a"}, {"type": "page", "userId": "a", "userId": "b", "x": NaN}]}'
    status, answer = call("batch", body, world=world)
    assert (status, answer["rejected"][0]["code"]) == (200, "duplicate_key")
    message = json.loads(world.rejected[0]["body"])["message"]
    assert (message["x"], "flaw" in message["userId"]) == ({"flaw": "must be a number, and NaN is none"}, True)


def test_an_empty_batch_is_no_trouble():
    assert call("batch", {"batch": []}) == (200, {"success": True})


def test_one_that_is_too_large_for_the_rejected_queue_is_named_there():
    world = World()
    huge = BAD | {"properties": {"x": "y" * 300_000}}
    assert call("batch", {"batch": [TRACK | {"type": "track"}, huge]}, world=world)[0] == 200
    assert json.loads(world.rejected[0]["body"]) == {"messageId": "bad"}


@pytest.mark.parametrize("queue", ["put_events", "put_rejected"])
def test_what_a_queue_does_not_take_is_sent_again(queue):
    class Full(FakeQueues):
        pass

    def refuse(self, bodies):
        raise QueueRefused([0])

    setattr(Full, queue, refuse)
    answer = door(World(), Full(World()))(
        "batch", KEY, json.dumps({"batch": [TRACK | {"type": "track"}, BAD]}).encode()
    )
    assert (answer.status, answer.headers["Retry-After"], json.loads(answer.body)["code"]) == (503, "5", "not_queued")


CAPTURED = {
    path.stem: [r for r in json.loads(path.read_text()) if r["method"] == "POST" and r["path"].startswith("/v1/")]
    for path in sorted(CAPTURES.glob("*.json"))
    if "cloudevents" not in path.stem and "boto3" not in path.stem
}


@pytest.mark.parametrize("library", CAPTURED)
def test_what_real_libraries_sent_is_taken_byte_for_byte(library):
    world = World(now=1_795_449_600_000)  # 2026-11-23T16:00:00Z, after all of them
    for request in CAPTURED[library]:
        answer = door(world)(
            request["path"].removeprefix("/v1/"), dict(request["headers"]), b64decode(request["body_b64"])
        )
        assert (answer.status, json.loads(answer.body)) == (200, {"success": True})
    assert world.events and not world.rejected
    orders = [q["event"] for q in world.events if q["event"]["type"] == "order.placed"]
    assert all(o["properties"]["items"][0]["product_id"] == "p-1" for o in orders)
