"""Two ids turn out to be one customer's: chains, circles, any order, any number of workers."""

from itertools import permutations, product

import pytest

from kairos.domain.events import Ref
from tests.unit.domain.shop import T0, catalog, event, joined
from tests.unit.service.test_merge import ELEVEN, of, pages
from tests.unit.service.workers import Workers


def alias(previous, user, time=T0, id=""):
    return of(Ref(id=user, previous_id=previous), event("alias", time, id=id or f"{previous}-{user}-{time}"))


def shop(**more):
    return Workers(catalog(toys=ELEVEN), **more)


def counted(workers):
    """How many pages each who is somebody has seen."""
    states = workers.world.states
    return {who: [len(m) for m in one.state.counts.values()] for who, one in states.items() if not one.state.moved}


def whose(workers, who):
    """Whom an id leads to in the end; a circle would never."""
    states = workers.world.states
    for _ in range(len(states)):
        if who not in states or not states[who].state.moved:
            return who
        who = states[who].state.moved
    raise AssertionError("a circle")


def test_an_id_and_a_device_of_that_name_are_the_customer_s():
    workers = shop().hear(joined(), *pages(Ref(id="old"), 0, 4), *pages(Ref(anonymous_id="old"), 4, 7))
    workers.hear(alias("old", "anna")).hear(*pages(Ref(id="anna"), 7, 9), *pages(Ref(id="old"), 9, 10))
    assert counted(workers) == {"anna": [10]}


def test_what_is_heard_only_after_its_alias_follows_too():
    workers = shop().hear(joined()).hear(alias("old", "anna")).hear(*pages(Ref(anonymous_id="old"), 0, 3))
    workers.hear(*pages(Ref(id="old"), 3, 5))
    assert counted(workers) == {"anna": [5]}


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("batched", [False, True])
def test_a_chain_leads_to_its_end_in_whatever_order_it_is_told(order, batched):
    told = [alias("d1", "a"), alias("a", "b", T0 + 1), alias("b", "anna", T0 + 2), *pages(Ref(anonymous_id="d1"), 0, 3)]
    parts = [told[:1], told[1:2], told[2:3], told[3:]]
    workers = shop().hear(joined())
    if batched:
        workers.hear(*(one for number in order for one in parts[number]))
    else:
        for number in order:
            workers.hear(*parts[number])
    assert {whose(workers, who) for who in ("anonymous:d1", "a", "b", "anna")} == {"anna"}
    workers.hear(*pages(Ref(anonymous_id="d1"), 3, 4), *pages(Ref(id="a"), 4, 5), *pages(Ref(id="anna"), 5, 6))
    assert counted(workers) == {"anna": [6]}


@pytest.mark.parametrize("first", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("batched", [False, True])
def test_a_circle_does_not_close(first, batched):
    there, back = alias(*first), alias(first[1], first[0], T0 + 1)
    workers = shop().hear(joined(), *pages(Ref(id="a"), 0, 2), *pages(Ref(id="b"), 2, 5))
    if batched:
        workers.hear(there, back)
    else:
        workers.hear(there).hear(back).hear(there)
    assert whose(workers, "a") == whose(workers, "b")
    workers.hear(*pages(Ref(id="a"), 5, 6), *pages(Ref(id="b"), 6, 7))
    assert [count for who, count in counted(workers).items() if who in ("a", "b")] == [[7]]


def test_a_circle_of_three_does_not_close_whoever_begins():
    for told in permutations((("a", "b"), ("b", "c"), ("c", "a"))):
        workers = (
            shop().hear(joined()).hear(*pages(Ref(id="a"), 0, 1), *pages(Ref(id="b"), 1, 2), *pages(Ref(id="c"), 2, 3))
        )
        for number, (previous, user) in enumerate(told):
            workers.hear(alias(previous, user, T0 + number))
        assert len({whose(workers, who) for who in "abc"}) == 1
        assert [count for who, count in counted(workers).items() if who in "abc"] == [[3]]


def test_itself_and_a_device_s_own_alias_mean_nothing():
    workers = shop().hear(
        joined(), alias("anna", "anna"), of(Ref(id="anonymous:d1", previous_id="bo"), event("alias", T0))
    )
    assert whose(workers, "anna") == "anna"
    assert "bo" not in workers.world.states


def test_an_id_that_was_given_up_for_two_merges_with_the_first_and_never_makes_them_one():
    workers = shop().hear(joined()).hear(*pages(Ref(id="old"), 0, 3)).hear(*pages(Ref(id="bo"), 3, 5))
    workers.hear(alias("old", "anna")).hear(alias("old", "bo", T0 + 1)).hear(*pages(Ref(id="old"), 5, 6))
    assert counted(workers) == {"anna": [3], "bo": [3]}


def test_a_shared_device_never_merges_the_customers_that_were_aliased_from_it():
    workers = shop().hear(joined()).hear(*pages(Ref(anonymous_id="kiosk"), 0, 2))
    for number, who in enumerate(("anna", "bo", "cai")):
        workers.hear(alias("kiosk", who, T0 + number)).hear(*pages(Ref(id=who), 10 * number, 10 * number + 1))
    assert {who: whose(workers, who) for who in ("anna", "bo", "cai")} == {"anna": "anna", "bo": "bo", "cai": "cai"}


def test_killed_anywhere_two_become_one():
    def lived(kill_at, after):
        workers = shop(kill_at=kill_at, after=after).hear(
            joined(), *pages(Ref(id="old"), 0, 4), *pages(Ref(id="anna"), 4, 7)
        )
        return workers.hear(alias("old", "anna")).hear(*pages(Ref(id="old"), 7, 9)).minutes(20)

    calls = lived(0, False).world.step
    for kill_at, after in product(range(1, calls + 1), (False, True)):
        workers = lived(kill_at, after)
        assert whose(workers, "old") == "anna", (kill_at, after)
        assert counted(workers) == {"anna": [9]}, (kill_at, after)
