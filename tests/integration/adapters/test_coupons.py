"""Codes in the table: one for each coupon, each only once, whatever is asked how often."""

from dataclasses import replace

import pytest

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.coupons import KEPT, DynamoCoupons, DynamoShownCodes
from kairos.adapters.dynamodb.pools import Pools
from kairos.domain.coupons import Issued, derive
from kairos.domain.tokens import Keyring
from kairos.service.ports.coupons import PoolEmpty
from tests.integration.adapters.making import HOUR, NOW, message

KEYS = Keyring(b"the key of today, 32 bytes long!")
COUPON = {"id": "c1", "name": "comeback", "percent": 15, "valid": HOUR}
POOLED = COUPON | {"pool": "summer"}


@pytest.fixture
def codes(table):
    return DynamoCoupons(table, lambda: KEYS)


@pytest.fixture
def pools(table):
    return Pools(table)


def test_a_coupon_keeps_its_code_and_its_end_however_often_it_is_asked_for(codes):
    first = codes.issue(message(coupon=COUPON), NOW)
    assert first == Issued(derive(COUPON, KEYS), NOW + HOUR)
    assert codes.issue(message(coupon=COUPON), NOW + 5_000) == first


def test_a_later_message_shows_what_the_first_one_showed(codes):
    first = codes.issue(message(coupon=COUPON), NOW)
    later = message("m2", step="send.last", coupon=COUPON | {"since": NOW - 3})
    assert codes.issue(later, NOW + 5_000) == first


def test_the_time_begins_anew_with_another_message_that_is_the_first_after_all(codes, table):
    first = codes.issue(message(coupon=COUPON), NOW)
    again = codes.issue(message("m2", channel="sms", coupon=COUPON), NOW + HOUR)  # the mail was refused
    assert again == Issued(first.code, NOW + 2 * HOUR)
    shown = DynamoShownCodes(table).shown_by([first.code])
    assert shown[first.code]["message_id"] == "m2"


def test_a_code_that_is_another_coupon_s_is_given_to_nobody_else(codes):
    other = message(coupon=COUPON | {"id": "c2"})
    taken = codes.issue(replace(other, id="m2"), NOW)
    twin = DynamoCoupons(codes._table, lambda: _Clashing(KEYS.current))
    assert twin.issue(message(coupon=COUPON), NOW).code != taken.code


class _Clashing(Keyring):
    """Makes for every coupon what `c2` got, unless it is asked once more."""

    def derive(self, *parts):
        return KEYS.derive("coupon", "c2") if len(parts) == 2 else KEYS.derive(*parts)


def test_a_code_that_is_handed_in_tells_what_showed_it_and_nobody_s_id(codes, table):
    issued = codes.issue(message(coupon=COUPON, variant="b"), NOW)
    shown = DynamoShownCodes(table).shown_by([issued.code, "MADE-UP"])
    assert shown == {issued.code: {"name": "comeback", "campaign": "abandoned-cart", "step": "send.reminder", "variant": "b",
                                   "channel": "email", "message_id": "m1"}}  # fmt: skip
    (item,) = table.get([items.code_key(issued.code)], consistent=True).values()
    assert int(item["ttl"]["N"]) == (NOW + HOUR + KEPT) // 1000
    assert "ada" not in str(item)


def test_a_pool_s_codes_are_each_given_once(codes, pools):
    given = [f"Code-{number}" for number in range(40)]
    assert (pools.fill("summer", given), pools.left("summer")) == (40, 40)
    issued = [codes.issue(message(f"m{n}", coupon=POOLED | {"id": f"c{n}"}), NOW).code for n in range(40)]
    assert sorted(issued) == sorted(given)  # as the shop wrote them
    assert pools.left("summer") == 0
    with pytest.raises(PoolEmpty, match="summer"):
        codes.issue(message("m99", coupon=POOLED | {"id": "c99"}), NOW)


def test_a_coupon_out_of_a_pool_keeps_its_code(codes, pools):
    pools.fill("summer", ["A", "B", "C"])
    first = codes.issue(message(coupon=POOLED), NOW)
    assert codes.issue(message(coupon=POOLED), NOW + 9) == first
    assert codes.issue(message("m2", coupon=POOLED), NOW + HOUR) == Issued(first.code, NOW + 2 * HOUR)
    assert codes.issue(message("m3", coupon=POOLED | {"since": NOW}), NOW + HOUR) == Issued(first.code, NOW + 2 * HOUR)
    assert pools.left("summer") == 2


def test_of_two_that_want_one_code_one_gets_it_and_of_one_asked_twice_at_once_one_code_goes(pools, table):
    pools.fill("summer", ["A", "B"])
    given = items.given_key("c1") | {"code": items.text("A")}
    assert pools.take("summer", "A", [given])
    assert not pools.take("summer", "A", [items.given_key("c2")])
    assert not pools.take("summer", "B", [given])
    assert pools.left("summer") == 1
    assert not table.get([items.given_key("c2")], consistent=True)


def test_a_file_may_be_imported_again_and_what_was_given_stays_given(codes, pools):
    assert pools.fill("summer", ["A1", "a1", "B2"]) == 2  # people type codes: case does not tell them apart
    taken = codes.issue(message(coupon=POOLED), NOW).code
    assert pools.fill("summer", ["A1", "B2", "C3"]) == 1
    assert pools.left("summer") == 2
    others = {codes.issue(message(f"m{n}", coupon=POOLED | {"id": f"d{n}"}), NOW).code for n in (1, 2)}
    assert others == {"A1", "B2", "C3"} - {taken}


def test_a_large_file_is_written_some_at_a_time(pools, requests):
    assert pools.fill("summer", [f"N{number}" for number in range(120)]) == 120
    assert requests["TransactWriteItems"] == 3


def test_pools_are_apart(codes, pools):
    pools.fill("summer", ["A"])
    with pytest.raises(PoolEmpty):
        codes.issue(message(coupon=POOLED | {"pool": "winter"}), NOW)
