"""Events over HTTP: keys, shapes, sizes, and an answer for each event."""

import json
from base64 import b64encode

import pytest

from kairos.service.ingest import LARGEST_REQUEST, Ingest
from kairos.service.keys import Keys
from kairos.service.metrics import Tally
from kairos.service.ports import QueueRefused
from tests.fakes import FakeQueues, World

WRITE = {"X-Api-Key": "write-key"}


def ingest(world=None, queues=None):
    world = world or World()
    ids = iter(f"made-{n}" for n in range(10))
    keys = Keys(write=lambda: "write-key", admin=lambda: "admin-key")
    return Ingest(queues or FakeQueues(world), keys, world.clock, lambda: next(ids), Tally())


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
        (b'{"type": "a", "properties": {"x": NaN}}', 400, "bad_json"),
        (b'{"type": "a", "properties": {"x": "\\ud800"}}', 400, "bad_json"),
        (b"\xff", 400, "bad_json"),
        (b"[" * 100_000, 400, "bad_json"),
        (b"[]", 400, "empty"),
        (b"[5]", 400, "bad_event"),
        (b" " * (LARGEST_REQUEST + 1), 413, "too_large"),
        (b"[" + b"1," * 10_000 + b"1]", 413, "too_many"),
        (json.dumps({"type": "a", "properties": {"x": "y" * 300_000}}).encode(), 413, "too_large"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_cannot_be_taken_is_a_problem_that_says_why(body, status, code):
    answered, problem = post(body)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)


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


def test_of_two_that_come_at_once_the_later_in_the_list_was_received_later_and_happened_no_later():
    world = World()
    post([{"type": "a.b"}, {"type": "a.b"}], world=world)
    one, other = (queued["event"] for queued in world.events)
    assert one["received"] < other["received"]
    assert one["time"] == other["time"] == world.now
