"""A pytest plugin: property tests try a few examples, the same ones each time, or a mutant would cost minutes."""

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = 12


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Also where a test names a number of its own."""
    for item in items:
        test = getattr(item, "obj", None)
        test = getattr(test, "__func__", test)
        if hasattr(test, "is_hypothesis_test"):
            brief = settings(
                max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
            )
            vars(test)["_hypothesis_internal_use_settings"] = brief
