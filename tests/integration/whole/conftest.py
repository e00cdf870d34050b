"""The command line against the embedded system, over its AWS port, as in another terminal."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from local.cli import kairos
from local.stack import Stack
from tests.served import aws_port

Kairos = Callable[..., Result]


@pytest.fixture
def command(whole: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kairos]:
    """`kairos …`. Only the port is served: nothing is worked off but by the test."""
    with aws_port(whole.providers) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield lambda *arguments: CliRunner().invoke(kairos, [str(argument) for argument in arguments])
