"""See the package."""

from tests.integration.adapters.test_owners import *  # noqa: F403  # pytest collects them here with another table
