"""Whose a device is: when that is news, and who inherits what was known of it."""

from dataclasses import asdict

import pytest

from kairos.domain.decide import decide
from kairos.domain.effects import PutTombstone
from kairos.domain.events import Event, Ref
from kairos.domain.merge import news, tombstone
from kairos.domain.state import Customer, Profile, State
from tests.unit.domain.shop import T0, catalog

SERIES = catalog()

NEWS = [
    ("a device nobody had", "", "anna", T0, True),
    ("theirs already", "anna", "anna", T0 + 1, False),
    ("somebody else's, said later", "bob", "anna", T0 + 1, True),
    ("somebody else's, said earlier", "bob", "anna", T0 - 1, False),
    ("of one instant the later name", "bob", "carl", T0, True),
    ("of one instant not the earlier", "bob", "anna", T0, False),
]


@pytest.mark.parametrize(("moved", "who", "time", "new"), [row[1:] for row in NEWS], ids=[row[0] for row in NEWS])
def test_that_a_device_is_somebodys_is_news(moved: str, who: str, time: int, new: bool) -> None:
    device = Customer("anonymous:d", State(version=3, moved=moved, newest=T0 if moved else 0))
    heard = Event("i", "identify", time, time, "shop", Ref(who, "d"))
    assert [one.id for one in news({"anonymous:d": device}, who, heard)] == ["anonymous:d"] * new
    assert asdict(heard.customer or Ref())["anonymous_id"] == "d"


@pytest.mark.parametrize(("moved", "heir"), [("", "anna"), ("bob", "bob")], ids=["nobody's yet", "somebody's before"])
def test_who_it_is_first_inherits_and_a_later_one_is_followed_alone(moved: str, heir: str) -> None:
    gone = Customer(
        "anonymous:d", State(version=3, guard=4, moved=moved, heir=moved, born=1, newest=T0 - 5, points=2.0), Profile()
    )
    anna = Customer("anna", State(version=1, born=1), Profile())
    decision = decide(anna, Event("i", "identify", T0, T0, "shop", Ref("anna", "d")), SERIES, T0, (gone,))
    (put,) = (effect for effect in decision.effects if isinstance(effect, PutTombstone))
    assert (put.device, put.seen, put.guard, put.moved, put.heir, put.time) == ("anonymous:d", 3, 5, "anna", heir, T0)
    assert (put.inherits, decision.customer.state.points) == ((False, 0.0) if moved else (True, 2.0))
    left = tombstone(put).state
    assert (left.version, left.guard, left.moved, left.heir, left.newest) == (4, 5, "anna", heir, T0)
