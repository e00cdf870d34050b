"""A shop for each file, shared by its tests: each has customers of its own, and leaves nothing behind."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result

from local.cli import kairos
from tests.faults.shop import ASIDE, Shop
from tests.served import aws_port


@pytest.fixture(scope="module")
def open_shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """All functions are warm; a file may name other providers in PROVIDERS."""
    providers = vars(request.module).get("PROVIDERS", {})
    shop = Shop(tmp_path_factory.mktemp("faults") / "campaigns", **providers)
    shop.stack.lambdas.warm()
    yield shop
    shop.stack.stop()


@pytest.fixture
def shop(open_shop: Shop) -> Iterator[Shop]:
    """Behind each test everything accepted is accounted for, nothing waits, and nothing lies aside that was not looked at."""
    open_shop.heard.clear()
    yield open_shop
    open_shop.heals()
    open_shop.stack.gateway.witness = None
    lost, under_way = open_shop.lost(), open_shop.under_way()
    aside = {part: bodies for part in ASIDE if (bodies := open_shop.clear(part))}
    assert (lost, under_way, aside) == (set(), [], {})


@pytest.fixture
def command(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """`kairos …`, as in another terminal."""
    with aws_port(shop.stack.providers) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield lambda *arguments: CliRunner().invoke(kairos, [str(argument) for argument in arguments])
