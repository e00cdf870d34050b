"""Who is found by an address: what the newest state says, whoever lost a race, on the table of template.yaml."""

from dataclasses import replace

import pytest

from kairos.adapters.dynamodb.addresses import DynamoAddresses
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.domain.effects import DropOwner, PutOwner, PutTombstone
from kairos.domain.state import Customer
from kairos.service.ports import AddressStore, CustomerStore, StateMoved
from tests.integration.adapters.making import NOW, after, entry

SHARED, OTHER = "email#shared-hash", "email#other-hash"


@pytest.fixture
def customers(table) -> CustomerStore:
    return DynamoCustomers(table)


@pytest.fixture
def addresses(table) -> AddressStore:
    return DynamoAddresses(table)


def moves(customers: CustomerStore, who: str, *effects, writer: str = "w") -> None:
    before = customers.read([who], consistent=True)[who]
    customers.commit(before, after(before, newest=NOW), effects, writer)


def test_all_who_share_a_mailbox_are_found_in_one_request(customers, addresses, requests):
    for who in ("ann", "bob", "cid"):
        moves(customers, who, PutOwner(SHARED))
    requests.clear()
    assert list(addresses.owners(SHARED, 100)) == ["ann", "bob", "cid"]
    assert requests == {"Query": 1}
    assert list(addresses.owners(OTHER, 100)) == []


def test_of_many_the_first_are_asked_for(customers, addresses):
    for number in range(5):
        moves(customers, f"c{number}", PutOwner(SHARED))
    assert list(addresses.owners(SHARED, 3)) == ["c0", "c1", "c2"]


def test_who_moves_is_found_at_the_new_address_only(customers, addresses, requests):
    moves(customers, "ann", PutOwner(SHARED))
    requests.clear()
    moves(customers, "ann", PutOwner(OTHER), DropOwner(SHARED))
    assert requests == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert (list(addresses.owners(SHARED, 9)), list(addresses.owners(OTHER, 9))) == ([], ["ann"])


def test_of_several_words_in_one_commit_the_last_counts(customers, addresses):
    moves(customers, "ann", PutOwner(SHARED), DropOwner(SHARED), PutOwner(OTHER), DropOwner(OTHER), PutOwner(SHARED))
    assert (list(addresses.owners(SHARED, 9)), list(addresses.owners(OTHER, 9))) == (["ann"], [])


def test_who_loses_the_race_owns_nothing(customers, addresses):
    old = customers.read(["ann"])["ann"]
    moves(customers, "ann", PutOwner(SHARED), entry())
    with pytest.raises(StateMoved):
        customers.commit(old, after(old, newest=NOW), (PutOwner(OTHER),), "late")
    assert (list(addresses.owners(SHARED, 9)), list(addresses.owners(OTHER, 9))) == (["ann"], [])


def test_an_address_that_is_closed_stays_so_whoever_comes_and_goes(customers, addresses, table):
    addresses.suppress(SHARED, "bounced", NOW)
    moves(customers, "ann", PutOwner(SHARED))
    moves(customers, "ann", DropOwner(SHARED))
    found = table.client.get_item(TableName="kairos", Key={"pk": {"S": f"A#{SHARED}"}, "sk": {"S": "A"}})
    assert found["Item"]["suppressed"] == {"S": "bounced"}


def test_a_device_that_is_somebodys_is_found_nowhere_any_more(customers, addresses):
    moves(customers, "anonymous:d1", PutOwner(SHARED))
    device = customers.read(["anonymous:d1"])["anonymous:d1"]
    put = PutTombstone(
        "anonymous:d1", seen=device.state.version, guard=1, moved="ann", heir="ann", time=NOW, addresses=(SHARED,)
    )  # fmt: skip
    moves(customers, "ann", put, PutOwner(SHARED))
    assert list(addresses.owners(SHARED, 9)) == ["ann"]


def test_an_id_too_long_to_be_a_key_is_found_as_it_is(customers, addresses):
    who = "é" * 512
    moves(customers, who, PutOwner(SHARED))
    assert list(addresses.owners(SHARED, 9)) == [who]


def test_nothing_but_a_moved_address_makes_a_transaction(customers, requests):
    before = Customer.unknown("ann")
    customers.commit(before, replace(before, state=replace(before.state, newest=NOW)), (), "w1")
    assert requests == {"PutItem": 1}
