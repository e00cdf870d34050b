"""schemathesis on /openapi.json, against the deployed functions: no server error, and every answer as documented."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)
from werkzeug import Request as WebRequest
from werkzeug import Response as WebResponse

from kairos.catalog.api.document import document
from kairos.catalog.contracts import read_contracts
from local.aws.http_api import Request
from local.aws.sources import queue_named
from local.clock import VirtualClock, parse_moment
from local.stack import ROOT, Stack

KEY = {"x-api-key": "dev-admin-key"}
NOT_OURS = [
    ignored_auth,  # the local keys are tried in tests of their own
    unsupported_method,  # API Gateway answers 404
    negative_data_rejection,  # lenient where it is meant; tests/unit/catalog/test_api.py compares verdicts where it is not
]
SAID_MORE_THAN_A_SCHEMA_CAN = {"PUT /v1/customers/{id}": [positive_data_acceptance]}
"""Which topics the policy has, what zones there are, how long the numbers of a country are."""
EXAMPLES = 12
"""Of each operation."""
CONFIG = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": False}}})
"""Six thousand cases at the bounds take half a minute to make up; tests/unit/catalog/test_api.py tries the bounds."""


class App:
    """The stack's HTTP API as WSGI; what it queues is let go now and then, for nobody works it off here."""

    def __init__(self) -> None:
        self.stack: Stack | None = None  # while the tests of this module run
        self._asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        stack, asked = self.stack, WebRequest(environ)
        assert stack
        headers = {name.lower(): value for name, value in asked.headers.items()}
        query, body = asked.query_string.decode("latin-1"), asked.get_data()
        answer = stack.api.handle(Request(asked.method, asked.path, query, headers, body), stack.clock())
        self._asked += 1
        if self._asked % 50 == 0:
            for part in ("EventsQueue", "RejectedQueue"):
                queue_named(stack.template.resolve.attributes[part, "QueueName"])._messages.clear()
        return WebResponse(answer.body, answer.status, dict(answer.headers))(environ, start_response)


app = App()
schema = schemathesis.openapi.from_dict(
    json.loads(json.dumps(document(read_contracts(ROOT / "events").schemas))), config=CONFIG
)
schema.app = app
long = schema.exclude(path_regex="^/v1/[a-z]$")  # the short forms are the long ones by another name


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    app.stack = Stack.start(clock=VirtualClock(parse_moment("2026-05-04T08:00:00Z")))
    yield
    app.stack.stop()
    app.stack = None


@long.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_documented_whatever_it_is_asked(case: schemathesis.Case[Any]) -> None:
    excluded = NOT_OURS + SAID_MORE_THAN_A_SCHEMA_CAN.get(case.operation.label, [])
    case.call_and_validate(headers=KEY, excluded_checks=excluded)
