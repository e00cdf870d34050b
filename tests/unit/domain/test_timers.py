"""What a customer waits for, and what is remembered of sends: in a turn's close, and when moments come."""

from typing import Any

import pytest

from kairos.domain import timers
from kairos.domain.forgetting import SENDS
from kairos.domain.journey import Armed, Sent
from kairos.domain.state import Customer, State
from kairos.domain.turn import Turn
from tests.unit.domain.shop import CART, DAY, HOUR, MINUTE, T0, Life, campaign, catalog, event, joined, send

WEEKLY = [{"at_most": 5, "per": 7 * DAY}, {"at_most": 1, "per": DAY}]


def sent(time: int, topic: str = "offers") -> Sent:
    return Sent(time, f"{topic}{time}", "email", topic, "c")


def kept(sends: list[Sent], caps: Any = ()) -> list[Sent]:
    turn = Turn(Customer("anna", State(version=1, sends=sends)), catalog({"frequency_caps": list(caps)}), T0, "x")
    timers.close(turn, woken=False)
    return turn.state.sends


PLACES = [
    ("a marketing message for as long as the longest cap", sent(T0 - 7 * DAY + 1), WEEKLY, True),
    ("and no moment longer", sent(T0 - 7 * DAY), WEEKLY, False),
    ("a day without any cap", sent(T0 - DAY + 1), [], True),
    ("no longer than a day without any cap", sent(T0 - DAY), [], False),
    ("a transactional one a day, to be found if it is refused", sent(T0 - DAY + 1, "service"), WEEKLY, True),
    ("and no longer, whatever the caps", sent(T0 - DAY, "service"), WEEKLY, False),
    ("one of this very moment", sent(T0, "service"), [], True),
]


@pytest.mark.parametrize(("one", "caps", "stays"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_of_sends_is_remembered(one: Sent, caps: Any, stays: bool) -> None:
    assert kept([one], caps) == [one] * stays


def test_of_very_many_sends_the_newest_that_count_are_remembered_before_any_that_do_not():
    counted = [sent(T0 - 10_000 + n) for n in range(SENDS + 2)]
    assert kept([*counted, sent(T0, "service")]) == counted[2:]


def test_what_room_they_leave_the_newest_others_take_by_their_time():
    counted = [sent(T0 - 10_000 + 2 * n) for n in range(SENDS - 2)]
    others = [sent(T0 - 9_999, "service"), sent(T0 - 9_997, "service"), sent(T0 - 9_995, "service")]
    left = kept([*others, *counted])
    assert left == sorted([*counted, *others[1:]], key=lambda one: one.time) and len(left) == SENDS


def test_an_absence_of_a_campaign_that_is_gone_keeps_no_other_from_firing():
    carts: dict[str, Any] = {"cart_id": "c1", "total": 9}
    life = Life(catalog(cart=CART)).hear(joined()).hear(event("cart.updated", T0, **carts))
    armed = life.customer.state.armed
    life.customer.state.armed = {"gone": {"v": Armed(T0 - DAY, T0 - DAY, "x")}} | armed
    life.wake(T0 + HOUR)
    assert life.sent == ["cart/reminder"]
    assert "gone" not in life.customer.state.armed


LATELY = {
    "segments": {"lately": {"did": {"event": ["y"], "match": None, "within": 3 * DAY, "at_least": 1, "at_most": None}}}
}


def test_what_passing_time_alone_changes_is_seen_at_its_moment():
    leaving = campaign({"kind": "segment", "segment": "lately", "on": "leaves"}, send())
    life = Life(catalog(LATELY, hello=leaving)).hear(joined()).hear(event("y", T0))
    assert life.customer.state.due == T0 + 3 * DAY
    life.until(T0 + 3 * DAY - 1)
    assert life.sent == []
    life.until(T0 + 3 * DAY + MINUTE)
    assert life.sent == ["hello/hello"]
    assert life.customer.state.newest == T0 + 3 * DAY


GRADES = {
    "segments": {"good": {"grade": ["gold"]}},
    "grades": [{"grade": "gold", "when": {"score": {"at_least": 10, "at_most": None}}}],
}


def test_points_of_a_step_bring_somebody_into_a_segment_by_their_grade():
    entering = campaign({"kind": "segment", "segment": "good", "on": "enters"}, send())
    scores = campaign(
        {"kind": "event", "on": {"event": ["x"], "match": None, "same": None}}, {"id": "s", "do": "score", "points": 10}
    )
    life = Life(catalog(GRADES, hello=entering, scores=scores)).hear(joined()).hear(event("x", T0))
    assert life.sent == ["hello/hello"]


def test_a_lapse_is_waited_for_from_the_last_sign_of_life_and_fires_once():
    lapsing = campaign({"kind": "inactivity", "of": ["page.viewed"], "for": 60 * DAY}, send())
    life = Life(catalog(back=lapsing)).hear(joined(T0 - DAY)).hear(event("page.viewed", T0))
    life.until(T0 + 60 * DAY - 1)
    assert life.sent == []
    life.until(T0 + 61 * DAY)
    assert (life.sent, life.customer.state.lapses) == (["back/hello"], {"back": T0})
    assert life.until(T0 + 300 * DAY).sent == ["back/hello"]


def test_definitions_by_which_somebody_lapses_at_another_time_are_another_plan():
    months = [
        catalog(back=campaign({"kind": "inactivity", "of": ["x"], "for": n * 30 * DAY}, send())) for n in (2, 2, 3)
    ]
    assert months[0].plan == months[1].plan != months[2].plan
