"""When sending does harm, as one table; and when an address has bounced softly often enough."""

import pytest

from kairos.domain.reputation import HOUR, Hour, danger, hour_of
from kairos.domain.soft_bounces import are_enough, stale

NOW = 1_795_424_400_000
THIS = hour_of(NOW)


def hour(ago: int, sent: int, bounced: int = 0, complained: int = 0) -> Hour:
    return Hour(THIS - ago, sent, bounced, complained)


@pytest.mark.parametrize(
    ("hours", "why"),
    [
        ([], ""),
        ([hour(0, 10_000, 399, 7)], ""),
        ([hour(0, 10_000, 400)], "bounces"),
        ([hour(0, 10_000, 0, 8)], "complaints"),
        ([hour(0, 10_000, 400, 8)], "complaints"),
        ([hour(0, 100, 4)], ""),  # a share of few is chance
        ([hour(0, 100, 5)], "bounces"),
        ([hour(0, 5, 5)], "bounces"),
        ([hour(0, 125, 5)], "bounces"),
        ([hour(0, 126, 5)], ""),
        ([hour(0, 1_000, 0, 1)], ""),
        ([hour(0, 1_000, 0, 2)], ""),
        ([hour(0, 1_000, 0, 3)], "complaints"),
        ([hour(0, 0, 0, 3)], "complaints"),  # of mails of last week
        ([hour(0, 5_000, 100), hour(23, 5_000, 300)], "bounces"),  # a day together
        ([hour(0, 5_000, 190), hour(24, 5_000, 210)], "bounces"),  # within the week
        ([hour(24, 100, 50), hour(0, 100_000)], ""),  # a bad hour of a week that was good otherwise
        ([hour(0, 100, 50), hour(24, 100_000)], "bounces"),  # the last day alone
        ([hour(167, 100, 50)], "bounces"),
        ([hour(168, 100, 50)], ""),  # more than a week ago
        ([Hour(THIS + 1, 100, 50)], ""),  # another worker's clock
    ],
)
def test_a_channel_is_in_danger(hours, why):
    assert danger(hours, NOW) == why
    assert danger(hours, (THIS + 1) * HOUR - 1) == why


@pytest.mark.parametrize(
    ("days", "enough", "old"),
    [
        ([], False, set()),
        ([100], False, set()),
        ([100, 101], False, set()),
        ([100, 101, 102], True, set()),
        ([100, 107, 113], True, set()),
        ([100, 107, 114], False, {100}),
        ([90, 100, 101, 114], False, {90, 100}),
        ([90, 101, 102, 114], True, {90}),
    ],
)
def test_three_days_of_a_fortnight_are_enough(days, enough, old):
    assert (are_enough(days), stale(days)) == (enough, old)
