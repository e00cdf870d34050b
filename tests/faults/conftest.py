"""A shop for each file, shared by its tests: each has customers of its own, and leaves nothing behind."""

from collections.abc import Iterator

import pytest

from tests.faults.shop import ASIDE, Shop


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """All functions are warm."""
    shop = Shop(tmp_path_factory.mktemp("faults") / "campaigns")
    shop.stack.lambdas.warm()
    yield shop
    shop.stack.stop()


@pytest.fixture
def shop(open_shop: Shop) -> Iterator[Shop]:
    """Behind each test everything accepted is accounted for, nothing waits, and nothing lies aside that was not looked at."""
    open_shop.heard.clear()
    yield open_shop
    assert not open_shop.lost()
    assert not open_shop.under_way()
    assert {part: open_shop.lying(part) for part in ASIDE if open_shop.lying(part)} == {}
    assert not open_shop.stack.gateway.faults.waiting and not open_shop.stack.gateway.faults.deaths
