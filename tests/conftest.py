"""What tests of the whole share: a stack with the project's own template and campaigns."""

from collections.abc import Iterator

import pytest

from local.clock import VirtualClock, parse_moment
from local.stack import Stack

START = "2026-05-04T08:00:00Z"


@pytest.fixture
def whole() -> Iterator[Stack]:
    """The project's template and campaigns on a clock that stands at 2026-05-04 10:00 in Copenhagen."""
    stack = Stack.start(clock=VirtualClock(parse_moment(START)))
    yield stack
    stack.stop()
