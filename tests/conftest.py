"""What tests of the whole share: a stack with the project's own template and campaigns."""

import logging
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from local.clock import VirtualClock, parse_moment
from local.stack import Stack
from tests.canaries import CANARIES, listen

START = "2026-05-04T08:00:00Z"


@pytest.fixture
def whole() -> Iterator[Stack]:
    """The project's template and campaigns on a clock that stands at 2026-05-04 10:00 in Copenhagen."""
    stack = Stack.start(clock=VirtualClock(parse_moment(START)))
    yield stack
    stack.stop()


def pytest_configure() -> None:
    listen()
    # how long an example takes says how busy the machine is; benchmarks measure (make bench)
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """A test in which a function's log or metric names somebody has failed, whatever else it was about."""
    yield
    logging.getLogger("kairos").setLevel(logging.NOTSET)  # the simulator's and the fuzzer's silence is theirs alone
    if caught := CANARIES.drain():
        pytest.fail("\n".join(["somebody is in a log or metric:", *caught]), pytrace=False)
