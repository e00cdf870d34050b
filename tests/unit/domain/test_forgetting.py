"""What the close of a turn forgets: a table of what stands in the state, and whether it still does behind it."""

from typing import Any

import pytest

from kairos.domain import timers
from kairos.domain.definitions import Catalog
from kairos.domain.journey import Goal, Placed, Recent
from kairos.domain.lasts import LATE
from kairos.domain.state import Customer, State
from kairos.domain.turn import Turn
from tests.unit.domain.shop import DAY, HOUR, T0, campaign, catalog, send, started

HELLO = campaign(started("x"))
LAPSED = campaign({"kind": "inactivity", "of": ["x"], "for": 60 * DAY}, send())
WINBACK = {"cooldown_groups": {"winback": {"campaigns": ["hello", "back"], "for": 5 * DAY}}}
SHOP = catalog(hello=HELLO, back=LAPSED)
COOL = catalog(hello=HELLO | {"cooldown": 3 * DAY})
TOGETHER = catalog(WINBACK, hello=HELLO | {"cooldown": 3 * DAY}, back=LAPSED)


def entered(ago: int, *, ended: bool = True, name: str = "hello") -> dict[str, Any]:
    return {"recents": {name: [Recent("k", T0 - ago, ended=ended)]}}


def hoped(ago: int) -> dict[str, Any]:
    return {"goals": [Goal("hello", "k", T0 - 9 * DAY, T0 - ago, "t")]}


def placed(left: int, name: str = "hello") -> dict[str, Any]:
    return {"placed": [Placed(name, "k", "s", "home", "hero", T0 - DAY, T0 + left, "t")]}


def coupon(left: int) -> dict[str, Any]:
    return {"coupons": {"c": {"id": "i", "since": T0 - DAY, "valid": DAY + left}}}


NOTHING: dict[str, Any] = {"recents": {}, "goals": [], "placed": [], "coupons": {}, "lapses": {}, "watched": {}}
EMPTIED: dict[str, Any] = {"recents": {"hello": []}}

TABLE: list[tuple[str, Catalog, dict[str, Any], dict[str, Any] | None]] = [
    ("an entry that has ended, as long as its cooldown", COOL, entered(3 * DAY - 1), None),
    ("and no moment longer", COOL, entered(3 * DAY), EMPTIED),
    ("or as long as the cooldown of its group", TOGETHER, entered(5 * DAY - 1), None),
    ("and no longer than that", TOGETHER, entered(5 * DAY), EMPTIED),
    ("a day where nothing cools down", SHOP, entered(DAY - 1), None),
    ("no longer than a day then", SHOP, entered(DAY), EMPTIED),
    ("an entry under way, however long ago", SHOP, entered(30 * DAY, ended=False), None),
    ("no entry of a campaign that is gone", SHOP, entered(HOUR, name="gone"), {"recents": {}}),
    ("a goal, as long as what reached it may come late", SHOP, hoped(LATE - 1), None),
    ("and no longer", SHOP, hoped(LATE), {"goals": []}),
    ("content that waits in its slot", SHOP, placed(1), None),
    ("but not behind its time", SHOP, placed(0), {"placed": []}),
    ("nor of a campaign that is gone", SHOP, placed(HOUR, "gone"), {"placed": []}),
    ("a coupon, as long as it is good", SHOP, coupon(1), None),
    ("and no longer", SHOP, coupon(0), {"coupons": {}}),
    ("behind which sign of life a lapse fired", SHOP, {"lapses": {"back": T0 - 90 * DAY}}, None),
    ("but not of a campaign that is about no lapse any more", SHOP, {"lapses": {"hello": T0 - 90 * DAY}}, {"lapses": {}}),
    ("nothing that is watched no longer", SHOP, {"watched": {"gone": ("1", 0)}}, {"watched": {}}),
]  # fmt: skip


@pytest.mark.parametrize(("definitions", "before", "after"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_close_of_a_turn_remembers(
    definitions: Catalog, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    turn = Turn(Customer("anna", State(version=1, born=T0 - 99 * DAY, **before)), definitions, T0, "x")
    timers.close(turn, woken=False)
    left = {name: getattr(turn.state, name) for name in NOTHING}
    assert left == NOTHING | (before if after is None else after)
