"""Pacing and fresh connections, by a clock that the test holds."""

import contextlib
from typing import NoReturn

import pytest

from kairos.adapters.aws import fresh
from kairos.adapters.pace import LONGEST, Quota, pace, ses_quota
from kairos.service.ports import NotTaken, QuotaSpent


class Time:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Client:
    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_worker_takes_its_share_of_the_rate():
    time = Time()
    wait = pace(lambda: Quota(14.0), 7, elapsed=time, sleep=time.sleep)
    for _ in range(5):
        wait(False)
    assert time.slept == [0.5] * 4


def test_nobody_waits_so_long_that_their_time_runs_out_with_a_claim_in_hand():
    time = Time()
    wait = pace(lambda: Quota(1.0), 5, elapsed=time, sleep=time.sleep)
    for _ in range(10):
        wait(False)
    assert (time.now, max(time.slept)) == (45.0, LONGEST), "ten of them within the minute of an invocation"
    slow = pace(lambda: Quota(1.0), 50, elapsed=time, sleep=time.sleep)
    slow(False)
    with pytest.raises(NotTaken):
        slow(False)
    time.now += 50
    slow(False)


def test_who_was_slow_anyway_does_not_wait():
    time = Time()
    wait = pace(lambda: Quota(1.0), 1, elapsed=time, sleep=time.sleep)
    for _ in range(3):
        wait(False)
        time.now += 2
    assert time.slept == []


def test_the_rate_is_asked_for_once_in_five_minutes():
    time = Time()
    asked: list[float] = []

    def quota() -> Quota:
        asked.append(time.now)
        return Quota(1000.0)

    wait = pace(quota, 1, elapsed=time, sleep=time.sleep)
    for _ in range(10):
        wait(False)
        time.now += 100
    assert len(asked) == 3


def test_an_unknown_rate_is_no_limit():
    def refuse() -> NoReturn:
        raise ConnectionError

    time = Time()
    wait = pace(ses_quota(refuse), 5, elapsed=time, sleep=time.sleep)
    wait(False)
    wait(False)
    assert time.slept == []


@pytest.mark.parametrize(
    ("a_day", "sent", "marketing", "transactional"),
    [
        (200, 0, True, True),
        (200, 179, True, True),
        (200, 180, False, True),
        (200, 200, False, True),
        (-1, 10**9, True, True),
        (0, 10**9, True, True),
    ],
    ids=["none sent", "some", "nine tenths", "all", "no limit", "unknown"],
)
def test_marketing_leaves_a_tenth_of_the_days_quota_to_what_has_to_go(a_day, sent, marketing, transactional):
    time = Time()
    went = []
    for kind in (False, True):
        wait = pace(lambda: Quota(0, a_day, sent), 1, elapsed=time, sleep=time.sleep)
        with contextlib.suppress(QuotaSpent):
            wait(kind)
            went.append(kind)
    assert went == [kind for kind, goes in ((False, marketing), (True, transactional)) if goes]


def test_what_the_workers_have_sent_since_they_asked_counts():
    time = Time()
    wait = pace(lambda: Quota(0, 100, 50), 5, elapsed=time, sleep=time.sleep)
    for _ in range(8):  # 8 of mine are 40 of all
        wait(False)
    with pytest.raises(QuotaSpent):
        wait(False)
    time.now += 301
    wait(False)


def test_a_connection_idle_for_twenty_seconds_is_made_anew():
    time, client = Time(), Client()
    get = fresh(client, elapsed=time)
    for pause, closed in ((0, 0), (20, 0), (20.1, 1), (1, 1)):
        time.now += pause
        assert get() is client
        assert client.closed == closed
