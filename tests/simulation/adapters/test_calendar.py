"""See the package."""

from tests.integration.adapters.test_calendar import *  # noqa: F403  # pytest collects them here with another table
