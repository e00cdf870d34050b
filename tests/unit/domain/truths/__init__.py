"""Truth tables: each word of the campaign language, written as marketing writes it, with the reason in the last column."""

import pytest

pytest.register_assert_rewrite("tests.unit.domain.truths.table")
