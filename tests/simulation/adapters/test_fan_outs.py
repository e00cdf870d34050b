"""See the package."""

from tests.integration.adapters.test_fan_outs import *  # noqa: F403  # pytest collects them here with another table
