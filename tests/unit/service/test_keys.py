"""Who is let in, and how a new or a revoked key is noticed."""

from base64 import b64encode

import pytest

from kairos.domain.access import Access, Key, Scope, hash_of
from kairos.service.answers import Answer
from kairos.service.keys import LOOK_AGAIN, Keys, key_of
from kairos.service.throttle import BURST, Throttle
from tests.fakes import World, keys_of


def basic(text):
    return {"authorization": "Basic " + b64encode(text).decode()}


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        (basic(b"k-1:"), "k-1"),
        (basic(b"k-1"), "k-1"),
        (basic(b"k-1:ignored"), "k-1"),
        ({"Authorization": "bearer  k-1 "}, "k-1"),
        ({"X-API-Key": "k-1"}, "k-1"),
        ({"authorization": "Basic !!"}, ""),
        (basic(b"\xff\xfe"), ""),
        ({"authorization": "Digest k-1"}, ""),
        ({}, ""),
    ],
)
def test_a_key_comes_in_three_forms(headers, key):
    assert key_of(headers) == key


@pytest.mark.parametrize(
    ("key", "needed", "status"),
    [
        ("write", Scope.INGEST, None), ("write", Scope.BROWSER, None), ("write", Scope.DECISIONS, None),
        ("write", Scope.ADMIN, 403), ("web", Scope.BROWSER, None), ("web", Scope.INGEST, 403),
        ("web", Scope.DECISIONS, 403), ("ask", Scope.DECISIONS, None), ("ask", Scope.BROWSER, 403),
        ("admin", Scope.INGEST, None), ("admin", Scope.ADMIN, None), ("nobody", Scope.BROWSER, 401),
    ],
)  # fmt: skip
def test_a_key_opens_what_its_scope_says(key, needed, status):
    refused = keys_of(World().clock).refuse({"x-api-key": f"{key}-key"}, needed)
    assert (refused and refused.status) == status


def test_a_new_key_opens_at_once_and_who_guesses_makes_nobody_read_the_list_all_the_time():
    world, asked = World(), []
    held = {"text": Access().text()}

    def secret(fresh=None):
        asked.append(fresh)
        return held["text"]

    keys = Keys(secret, world.clock)
    assert keys.refuse({"x-api-key": "made-just-now"}, Scope.INGEST)
    assert asked == [None, LOOK_AGAIN], "as it is known; then not older than half a minute"
    held["text"] = Access((Key("new", hash_of("made-just-now"), Scope.INGEST),)).text()
    assert keys.refuse({"x-api-key": "made-just-now"}, Scope.INGEST) is None
    held["text"] = Access().text()
    assert isinstance(keys.admit({"x-api-key": "made-just-now"}, Scope.INGEST), Answer)


RATED = Key("web", "hash", Scope.BROWSER, rate=5)


@pytest.mark.parametrize(
    ("spent", "after", "wait"),
    [
        (0, 0, 0),
        (5 * BURST, 0, 0),
        (5 * BURST + 1, 0, 1),
        (5 * BURST + 11, 0, 3),
        (5 * BURST + 11, 2000, 1),
        (5 * BURST + 11, 2200, 0),
        (5 * BURST, 3_600_000, 0),
    ],
)
def test_a_bucket_empties_and_fills_again(spent, after, wait):
    world = World()
    throttle = Throttle(world.clock)
    throttle.spend(RATED, spent)
    world.now += after
    assert throttle.wait(RATED) == wait


def test_an_hour_of_silence_is_worth_no_more_than_a_burst():
    world = World()
    throttle = Throttle(world.clock)
    throttle.spend(RATED, 1)
    world.now += 3_600_000
    throttle.spend(RATED, 5 * BURST + 5)
    assert throttle.wait(RATED) == 1


def test_over_any_time_a_key_gets_through_what_it_may_and_no_more():
    world, taken = World(), 0
    throttle = Throttle(world.clock)
    for _ in range(10_000):  # a hundred seconds of trying every ten milliseconds
        if not throttle.wait(RATED):
            throttle.spend(RATED, 1)
            taken += 1
        world.now += 10
    assert taken == pytest.approx(5 * (100 + BURST), abs=2)


def test_a_key_without_a_rate_waits_for_nobody():
    throttle, free = Throttle(World().clock), Key("shop", "hash", Scope.INGEST)
    throttle.spend(free, 10**9)
    assert throttle.wait(free) == 0
