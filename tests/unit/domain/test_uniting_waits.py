"""Two turn out to be one person while something waits for either: all of it comes, and as if it had waited for one."""

from dataclasses import replace

import pytest

from kairos.domain.decide import decide
from kairos.domain.definitions import Catalog
from kairos.domain.events import Ref
from tests.unit.domain.shop import DAY, HOUR, T0, Life, campaign, catalog, event, joined, on, send, started

IDENTIFIED = replace(event("identify", T0), customer=Ref("anna", "d"))


def lives(definitions: Catalog, mine: Life, theirs: Life, now: int = T0) -> Life:
    """What becomes of the customer whose device the other is."""
    theirs.customer = replace(theirs.customer, id="anonymous:d")
    mine.now = now
    return mine._commit(decide(mine.customer, IDENTIFIED, definitions, now, (theirs.customer,)))


def test_the_local_times_that_either_waits_for_come_each_once():
    everybody = {"kind": "schedule", "cron": "0 9,18 * * ? *", "at": None, "timezone": "customer"}
    known = catalog(daily=campaign(everybody, send("hello"), topic="service"))
    mine, theirs = (Life(known).hear(joined(timezone=zone)) for zone in ("Europe/Copenhagen", "America/New_York"))
    for life, *times in (
        (mine, "2026-06-02T09:00:00", "2026-06-02T18:00:00"),
        (theirs, "2026-06-01T18:00:00", "2026-06-02T09:00:00"),
    ):
        for there in times:
            life.occur("daily", there)
    keys = [message.key for message in lives(known, mine, theirs).until(T0 + 3 * DAY).messages]
    assert keys == ["2026-06-01T18:00:00", "2026-06-02T09:00:00", "2026-06-02T18:00:00"]


def test_of_two_windows_one_message_comes():
    known = catalog({"arbitration": {"keep": 1, "window": HOUR, "then": "drop", "after": HOUR}},
                    low=campaign(started("x"), priority=1), high=campaign(started("y"), priority=9))  # fmt: skip
    mine, theirs = (
        Life(known).hear(joined()).hear(event("x", T0 - HOUR // 2)),
        Life(known).hear(joined()).hear(event("y", T0 - 1)),
    )
    life = lives(known, mine, theirs).until(T0 + DAY)
    assert (life.sent, life.reasons()) == (["high/hello"], ["outranked"])


@pytest.mark.parametrize("bought", ["by me", "by them", "afterwards"])
def test_content_that_both_were_shown_reaches_its_goal_once(bought: str) -> None:
    goal = {"on": on("order.placed"), "within": 3 * DAY, "value": None}
    show = {"id": "show-1", "do": "show", "slot": None, "template": "a", "for": None}
    known = catalog(banner=campaign({"kind": "inbound", "slot": "home"}, show, goal=goal))
    mine = Life(known).hear(event("content.shown", T0 - 3 * HOUR, own=True, campaign="banner"))
    theirs = Life(known).hear(event("content.shown", T0 - 2 * HOUR, own=True, campaign="banner"))
    order = event("order.placed", T0 - HOUR)
    for life, who in ((mine, "by me"), (theirs, "by them")):
        if who == bought:
            life.hear(order)
    lives(known, mine, theirs).hear(order)
    assert [outcome for _, outcome, _ in (*mine.records, *theirs.records)] == ["goal"]
