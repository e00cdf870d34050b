"""Carts left behind: one hour after the last update, unless an order of that cart is known."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.properties.lives import Told
from tests.unit.domain.shop import CART, DAY, HOUR, MINUTE, T0, Life, campaign, catalog, event, joined, on, send

FIRES = T0 + HOUR


def cart(time=T0, id="c1", total=10.0, **more):
    return event("cart.updated", time, total=total, cart_id=id, **more)


def order(time, **properties):
    return event("order.placed", time, **properties)


def reminders(*events, until=T0 + 12 * HOUR, definition=CART):
    life = Life(catalog(abandoned_cart=definition)).hear(joined())
    for one in events:
        life.hear(one, one.time)
    life.until(until)
    return [(m.key, m.since) for m in life.messages if m.step == "send.reminder"]


NO_EXIT = CART | {"exit": []}


@pytest.mark.parametrize(
    ("why", "events", "expected"),
    [
        ("left alone", [cart()], [("c1", T0)]),
        ("updated again", [cart(), cart(T0 + 30 * MINUTE)], [("c1", T0 + 30 * MINUTE)]),
        ("bought", [cart(), order(T0 + MINUTE, cart_id="c1")], []),
        ("bought at the same instant", [cart(), order(T0, cart_id="c1")], []),
        ("bought before, then updated", [order(T0 - 1, cart_id="c1"), cart()], [("c1", T0)]),
        ("an order without a cart: in doubt, silence", [cart(), order(T0 + MINUTE)], []),
        ("a cart without an id: any order", [event("cart.updated", T0, total=5), order(T0 + MINUTE, cart_id="c9")], []),
        ("an order of another cart", [cart(), order(T0 + MINUTE, cart_id="c2")], [("c1", T0)]),
        ("emptied", [cart(), cart(T0 + MINUTE, total=0)], []),
        ("emptied, filled again", [cart(), cart(T0 + 1, total=0), cart(T0 + 2)], [("c1", T0 + 2)]),
        ("another cart emptied", [cart(), cart(T0 + MINUTE, id="c2", total=0)], [("c1", T0)]),
        ("the order comes first, late", [order(T0 + MINUTE, cart_id="c1"), cart()], []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_cart_left_behind(why, events, expected):
    assert reminders(*events, definition=NO_EXIT) == expected


def test_it_is_due_an_hour_after_the_last_update():
    life = Life(catalog(abandoned_cart=CART)).hear(joined()).hear(cart()).hear(cart(T0 + 20 * MINUTE))
    assert life.customer.state.due == T0 + HOUR  # a lower bound: moving it costs more than one wake-up for nothing
    assert life.wake(T0 + HOUR).sent == []
    assert life.customer.state.due == T0 + 80 * MINUTE
    assert not life.wake(T0 + 80 * MINUTE - 1).messages
    assert life.wake(T0 + 80 * MINUTE).sent == ["abandoned-cart/reminder"]


def test_it_fires_once_and_the_next_update_arms_it_again_but_the_key_is_used_up():
    life = Life(catalog(abandoned_cart=CART | {"cooldown": None})).hear(joined()).hear(cart()).until(T0 + 30 * DAY)
    life.hear(cart(T0 + 30 * DAY), T0 + 30 * DAY).until(T0 + 40 * DAY)
    assert life.sent == ["abandoned-cart/reminder", "abandoned-cart/offer"] and life.reasons() == ["duplicate"]


def test_two_carts_within_the_cooldown_make_one_reminder():
    life = (
        Life(catalog(abandoned_cart=CART))
        .hear(joined())
        .hear(cart())
        .hear(cart(T0 + 2 * HOUR, id="c2"))
        .until(T0 + DAY)
    )
    assert life.reasons() == ["cooldown"]


def test_an_exit_ends_the_wait_for_the_offer():
    life = Life(catalog(abandoned_cart=CART)).hear(joined()).hear(cart()).until(T0 + 2 * HOUR)
    life.hear(order(T0 + 3 * HOUR, cart_id="c7")).until(T0 + 3 * DAY)
    assert life.sent == ["abandoned-cart/reminder"] and life.reasons("left") == ["exited"]


def test_a_wake_up_that_comes_a_day_late_sends_nothing_stale():
    life = Life(catalog(abandoned_cart=CART)).hear(joined()).hear(cart()).wake(T0 + DAY)
    assert not life.messages and life.reasons() == ["expired"]


def test_waking_early_twice_or_for_nothing_changes_nothing():
    life = Life(catalog(abandoned_cart=CART)).hear(joined()).hear(cart())
    before = life.customer.state.pack()
    assert life.wake(T0 + 1).wake(T0 + 1).customer.state.pack() == before
    life.wake(FIRES).wake(FIRES).wake(FIRES + 1)
    assert life.sent == ["abandoned-cart/reminder"]


def test_until_a_moment_of_the_event():
    absent = on("booking.attended", same="properties.booking")
    until = {"path": ["event", "properties", "starts_at"], "offset": {"days": 1}, "at": 10 * 3600}
    booked = campaign(
        {"kind": "inaction", "on": on("booking.created"), "absent": absent, "until": until}, send("missed")
    )
    life = Life(catalog(no_show=booked)).hear(joined())
    life.hear(event("booking.created", T0, booking="b", starts_at="2026-06-05T18:00:00Z")).hear(
        event("booking.created", T0 + 1, booking="c", starts_at="2026-06-05T18:00:00Z")
    )
    life.hear(event("booking.attended", T0 + 4 * DAY, booking="b")).until(T0 + 9 * DAY)
    assert [m.since for m in life.messages] == [T0 + 1]


def test_large_event_fields_wait_beside_the_state():
    items = [{"name": f"a rather long name of a product {n}", "price": n} for n in range(20)]
    definition = CART | {"event_paths": ["properties.items"]}
    life = Life(catalog(abandoned_cart=definition)).hear(joined())
    life.hear(event("cart.updated", T0, total=3, cart_id="c", items=items))
    (armed,) = life.customer.state.armed["abandoned-cart"].values()
    assert armed.snapshot and armed.event == {"properties": {"cart_id": "c"}}
    assert life.customer.state.snapshots() == {armed.snapshot} and len(life.customer.state.pack()) < 1024


def test_what_waits_beside_the_state_for_one_campaign_is_not_what_waits_for_another():
    """Nor is the same id with another body, or a cart that waits would be written to about another."""
    items = [{"name": f"a rather long name of a product {n}", "price": n} for n in range(20)]
    known = catalog(
        left=CART | {"event_paths": ["properties.items"]},
        later=CART | {"event_paths": ["properties.notes"], "trigger": CART["trigger"] | {"for": 2 * HOUR}},
    )
    life = Told(known).hear(joined())
    life.hear(event("cart.updated", T0, "e", total=3, cart_id="c", items=items, notes="long " * 60))
    life.hear(event("cart.updated", T0, "e", total=3, cart_id="d", items=items[:9], notes="none"))
    waiting = {
        (name, armed.event["properties"]["cart_id"]): life.snapshots[armed.snapshot].event["properties"]
        for name, values in life.customer.state.armed.items()
        for armed in values.values()
        if armed.snapshot
    }
    assert {of: sorted(put) for of, put in waiting.items()} == {
        ("left", "c"): ["cart_id", "items"], ("left", "d"): ["cart_id", "items"], ("later", "c"): ["cart_id", "notes"],
    }  # fmt: skip
    assert {(cart, put["cart_id"]) for (_, cart), put in waiting.items()} == {("c", "c"), ("d", "d")}


def test_large_fields_are_there_for_the_last_message_however_long_the_chain_waits():
    items = [{"name": f"a rather long name of a product {n}", "price": n} for n in range(20)]
    steps = [send("reminder"), {"id": "wait-1", "do": "wait", "for": 90 * DAY}, send("offer")]
    life = Told(catalog(left=CART | {"event_paths": ["properties.items"], "steps": steps})).hear(joined())
    life.hear(event("cart.updated", T0, total=3, cart_id="c", items=items)).until(T0 + 100 * DAY)
    ((_, entry),) = life.entries
    assert [m.template for m in life.messages] == ["reminder", "offer"] and entry.snapshot
    assert all(m.expires <= life.snapshots[entry.snapshot].expires for m in life.messages)


EVENTS = st.lists(
    st.tuples(st.sampled_from(["cart", "empty", "order", "any order"]), st.integers(0, 59), st.sampled_from(["c1", "c2"])),
    min_size=1, max_size=12, unique_by=lambda e: e[1],
)  # fmt: skip


@settings(deadline=None)
@given(EVENTS, st.randoms(use_true_random=False))
def test_any_order_and_repetition_before_the_wake_up_gives_the_same_reminders(story, shuffler: random.Random):
    events = []
    for kind, minute, id in story:
        time = T0 + minute * MINUTE
        properties = {"cart_id": id} if kind != "any order" else {}
        events.append(
            event("order.placed", time, received=FIRES - 1, **properties) if "order" in kind
            else event("cart.updated", time, received=FIRES - 1, total=0 if kind == "empty" else 5, **properties)
        )  # fmt: skip
    shuffled = events * 3
    shuffler.shuffle(shuffled)

    def play(heard):
        life = Life(catalog(abandoned_cart=CART | {"cooldown": None})).hear(joined())
        for one in heard:
            life.hear(one, FIRES - 1)
        life.until(T0 + 3 * HOUR)
        return sorted((m.key, m.since, m.step) for m in life.messages), life.reasons(), life.customer.state.pack()

    assert play(events) == play(shuffled)


@pytest.mark.parametrize(("wanted", "expected"), [("kite", [("c1", T0)]), ("boat", [])])
def test_the_audience_may_ask_for_what_lies_in_a_list_of_what_was_armed(wanted, expected):
    definition = CART | {"audience": {"event": {"properties": {"items": {"sku": [wanted]}}}}}
    items = [{"sku": "lamp"}, {"sku": "kite", "about": "x" * 900}]
    assert reminders(cart(items=items, about="y" * 900), definition=definition) == expected
