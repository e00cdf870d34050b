"""The gates of entry: one table, the last column is the reason."""

import pytest

from kairos.domain.entering import GOALS, REMEMBERED, SIDE_BY_SIDE, UNDER_WAY
from tests.unit.domain.shop import (
    CART,
    DAY,
    HOUR,
    MINUTE,
    T0,
    Life,
    campaign,
    catalog,
    event,
    joined,
    on,
    send,
    started,
)

HELLO = campaign(started("page.viewed"))


def entered_and_refused(definition, *heard, policy=None):
    life = Life(catalog(policy, hello=definition)).hear(joined(country="DK"))
    for one, now in heard:
        life.hear(one, now)
    return [(outcome, reason) for _, outcome, reason in life.records if outcome in ("entered", "refused")]


def view(time=T0, now=None, **more):
    return event("page.viewed", time, **more), time if now is None else now


ONCE = [("entered", "")]


@pytest.mark.parametrize(
    ("why", "definition", "heard", "expected"),
    [
        ("a live campaign", HELLO, [view()], ONCE),
        ("another event", HELLO, [(event("order.placed"), T0)], []),
        ("a draft", HELLO | {"status": "draft"}, [view()], []),
        ("paused", HELLO | {"status": "paused"}, [view()], [("refused", "paused")]),
        ("just in time", HELLO, [view(now=T0 + DAY - 1)], ONCE),
        ("older than expires", HELLO, [view(now=T0 + DAY)], [("refused", "expired")]),
        (
            "not the audience",
            HELLO | {"audience": {"attributes": {"country": ["SE"]}}},
            [view()],
            [("refused", "not_in_audience")],
        ),
        ("the same event again", HELLO, [view(id="x"), view(id="x")], [*ONCE, ("refused", "duplicate")]),
        (
            "the same key, another event",
            HELLO | {"key": [{"ref": ["event", "properties", "cart"]}]},
            [view(cart="c"), view(T0 + 1, cart="c")],
            [*ONCE, ("refused", "duplicate")],
        ),
        (
            "another key",
            HELLO | {"key": [{"ref": ["event", "properties", "cart"]}]},
            [view(cart="c"), view(T0 + 1, cart="d")],
            ONCE * 2,
        ),
        (
            "a key with a part missing is the event",
            HELLO | {"key": ["a", {"ref": ["event", "nothing"]}]},
            [view(), view(T0 + 1)],
            ONCE * 2,
        ),
        (
            "within the cooldown",
            HELLO | {"cooldown": DAY},
            [view(), view(T0 + DAY - 1)],
            [*ONCE, ("refused", "cooldown")],
        ),
        ("at exactly the cooldown", HELLO | {"cooldown": DAY}, [view(), view(T0 + DAY)], ONCE * 2),
        (
            "under way",
            HELLO | {"steps": [{"id": "wait-1", "do": "wait", "for": DAY}]},
            [view(), view(T0 + 1)],
            [*ONCE, ("refused", "in_campaign")],
        ),
        (
            "ten keys under way",
            HELLO
            | {"key": [{"ref": ["event", "properties", "n"]}], "steps": [{"id": "wait-1", "do": "wait", "for": DAY}]},
            [view(T0 + n, n=n) for n in range(11)],
            [*ONCE * 10, ("refused", "in_campaign")],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_first_gate_that_refuses_is_the_reason(why, definition, heard, expected):
    assert entered_and_refused(definition, *heard) == expected


def test_a_group_of_campaigns_cools_down_together():
    policy = {"cooldown_groups": {"winback": {"campaigns": ["a", "b"], "for": 2 * DAY}}}
    life = Life(catalog(policy, a=campaign(started("x")), b=campaign(started("y")))).hear(joined())
    life.hear(event("x")).hear(event("y", T0 + DAY)).hear(event("y", T0 + 2 * DAY))
    assert [r for r in life.records if r[1] != "left"] == [
        ("a", "entered", ""),
        ("b", "refused", "cooldown"),
        ("b", "entered", ""),
    ]


def test_a_cooldown_is_given_back_when_every_send_was_refused():
    life = Life(catalog(hello=HELLO | {"cooldown": 3 * DAY})).hear(joined(topics=()))
    life.hear(event("page.viewed")).hear(event("page.viewed", T0 + HOUR))
    assert life.reasons("entered") == ["", ""] and life.reasons() == ["no_consent", "no_consent"]


def test_held_out_customers_run_everything_and_get_nothing():
    life = Life(catalog(hello=HELLO | {"holdout": 1.0, "cooldown": DAY})).hear(joined())
    life.hear(event("page.viewed")).hear(event("page.viewed", T0 + HOUR))
    assert life.reasons("entered") == ["holdout"] and life.reasons() == ["holdout", "cooldown"] and not life.messages


ELEVEN = {
    "did": {
        "event": ["page.viewed"],
        "match": {"properties": {"category": ["toys"]}},
        "within": 7 * DAY,
        "at_least": 11,
    }
}
TOYS = campaign(started("page.viewed", match={"properties": {"category": ["toys"]}}), audience=ELEVEN, key=["toys"])


def test_toys_asks_at_the_eleventh_visit_in_seven_days_and_never_again():
    life = Life(catalog(toys=TOYS)).hear(joined(T0 - 30 * DAY))
    for n in range(14):
        life.hear(event("page.viewed", T0 + n * HOUR, category="toys")).hear(
            event("page.viewed", T0 + n * HOUR + 1, category="books")
        )
    assert life.reasons() == ["not_in_audience"] * 10 + ["duplicate"] * 3 and life.sent == ["toys/hello"]


def test_the_eleventh_visit_counts_only_within_its_window():
    life = Life(catalog(toys=TOYS)).hear(joined(T0 - 30 * DAY))
    for n in range(20):
        life.hear(event("page.viewed", T0 + n * 17 * HOUR, category="toys"))
    assert not life.messages  # the eleventh is 170 h after the first, the window 168


def test_what_was_not_counted_yet_is_unknown_until_it_settles_itself():
    definitions = catalog(toys=TOYS)
    life = Life(definitions.with_since(dict.fromkeys(definitions.keeps, T0)))
    life.hear(joined(T0 - 30 * DAY))
    for n in range(11):
        life.hear(event("page.viewed", T0 + n * MINUTE, category="toys"))
    assert life.reasons() == ["history_unknown"] * 10 and life.sent == ["toys/hello"]


def test_a_customer_new_since_counting_began_has_an_empty_history():
    definitions = catalog(toys=TOYS)
    life = Life(definitions.with_since(dict.fromkeys(definitions.keeps, T0))).hear(joined(T0 + 1))
    assert life.hear(event("page.viewed", T0 + 2, category="toys")).reasons() == ["not_in_audience"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": [{"tagged": ["no"]}, ELEVEN]}, "not_in_audience"),
        ({"all": [ELEVEN, {"attributes": {"country": ["DK"]}}]}, "history_unknown"),
        ({"any": [ELEVEN, {"attributes": {"country": ["DK"]}}]}, ""),
        ({"any": [ELEVEN, {"tagged": ["no"]}]}, "history_unknown"),
        ({"not": ELEVEN}, "history_unknown"),
    ],
)
def test_unknown_is_neither_yes_nor_no(condition, expected):
    definitions = catalog(hello=HELLO | {"audience": condition})
    life = Life(definitions.with_since(dict.fromkeys(definitions.keeps, T0))).hear(joined(T0 - DAY, country="DK"))
    life.hear(event("page.viewed", T0, category="toys"))
    assert (life.reasons() or [""])[0] == expected


def test_an_inaction_armed_before_an_exit_still_enters_and_its_send_says_exited():
    life = Life(catalog(abandoned_cart=CART)).hear(joined())
    life.hear(event("cart.updated", T0, total=9, cart_id="c1")).hear(event("order.placed", T0 + MINUTE, cart_id="c2"))
    life.until(T0 + DAY)
    assert life.reasons("entered") == [""] and life.reasons() == ["exited"] and not life.messages


def test_a_goal_is_reached_once_within_its_span():
    goal = {"on": on("order.placed"), "within": 3 * DAY, "value": "properties.total"}
    life = Life(catalog(hello=HELLO | {"goal": goal})).hear(joined()).hear(event("page.viewed"))
    life.hear(event("order.placed", T0 + 3 * DAY, total=25)).hear(
        event("order.placed", T0 + 3 * DAY, id="again", total=9)
    )
    assert life.reasons("goal") == [""]


def test_a_run_on_a_step_that_a_new_version_lacks_leaves():
    waiting = campaign(started("x"), {"id": "wait-1", "do": "wait", "for": DAY}, send())
    life = Life(catalog(hello=waiting)).hear(joined()).hear(event("x"))
    life.catalog = catalog(hello=campaign(started("x"), send()))
    life.until(T0 + 2 * DAY)
    assert life.reasons("left") == ["definition_changed"] and not life.messages


def test_a_hundred_entries_of_all_campaigns_together_run_at_a_time():
    waits = {"id": "wait-1", "do": "wait", "for": 2 * DAY}
    each = campaign(started("page.viewed"), waits, key=[{"ref": ["event", "id"]}])
    life = Life(catalog(**{f"c{n:02}": each for n in range(UNDER_WAY // SIDE_BY_SIDE + 1)})).hear(joined())
    for n in range(SIDE_BY_SIDE):
        life.hear(event("page.viewed", T0 + n, f"v-{n}"))
    assert len(life.customer.state.runs) == UNDER_WAY
    assert life.reasons() == ["in_campaign"] * SIDE_BY_SIDE
    life.until(T0 + 3 * DAY).hear(event("page.viewed", T0 + 4 * DAY, "again"))
    assert life.reasons() == ["in_campaign"] * SIDE_BY_SIDE, "there is room again"


def test_of_more_goals_than_are_hoped_for_at_a_time_the_newest_may_be_reached():
    goal = {"on": on("order.placed"), "within": 3 * DAY, "value": None}
    each = campaign(started("page.viewed"), goal=goal, key=[{"ref": ["event", "id"]}])
    life = Life(catalog(hello=each)).hear(joined())
    for n in range(GOALS + 1):
        life.hear(event("page.viewed", T0 + n, f"v-{n}"))
    life.hear(event("order.placed", T0 + HOUR))
    assert life.reasons("entered") == [""] * (GOALS + 1) and life.reasons("goal") == [""] * GOALS


def test_whoever_is_refused_everything_is_held_back_by_no_cooldown():
    each = campaign(started("page.viewed"), send("hello", "push"), key=[{"ref": ["event", "id"]}], cooldown=3 * DAY)
    life = Life(catalog(hello=each)).hear(joined())
    for n in range(2 * REMEMBERED):
        life.hear(event("page.viewed", T0 + n, f"v-{n}"))
    assert life.reasons("entered") == [""] * 2 * REMEMBERED and set(life.reasons()) == {"no_address"}
