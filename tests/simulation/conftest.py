"""The table of template.yaml: in memory, in moto, and in dynalite where that is installed."""

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import BotoCoreError
from moto import mock_aws

from local.aws.template import Template
from tests.simulation.aws.faults import Faults
from tests.simulation.aws.schema import Schema
from tests.simulation.aws.transactions import DynamoDb
from tests.simulation.requests import TABLE

ROOT = Path(__file__).parents[2]
DYNALITE = ROOT / "build/dynalite/node_modules/dynalite/cli.js"
CREATED = ("BillingMode", "AttributeDefinitions", "KeySchema")
INDEX = ("IndexName", "KeySchema", "Projection")


@pytest.fixture(scope="session")
def properties() -> dict[str, Any]:
    found: dict[str, Any] = Template(ROOT / "template.yaml", {}).resources["Table"]["Properties"]
    return found


@pytest.fixture
def memory(properties) -> Callable[..., DynamoDb]:
    """Makes an empty table in memory."""
    schema = Schema.of(properties)
    return lambda faults=None, clock=lambda: 0: DynamoDb(TABLE, schema, clock, faults or Faults())


@pytest.fixture
def moto(properties, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield _created(_client(), properties)


@pytest.fixture
def dynalite(properties) -> Iterator[Any]:
    node = shutil.which("node")
    if node is None or not DYNALITE.exists():
        pytest.skip("no dynalite here: .ci/dynalite installs it, with npm")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, str(DYNALITE), "--port", str(port), "--host", "127.0.0.1", "--createTableMs", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()  # it says that it listens
        try:
            yield _created(_client(endpoint_url=f"http://127.0.0.1:{port}"), properties)
        finally:
            process.terminate()


def _client(**more: Any) -> Any:
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    session.set_config_variable("region", "eu-west-1")
    return session.create_client("dynamodb", **more)


def _created(client: Any, properties: dict[str, Any]) -> Any:
    indexes = [{name: index[name] for name in INDEX} for index in properties["GlobalSecondaryIndexes"]]
    made = {name: properties[name] for name in CREATED}
    client.create_table(TableName=TABLE, GlobalSecondaryIndexes=indexes, **made)
    try:
        client.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    except BotoCoreError as error:
        pytest.fail(f"no table: {error}")
    return client
