"""A state and its profile are two items, and no read of both is one look."""

from dataclasses import replace
from typing import Any

import pytest

from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.table import Table
from kairos.domain.state import Customer, Fact, Profile
from tests.simulation.aws.faults import Faults

PROFILES = [Profile({"backend": {"region": Fact(region, n)}}) for n, region in enumerate(("north", "south"))]


class OneBehind(Faults):
    """Of an eventually consistent look at two items, the one numbered `old` is as of a commit ago."""

    def __init__(self, old: int) -> None:
        self.old, self.looks = old, 0

    def as_of(self, read: str, newest: int) -> int:
        self.looks += 1
        return newest - 1 if self.looks == self.old else newest


@pytest.mark.parametrize("old", [0, 1, 2])
def test_a_profile_and_a_state_of_two_moments_are_read_again(memory: Any, old: int) -> None:
    client = memory(OneBehind(old))
    store = DynamoCustomers(Table(client, client.name, sleep=lambda seconds: None))
    customer = Customer.unknown("ann")
    for version, profile in enumerate(PROFILES):
        after = replace(customer, profile=profile)
        store.commit(replace(customer, profile=None), after, (), f"w{version}")
        customer = store.read(["ann"], profiles=["ann"], consistent=True)["ann"]
    found = store.read(["ann"], profiles=["ann"])["ann"]
    told = (found.profile or Profile()).attributes["backend"]["region"].value
    assert (found.state.version, told) == (2, "south")
