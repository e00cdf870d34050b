"""The form in which a state is stored: what is written is read again, as long as it is no newer than the reader."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain import form
from kairos.domain.identity import short_hash
from kairos.domain.journey import Armed, Goal, Placed, Recent, Run, Sent
from kairos.domain.state import Fact, NewerFormat, State
from tests.unit.domain.properties.lives import profile
from tests.unit.domain.shop import T0

OF_THE_ITEM = {"version", "guard", "writer", "catalog", "due", "moved", "heir", "profiled", "erased", "erasing", "raw"}
TIMES = st.one_of(st.integers(T0 - 10_000, T0), st.integers(-62_000_000_000_000, 253_000_000_000_000))
EVENTS = st.tuples(TIMES, st.integers(0, 40).map(lambda n: short_hash(str(n))))
WORTH = st.builds(lambda event, rest: (*event, *rest), EVENTS, st.sampled_from(((), (12.5,), (0.0, "EUR"), (300,))))
NAMES = st.sampled_from(("9nuiyEJv", "X43Z-G0Y", "A75uYIeM"))


def newest(events: st.SearchStrategy[Any], most: int = 12) -> st.SearchStrategy[list[Any]]:
    return st.lists(events, max_size=most, unique_by=lambda event: event[1]).map(
        lambda some: sorted(some, reverse=True)
    )


STATES = st.builds(
    State,
    born=TIMES, newest=TIMES,
    counts=st.dictionaries(NAMES, newest(EVENTS).filter(bool), max_size=3),
    lasts=st.dictionaries(
        NAMES, st.dictionaries(st.sampled_from(("*", "-", "lKcFyl8y")), newest(WORTH, 3).filter(bool), min_size=1), max_size=3
    ),
    seen=newest(st.builds(lambda event: (event[0] // 1000, event[1][:4]), EVENTS), 64),
    attributes=st.dictionaries(
        st.sampled_from(("tier", "timezone")),
        st.dictionaries(st.sampled_from(("backend", "declared")), st.sampled_from(("", "gold", 0, [1], {"a": None})), min_size=1),
    ),
    consents=st.dictionaries(st.sampled_from(("news/email", "offers/sms")), st.tuples(st.just("granted"), TIMES, TIMES)),
    addresses=st.dictionaries(
        st.sampled_from(("email", "push")), st.builds(Fact, st.sampled_from((None, "hoCi_dswViRsRtz9")), TIMES, TIMES)
    ),
    watched=st.dictionaries(NAMES, st.tuples(st.sampled_from((None, "", "0", "-1")), st.sampled_from((0, T0)))),
    tags=st.dictionaries(st.sampled_from(("vip", "driver")), st.tuples(st.booleans(), TIMES)),
    points=st.sampled_from((0, 7, -2.5)),
)  # fmt: skip


def read(raw: bytes) -> State:
    return State.unpack(raw, version=1, guard=0)


def kept(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in form.KEPT}


@profile(300)
@given(STATES)
def test_what_is_written_is_read_again(state: State) -> None:
    again = read(state.pack())
    assert kept(again) == kept(state)
    assert again.pack() == state.pack() == again.raw


FULL = State(
    born=T0, armed={"cart": {"a": Armed(T0, T0, "e", T0 - 5, {"n": 1}, "s", True), "": Armed(T0, T0 + 1, "f")}},
    runs=[Run("cart", "k", T0, T0, "e", "wait-1", T0, T0 + 1, True, "window", {"n": [1]}, {"name": "c"}, "a")],
    recents={"cart": [Recent("h", T0, 2, 1, True, True), Recent("i", T0)]}, sends=[Sent(T0, "m", "email", "offers", "cart")],
    goals=[Goal("cart", "k", T0, T0 + 5, "h", None, "b")], suppressed={"email": {"x": T0}}, observed={"timezone": (T0, T0)}, lapses={"lapsed": T0},
    placed=[Placed("vip", "k", "show.a", "banner", "a", T0, T0 + 5, "e", {"s": "v"}, "b")], dates={"birthday": ("", T0, "2026-06-01")},
    interests={"category": (1470, {"toys": 5, "home": 0})}, coupons={"c": {"id": "i", "since": T0}}, window=T0, forgotten=9, looked=T0,
    names="abcd", indexed="efgh",
)  # fmt: skip


def test_every_kind_of_record_is_read_again() -> None:
    assert kept(read(FULL.pack())) == kept(FULL)


def test_every_field_of_a_state_is_in_the_form_or_an_attribute_of_the_item() -> None:
    assert {f.name for f in fields(State)} == {*form.KEPT} | OF_THE_ITEM


def test_an_event_that_is_remembered_many_times_is_written_once() -> None:
    once = State(counts={"a": [(T0, short_hash("e"))]})
    often = State(counts={name: [(T0, short_hash("e"))] for name in "abcdef"}, seen=[(T0 // 1000, short_hash("e", 3))])
    assert len(often.pack()) - len(once.pack()) < 40


def test_what_newer_code_has_written_is_left_to_it() -> None:
    with pytest.raises(NewerFormat):
        read(bytes([form.FORMAT + 1]) + State().pack()[1:])
