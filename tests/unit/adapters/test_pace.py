"""Pacing and fresh connections, by a clock that the test holds."""

from typing import NoReturn

from kairos.adapters.aws import fresh
from kairos.adapters.pace import pace, ses_rate


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
    wait = pace(lambda: 14.0, 7, elapsed=time, sleep=time.sleep)
    for _ in range(5):
        wait()
    assert time.slept == [0.5] * 4


def test_who_was_slow_anyway_does_not_wait():
    time = Time()
    wait = pace(lambda: 1.0, 1, elapsed=time, sleep=time.sleep)
    for _ in range(3):
        wait()
        time.now += 2
    assert time.slept == []


def test_the_rate_is_asked_for_once_in_five_minutes():
    time = Time()
    asked: list[float] = []

    def rate() -> float:
        asked.append(time.now)
        return 1000.0

    wait = pace(rate, 1, elapsed=time, sleep=time.sleep)
    for _ in range(10):
        wait()
        time.now += 100
    assert len(asked) == 3


def test_an_unknown_rate_is_no_limit():
    def refuse() -> NoReturn:
        raise ConnectionError

    time = Time()
    wait = pace(ses_rate(refuse), 5, elapsed=time, sleep=time.sleep)
    wait()
    wait()
    assert time.slept == []


def test_a_connection_idle_for_twenty_seconds_is_made_anew():
    time, client = Time(), Client()
    get = fresh(client, elapsed=time)
    for pause, closed in ((0, 0), (20, 0), (20.1, 1), (1, 1)):
        time.now += pause
        assert get() is client
        assert client.closed == closed
