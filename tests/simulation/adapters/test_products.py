"""See the package."""

from tests.integration.adapters.test_products import *  # noqa: F403  # pytest collects them here with another table
