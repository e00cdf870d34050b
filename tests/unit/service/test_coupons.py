"""A message with a code: the shop is told before it is sent, an empty pool makes it wait; a code handed in is told whose it was."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from kairos.domain.events import Event, Json
from kairos.domain.sources import canonical
from kairos.service.ports import QueueRefused, Unavailable
from kairos.service.redeem import Redeem
from tests.unit.domain.shop import DAY, HOUR, campaign, catalog, event, joined, on, send, started
from tests.unit.service.workers import Workers

COUPON = {"id": "coupon-1", "do": "coupon", "name": "comeback", "percent": 15, "valid": HOUR}
WAIT = {"id": "wait-1", "do": "wait", "for": HOUR // 4}
OFFER = campaign(started("signup"), COUPON, send("offer"), WAIT, send("last"), expires=HOUR)
PUBLISHED = {"publish": ["coupon.issued"]}


def heard(policy: Any = None, **worlds: Any) -> Workers:
    workers = Workers(catalog(policy if policy is not None else PUBLISHED, offer=OFFER))
    for name, value in worlds.items():
        setattr(workers.codes, name, value)
    return workers.hear(joined(), event("signup"))


def told(workers: Workers) -> list[Json]:
    return [detail for type, detail in workers.world.emitted if type == "coupon.issued"]


def test_the_shop_hears_of_a_code_once_however_often_it_is_shown() -> None:
    workers = heard().minutes(20)
    assert len(workers.world.accepted) == 2
    (issued,) = told(workers)
    assert (issued["code"], issued["name"], issued["percent"], issued["step"]) == (
        "CODE-1",
        "comeback",
        15,
        "send.offer",
    )
    assert issued["customer"] == {"id": "anna"}


def test_nobody_is_told_of_codes_where_the_policy_publishes_none() -> None:
    workers = heard({})
    assert (len(workers.world.accepted), told(workers)) == (1, [])


def test_what_the_shop_cannot_be_told_of_is_not_sent_yet() -> None:
    workers = Workers(catalog(PUBLISHED, offer=OFFER))
    put, broken = workers.queues.put_events, [True]

    def refuses(bodies: Any) -> None:
        if broken and any(body.get("event", {}).get("type") == "coupon.issued" for body in bodies):
            broken.pop()
            raise QueueRefused([0])
        put(bodies)

    vars(workers.queues)["put_events"] = refuses
    workers.hear(joined(), event("signup"))
    assert (workers.world.accepted, workers.statuses()[0]) == ([], "pending")
    workers.minutes(2)
    assert (len(workers.world.accepted), len(told(workers))) == (1, 1)


def test_an_empty_pool_makes_a_message_wait_until_it_is_filled() -> None:
    workers = Workers(catalog(PUBLISHED, offer=campaign(started("signup"), COUPON, send("offer"), expires=HOUR)))
    workers.codes.left = 0
    workers.hear(joined(), event("signup")).minutes(31)
    assert workers.records().count(("deferred", "no_coupon")) == 1  # it waits on, and says so once
    assert workers.tally.drain()[0]["CouponPoolEmpty", ""] == 3
    workers.codes.left = 1
    workers.minutes(15)
    assert len(workers.world.accepted) == 1
    assert workers.records()[-1] == ("sent", "sent")


def test_a_message_that_gets_no_code_in_time_is_refused() -> None:
    workers = heard(left=0).minutes(60)
    assert workers.world.accepted == []
    assert ("refused", "no_coupon") in workers.records()


class _Shown:
    def __init__(self, fails: bool = False) -> None:
        self.asked: list[Collection[str]] = []
        self.fails = fails

    def shown_by(self, codes: Collection[str]) -> Mapping[str, Json]:
        self.asked.append(codes)
        if self.fails:
            raise Unavailable("throttled")
        return {code: {"campaign": "offer", "message_id": "m1"} for code in codes if code == "OURS"}


ORDERS = campaign(started("order.placed"), COUPON)


@pytest.mark.parametrize(
    ("definition", "type", "properties", "asked", "redeemed"),
    [
        (ORDERS, "order.placed", {"coupon": "ours"}, 1, True),
        (ORDERS, "order.placed", {"coupons": ["theirs", "ours"]}, 1, True),
        (ORDERS, "order.placed", {"coupon": "theirs"}, 1, False),
        (ORDERS, "order.placed", {}, 0, False),
        (ORDERS, "cart.updated", {"coupon": "ours"}, 0, False),  # nobody listens
        (ORDERS, "coupon.redeemed", {"code": "ours"}, 1, True),  # whoever listens
        (campaign(started("order.placed")), "order.placed", {"coupon": "ours"}, 0, False),  # nobody hands out codes
    ],
)  # fmt: skip
def test_a_code_is_looked_up_where_somebody_would_want_to_know(
    definition: Any, type: str, properties: Any, asked: int, redeemed: bool
) -> None:
    store = _Shown()
    said = event(type, **properties)
    ((item, found),), lost = Redeem(store, catalog(one=definition))([("1", said)])
    assert isinstance(found, Event)
    assert (len(store.asked), lost, item) == (asked, set(), "1")
    assert found.properties.get("redeemed") == ({"campaign": "offer", "message_id": "m1"} if redeemed else None)


def test_codes_of_a_batch_are_asked_for_at_once_and_what_cannot_be_asked_comes_again() -> None:
    batch = [
        ("1", event("order.placed", coupon="ours")),
        ("2", event("order.placed", coupon="theirs")),
        ("3", event("signup")),
    ]
    store = _Shown()
    Redeem(store, catalog(one=ORDERS))(batch)
    assert store.asked == [{"OURS", "THEIRS"}]
    understood, lost = Redeem(_Shown(fails=True), catalog(one=ORDERS))(batch)
    assert ([item for item, _ in understood], lost) == (["3"], {"1", "2"})


def test_a_goal_may_be_the_code_itself() -> None:
    """What a message showed and somebody handed in is its success, whenever they were told of it."""
    goal = {
        "on": on("order.placed", match={"properties": {"redeemed": {"campaign": ["offer"]}}}),
        "within": 30 * DAY,
        "value": None,
    }
    workers = Workers(catalog({}, offer=OFFER | {"goal": goal}))
    workers.evaluate._redeem = Redeem(_Shown(), catalog({}, offer=OFFER | {"goal": goal}))
    workers.hear(joined(), event("signup"))
    workers.hear(event("order.placed", joined().time + 2 * DAY, id="o1", coupon="theirs"))
    assert ("goal", "") not in workers.records()
    workers.hear(event("order.placed", joined().time + 2 * DAY, id="o2", coupon="ours"))
    assert ("goal", "") in workers.records()
    (line,) = [line["event"] for line in workers.world.lines if line.get("event", {}).get("id") == "o2"]
    assert canonical.from_dict(line).properties["redeemed"]["message_id"] == "m1"
