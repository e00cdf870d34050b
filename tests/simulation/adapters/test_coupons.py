"""See the package."""

from tests.integration.adapters.test_coupons import *  # noqa: F403  # pytest collects them here with another table
