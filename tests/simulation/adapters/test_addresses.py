"""See the package."""

from tests.integration.adapters.test_addresses import *  # noqa: F403  # pytest collects them here with another table
