"""The table and queues of template.yaml in moto, and a count of the requests made."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from kairos.adapters.aws import Aws
from kairos.adapters.dynamodb.table import Table
from local.aws.template import Template

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
NOW = 1_780_000_000_000


@pytest.fixture(scope="session")
def template() -> Template:
    return Template(TEMPLATE, {})


@pytest.fixture(scope="session")
def resources(template) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = template.resources
    return found


@pytest.fixture(scope="session")
def session() -> botocore.session.Session:
    """One for all: it is the loading of service models that takes time, and clients are new in every test."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    session.set_config_variable("region", "eu-west-1")
    return session


@pytest.fixture
def aws(session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Aws(session)


@pytest.fixture
def table(aws, template, resources) -> Table:
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    properties: Any = {name: template.resolve(resources["Table"]["Properties"][name]) for name in wanted}
    aws.dynamodb.create_table(TableName="kairos", **properties)
    return Table(aws.dynamodb, "kairos", sleep=lambda _: None)


@pytest.fixture
def requests(aws) -> Counter[str]:
    """Operations called from here on, by name."""
    made: Counter[str] = Counter()

    def count(model, **_):
        made[model.name] += 1

    aws.dynamodb.meta.events.register("before-call.dynamodb.*", count)
    return made
