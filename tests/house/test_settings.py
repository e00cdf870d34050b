"""Each function's environment in the template is what its settings read."""

from dataclasses import fields
from typing import Any

import pytest

from kairos import settings
from tests.house.test_template import FUNCTIONS, folder

COMMON = {"POWERTOOLS_SERVICE_NAME"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_given_what_it_reads_and_nothing_else(name: str) -> None:
    kind: Any = getattr(settings, folder(name).title().replace("_", ""))
    given = set(FUNCTIONS[name]["Environment"]["Variables"]) - COMMON
    assert given == {field.name.upper() for field in fields(kind)}
