"""What is known of an address, whatever order it is told in, on the table of template.yaml."""

from itertools import permutations

import pytest

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.addresses import DynamoAddresses
from kairos.domain.soft_bounces import DAY, day
from kairos.service.ports import AddressStore
from tests.integration.adapters.making import NOW

PLACE = "sms#hash"


@pytest.fixture
def addresses(table) -> AddressStore:
    return DynamoAddresses(table)


def kept(table):
    key = items.address_key(PLACE)
    return table.get([key], consistent=True).get(items.identity(key), {})


def test_the_first_reason_and_its_moment_stay(addresses, table):
    assert addresses.suppress(PLACE, "bounced", NOW)
    assert addresses.suppress(PLACE, "complained", NOW + 1)
    assert (kept(table)["suppressed"]["S"], kept(table)["since"]["N"]) == ("bounced", str(NOW))


@pytest.fixture
def anew(addresses, table):
    """The same address, never heard of."""

    def forget():
        table.client.delete_item(TableName=table.name, Key=items.address_key(PLACE))
        return addresses, lambda: kept(table)

    return forget


WORDS = {"stop 1": ("suppress", 1), "start 5": ("release", 5), "stop 9": ("suppress", 9), "start 3": ("release", 3)}


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        (("stop 1",), True),
        (("start 5",), False),
        (("stop 1", "start 5"), False),
        (("start 3", "stop 1", "start 5"), False),
        (("stop 1", "start 5", "stop 9"), True),
        (("stop 9", "start 3"), True),
    ],
)
def test_the_newest_word_stands_in_whatever_order_they_come_and_however_often(anew, said, closed):
    for order in permutations(said):
        addresses, look = anew()
        for word in (*order, *order):
            what, at = WORDS[word]
            addresses.suppress(PLACE, "stopped", at) if what == "suppress" else addresses.release(PLACE, at)
        assert ("suppressed" in look()) is closed


def test_of_one_instant_the_word_that_closes_stands(addresses, table):
    addresses.release(PLACE, NOW)
    assert addresses.suppress(PLACE, "stopped", NOW)
    assert addresses.release(PLACE, NOW) == 0
    assert "suppressed" in kept(table)


def test_start_is_told_when_stop_was_and_told_so_again_if_the_answer_was_lost(addresses):
    addresses.suppress(PLACE, "stopped", NOW)
    addresses.suppress(PLACE, "stopped", NOW + 5)
    assert addresses.release(PLACE, NOW + 10) == NOW
    assert addresses.release(PLACE, NOW + 10) == NOW
    assert addresses.release(PLACE, NOW + 11) == 0


def test_start_opens_what_has_bounced_and_knows_of_the_stop_behind_it(addresses, table):
    addresses.suppress(PLACE, "bounced", NOW)
    addresses.suppress(PLACE, "stopped", NOW + 1)
    assert addresses.release(PLACE, NOW + 2) == NOW + 1
    assert "suppressed" not in kept(table)


def test_start_of_a_number_that_was_never_stopped_opens_nothing(addresses):
    assert addresses.release(PLACE, NOW) == 0


def test_soft_bounces_are_counted_by_day_and_forgiven(addresses, table):
    for when in (NOW, NOW + 1, NOW + DAY, NOW + 2 * DAY):
        days = addresses.soft_bounce(PLACE, when)
    assert days == [day(NOW), day(NOW) + 1, day(NOW) + 2]
    assert addresses.soft([PLACE, "sms#other"]) == {PLACE: days}
    addresses.forgive(PLACE, days[:2])
    assert addresses.soft([PLACE]) == {PLACE: days[2:]}
    addresses.forgive(PLACE, days)
    assert addresses.soft([PLACE]) == {}


def test_a_batch_of_deliveries_costs_one_read(addresses, requests):
    addresses.soft([f"email#{number}" for number in range(10)])
    assert requests == {"BatchGetItem": 1}
