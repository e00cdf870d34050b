"""The table in memory under the names of the fixtures that make moto's."""

import inspect
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kairos.adapters.dynamodb.table import Table
from tests.simulation.aws.faults import Fault, Faults
from tests.simulation.aws.sdk import Retrying

FOLDER = Path(__file__).parent


class Counted(Faults):
    """Lets everything go right, and counts it."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()

    def call(self, service: str, operation: str, request: Mapping[str, Any]) -> Fault | None:
        self.made[operation] += 1
        return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is about botocore's own client, or stubs it, stays with moto."""
    items[:] = [item for item in items if not (item.path.is_relative_to(FOLDER) and _of_botocore(item))]


def _of_botocore(item: Any) -> bool:
    return "aws" in item.fixturenames or "stub" in inspect.getsource(item.function).lower()


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def table(memory, counted) -> Table:
    client: Any = Retrying(memory(counted), 3)
    return Table(client, "kairos", sleep=lambda _: None)


@pytest.fixture
def requests(counted, table) -> Counter[str]:
    """Operations called, by name."""
    made: Counter[str] = counted.made
    return made
