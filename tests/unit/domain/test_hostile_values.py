"""Whatever an event or an attribute holds, a decision is taken: at worst it is a refusal with a reason."""

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.domain.shop import CART, DAY, HOUR, T0, Life, campaign, catalog, event, joined, on, send, started

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["2026-06-03", "9999-12-31", "0001-01-01", "2026-13-45", "24:00", "Europe/Copenhagen", "1e999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip

BIRTHDAY = campaign({"kind": "date", "date": {"path": ["attributes", "day"], "at": 9 * 3600}, "yearly": True})
EXPIRY = campaign({"kind": "date", "date": {"path": ["attributes", "day"], "offset": {"days": -30}}, "yearly": False})
CHAIN = campaign(
    started("x"),
    {"id": "wait-1", "do": "wait", "until": {"path": ["event", "properties", "value"], "offset": {"days": 1}}},
    {"id": "wait-2", "do": "wait", "on": on("y", same="properties.value"), "timeout": DAY, "else": [send("late")]},
    {"id": "set-1", "do": "set", "values": {"level": {"ref": ["event", "properties", "value"]}}},
    {"id": "emit-1", "do": "emit", "type": "out", "detail": {"v": {"parts": ["a", {"ref": ["event", "properties", "value"]}]}}},
    key=[{"ref": ["event", "properties", "value"]}],
    exit=[on("order.placed", same="properties.value")],
    goal={"on": on("order.placed"), "within": DAY, "value": "properties.value"},
    audience={"not": {"attributes": {"day": [{"ref": ["event", "properties", "value"]}]}}},
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, JSON, JSON)
def test_any_value_anywhere_is_digested(value: Any, day: Any, zone: Any) -> None:
    life = Life(catalog(cart=CART, birthday=BIRTHDAY, expiry=EXPIRY, chain=CHAIN))
    life.hear(joined(day=day, timezone=zone))
    for type in ("x", "y", "cart.updated", "order.placed"):
        life.hear(event(type, T0, value=value, total=value, cart_id=value))
    for hours in (1, 30, 72):
        life.wake(T0 + hours * HOUR)
    assert life.customer.state.due is None or life.customer.state.due > T0 + 72 * HOUR


def test_an_amount_that_is_no_number_counts_as_nothing() -> None:
    for worth in (math.nan, "nan", "1e400", "much", "", True, [1]):
        life = Life(
            catalog(hello=campaign(started("x"), goal={"on": on("buy"), "within": DAY, "value": "properties.value"}))
        )
        decision = life.hear(joined()).hear(event("x"))._decide(event("buy", T0 + 1, value=worth))
        assert [r.value for r in decision.records if r.outcome == "goal"] == [0.0]


def test_an_outranked_send_put_off_by_nothing_waits_a_minute() -> None:
    policy = {"arbitration": {"keep": 0, "window": 0, "then": "requeue", "after": 0}}
    life = Life(catalog(policy, hello=campaign(started("x"), expires=HOUR))).hear(joined()).hear(event("x"))
    assert life.customer.state.due == T0 + 60_000
