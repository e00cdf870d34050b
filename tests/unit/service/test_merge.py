"""A device turns out to be a customer: nothing lost, nothing sent twice, also when workers race."""

from dataclasses import replace

from kairos.domain.events import Ref
from tests.unit.domain.shop import CART, DAY, HOUR, T0, campaign, catalog, event, joined, started
from tests.unit.service.workers import Workers

ELEVEN = campaign(
    started("page.viewed"),
    audience={"did": {"event": ["page.viewed"], "match": None, "within": 7 * DAY, "at_least": 11, "at_most": None}},
    cooldown=7 * DAY,
)
ANNA, DEVICE = Ref(id="anna"), Ref(anonymous_id="d1")


def of(who, what):
    return replace(what, customer=who)


def pages(who, first, last):
    return [of(who, event("page.viewed", T0 - 100_000 + n, id=f"p{n}")) for n in range(first, last)]


def identify(who="anna", time=T0):
    return of(Ref(id=who, anonymous_id="d1"), event("identify", time, id=f"identify-{who}-{time}"))


def sent(workers):
    return [(m.customer, m.status) for m in workers.world.messages.values()]


def test_a_campaign_that_counts_over_both_fires_once():
    workers = Workers(catalog(toys=ELEVEN)).hear(joined()).hear(*pages(DEVICE, 0, 8)).hear(identify())
    workers.hear(*pages(ANNA, 8, 10))
    assert sent(workers) == []
    workers.hear(*pages(ANNA, 10, 12))
    assert sent(workers) == [("anna", "sent")]


def test_what_is_heard_late_of_the_device_follows():
    workers = Workers(catalog(toys=ELEVEN)).hear(joined()).hear(*pages(ANNA, 0, 5)).hear(identify())
    workers.hear(*pages(DEVICE, 5, 12))
    assert sent(workers) == [("anna", "sent")]
    assert workers.world.states["anonymous:d1"].state.moved == "anna"


def test_all_in_one_batch_counts_the_same():
    workers = Workers(catalog(toys=ELEVEN)).hear(joined()).hear(*pages(DEVICE, 0, 6), *pages(ANNA, 6, 10), identify())
    (kept,) = workers.world.states["anna"].state.counts.values()
    assert len(kept) == 10


def test_a_key_used_up_by_the_device_stays_used_up():
    cart = of(DEVICE, event("cart.updated", T0, cart_id="c7", total=9))
    workers = Workers(catalog(cart=CART)).hear(joined(), cart).minutes(61)
    assert [who for who, _, _ in workers.world.entries] == ["anonymous:d1"]
    workers.hear(identify(time=T0 + HOUR))
    workers.world.now += DAY * 4
    again = of(ANNA, event("cart.updated", workers.world.now, cart_id="c7", total=9))
    workers.hear(again).minutes(61)
    assert workers.records()[-1] == ("refused", "duplicate")


def test_a_second_customer_gets_only_what_is_still_to_come():
    workers = Workers(catalog(toys=ELEVEN)).hear(joined()).hear(*pages(DEVICE, 0, 5)).hear(identify())
    workers.hear(identify("bob", T0 + 1)).hear(*pages(DEVICE, 5, 7))
    sizes = {w: [len(m) for m in workers.world.states[w].state.counts.values()] for w in ("anna", "bob")}
    assert sizes == {"anna": [5], "bob": [2]}
    gone = workers.world.states["anonymous:d1"].state
    assert (gone.moved, gone.heir) == ("bob", "anna")
    workers.hear(identify("anna", T0))  # heard again: bob came later
    assert workers.world.states["anonymous:d1"].state.moved == "bob"


def lived(kill_at, after):
    workers = Workers(catalog(toys=ELEVEN), kill_at=kill_at, after=after).hear(joined(), *pages(DEVICE, 0, 10))
    workers.hear(*pages(ANNA, 10, 13), identify())
    return workers.hear(*pages(DEVICE, 13, 15)).minutes(20)


def test_killed_anywhere_it_comes_out_the_same():
    calls = lived(0, False).world.step
    for kill_at in range(1, calls + 1):
        for after in (False, True):
            workers = lived(kill_at, after)
            (kept,) = workers.world.states["anna"].state.counts.values()
            assert len(kept) == 11, (kill_at, after)
            assert workers.world.states["anonymous:d1"].state.heir == "anna", (kill_at, after)
            assert len(workers.world.messages) == 1, (kill_at, after)
            assert len(workers.world.accepted) <= 1, (kill_at, after)
