"""The fuzzer in small, and that it would notice."""

import json
from random import Random

import pytest

from local.aws.http_api import Response
from local.aws.sources import queue_named
from tests.fuzz.mutations import broken
from tests.fuzz.run import Fuzz, _wrong, run
from tests.fuzz.seeds import Seed, seeds


def test_no_payload_is_answered_by_an_error_of_ours_and_every_accepted_event_is_accounted_for() -> None:
    tally = run(0, 250)
    assert tally.failures == []
    assert tally.accepted == tally.archived + tally.rejected > 100
    assert {200, 202, 400} <= tally.answers.keys()


def test_an_event_that_goes_missing_is_noticed() -> None:
    fuzz = Fuzz()
    for number in range(60):
        fuzz.payload(number)
    queue_named(fuzz.stack.template.resolve.attributes["EventsQueue", "QueueName"])._messages.clear()
    assert fuzz.finish().unaccounted > 0


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (500, {}, "answered 500"),
        (503, {"message": "later"}, "answered 503"),
        (400, {"status": 400, "message": ""}, "says nothing"),
        (400, {"status": 400, "code": "bad_json", "message": "must be JSON"}, ""),
    ],
)
def test_an_answer_that_is_wrong_is_noticed(status: int, body: dict[str, object], said: str) -> None:
    answer = Response(status, {}, json.dumps(body).encode())
    wrong = _wrong(Seed("POST", "/v1/events", (), {}), answer)
    assert said in wrong if said else not wrong


def test_a_payload_is_the_same_whenever_it_is_tried_again() -> None:
    for number in range(200):
        one, other = (broken(Random(number).choice(seeds()), Random(number)) for _ in range(2))
        assert repr(one) == repr(other)
