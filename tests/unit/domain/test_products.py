"""What is news of a product, by what was known of it."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.events import Event, Ref
from kairos.domain.products import REMEMBERED, Known, hear, id_of

DAY = 86_400_000
T0 = 1_773_738_000_000  # 2026-03-17T09:00:00Z


def update(n=1, **properties):
    """The n-th update, n days after the first."""
    said = {"product_id": "lamp", "name": "Storm lantern", **properties}
    return Event(f"u{n}", "product.updated", T0 + n * DAY, T0 + n * DAY, "shop", properties=said)


def variant(id, price=None, available=None, quantity=None):
    said = {"variant_id": id, "name": f"the {id}", "price": price, "available": available, "quantity": quantity}
    return {name: value for name, value in said.items() if value is not None}


def after(*updates):
    """What is known after these, and all news of them."""
    known, news = None, list[Event]()
    for each in updates:
        now, told = hear(known, each)
        known, news = now or known, [*news, *told]
    return known, news


def of(*updates):
    return [(event.type.removeprefix("product."), event.id) for event in after(*updates)[1]]


DROPPED, BACK = ("price_dropped", "u2.price_dropped"), ("back_in_stock", "u2.back_in_stock")
HIDDEN = {"published": False}


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ({"price": 100}, {"price": 80}, [DROPPED]),
        ({"price": 100}, {"price": 100}, []),
        ({"price": 100}, {"price": 120}, []),
        ({"price": 100}, {}, []),
        ({}, {"price": 80}, []),
        ({"price": 0}, {"price": 0}, []),
        ({"price": 100}, {"price": "80"}, []),
        ({"price": 100}, {"price": -1}, []),
        ({"price": 100, **HIDDEN}, {"price": 80}, []),
        ({"price": 100}, {"price": 80, **HIDDEN}, []),
        ({"available": False}, {"available": True}, [BACK]),
        ({"available": True}, {"available": True}, []),
        ({"available": True}, {"available": False}, []),
        ({}, {"available": True}, []),
        ({"available": False}, {}, []),
        ({"available": False, **HIDDEN}, {"available": True}, []),
        ({"available": False}, {"available": True, **HIDDEN}, []),
        ({"price": 100, "available": False}, {"price": 80, "available": True}, [DROPPED, BACK]),
        ({"variants": [variant("s", 100), variant("m", 100)]}, {"variants": [variant("s", 100), variant("m", 60)]}, [DROPPED]),
        ({"variants": [variant("s", 100)]}, {"variants": [variant("m", 60)]}, []),
        ({"variants": [variant("s", available=True), variant("m", available=False)]}, {"variants": [variant("s", available=True), variant("m", available=True)]}, []),
        ({"variants": [variant("s", available=False)]}, {"variants": [variant("s", available=False), variant("m", available=True)]}, [BACK]),
        ({"price": 100}, {"variants": "none"}, []),
        ({"price": 100}, {"variants": [5]}, []),
    ],
)  # fmt: skip
def test_what_two_updates_after_another_are_news_by(before, now, news):
    assert of(update(1, **before), update(2, **now)) == news


def test_first_sight_is_no_news():
    assert of(update(1, price=80, available=True)) == []


def test_what_was_taken_off_sale_keeps_the_price_and_the_stock_it_was_sold_at():
    hidden = update(2, price=50, available=True, published=False)
    assert of(update(1, price=100, available=False), hidden, update(3, price=80, available=True)) == [
        ("price_dropped", "u3.price_dropped"), ("back_in_stock", "u3.back_in_stock"),
    ]  # fmt: skip


def test_a_drop_is_of_the_variant_that_became_cheapest():
    one = update(1, variants=[variant("s", 200), variant("m", 100)])
    two = update(2, variants=[variant("s", 150), variant("m", 49.5)], url="https://x.example/p", currency="DKK")
    [event] = after(one, two)[1]
    assert event.properties == {
        "product_id": "lamp", "name": "Storm lantern", "url": "https://x.example/p", "currency": "DKK", "variant_id": "m",
        "variant": "the m", "price": 49.5, "old_price": 100, "percent": 50,
    }  # fmt: skip
    assert (event.time, event.received, event.customer) == (two.time, two.received, None)


@pytest.mark.parametrize(
    ("old", "price", "percent"), [(100, 90, 10), (100, 90.01, 9), (495, 396, 20), (29.99, 26.99, 10), (100, 0, 100), (100, 99.99, 0)]
)  # fmt: skip
def test_percent_are_never_more_than_it_is(old, price, percent):
    [event] = after(update(1, price=old), update(2, price=price))[1]
    assert event.properties["percent"] == percent


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"available": True}, {"date": "2026-03-19"}),
        ({"available": True, "date": "2026-03-20", "quantity": 7}, {"date": "2026-03-20", "quantity": 7}),
        ({"variants": [variant("s", available=True, quantity=3), variant("m", available=False, quantity=9)]}, {"date": "2026-03-19", "quantity": 3}),
        ({"variants": [variant("s", available=True, quantity=3), variant("m", available=True)]}, {"date": "2026-03-19"}),
    ],
)  # fmt: skip
def test_what_is_back_says_how_many_and_since_when(now, said):
    [event] = after(update(1, available=False), update(2, **now))[1]
    assert event.properties == {"product_id": "lamp", "name": "Storm lantern", **said}


def test_an_update_that_is_heard_again_tells_the_same_whatever_came_since():
    one, two, three = update(1, price=100), update(2, price=80), update(3, price=80)
    known, news = after(one, two, three)
    again, told = hear(known, two)
    assert (again, list(told)) == (None, news)


def test_a_late_update_is_no_news_and_changes_nothing():
    known, _ = after(update(1, price=100), update(3, price=100))
    assert hear(known, update(2, price=80)) == (None, ())


def test_so_many_updates_are_remembered():
    known, _ = after(*(update(n, price=n) for n in range(50)))
    assert len(known.told) == REMEMBERED
    assert known.prices == {"": 49}


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), max_size=12), st.randoms())
def test_each_update_is_one_piece_of_news_however_often_and_in_which_order_it_comes(said, chance):
    updates = {n: update(n, price=price * 10) for n, price in said}
    heard = [updates[n] for n, _ in said] * 2
    chance.shuffle(heard)
    known, news = after(*heard)
    by_id: dict[str, Event] = {}
    for event in news:
        assert by_id.setdefault(event.id, event) == event
    if updates:
        newest = updates[max(updates)]
        assert (known.time, known.prices) == (newest.time, {"": newest.properties["price"]})


def test_in_any_order_the_last_one_is_known():
    three = [update(n, price=n * 10, available=bool(n % 2)) for n in (1, 2, 3)]
    ends = {(after(*order)[0].time, after(*order)[0].stock) for order in permutations(three)}
    assert ends == {(three[2].time, True)}


@pytest.mark.parametrize(
    ("event", "id"),
    [
        (update(), "lamp"),
        (replace(update(), type="product.viewed"), ""),
        (replace(update(), customer=Ref(id="ada")), ""),
        (update(product_id=7), ""),
        (update(product_id=None), ""),
    ],
)
def test_which_events_are_updates(event, id):
    assert id_of(event) == id


def test_what_is_known_is_small():
    known, _ = after(update(1, price=100, available=True), update(2, price=80, available=True))
    assert isinstance(known, Known)
    assert list(known.told.values()) == [{}, {"dropped": ["", 100, 80]}]
