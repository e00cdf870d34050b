"""Many workers on one customer, one customer among many, and a customer who has as much of everything as there may be."""

import json
from typing import Any, Final

import pytest

from kairos.domain.definitions import Catalog
from kairos.domain.effects import PutMessage
from kairos.domain.interest import strength
from kairos.domain.sources import canonical
from kairos.service.metrics import Tally
from kairos.service.ports import Item
from tests.faults.shop import Shop, cart, counted, event
from tests.simulation.doors import Doors
from tests.simulation.history import History
from tests.simulation.run import quietly
from tests.simulation.scheduler import Scheduler
from tests.simulation.weather import CALM
from tests.simulation.world import World
from tests.unit.domain import shop as definitions
from tests.unit.domain.shop import DAY, MINUTE, T0

WORKERS: Final = 50


def race(seed: int) -> tuple[World, Catalog, int]:
    """Fifty sandboxes read one customer before any of them writes; which of them then moves is drawn from the seed."""
    quietly()
    letter = definitions.campaign(definitions.started("letter"), definitions.send("hello"))
    receipt = definitions.campaign(
        definitions.started("order"), definitions.send("receipt", topic="service"), topic="service",
        key=[{"ref": ["event", "properties", "order"]}],
    )  # fmt: skip
    interest = {"category": {"path": "properties.category", "half_life": DAY, "events": {"letter": 1}}}
    policy = {"frequency_caps": [{"at_most": 3, "per": 7 * DAY}], "interest": interest}
    catalog = definitions.catalog(policy, letter=letter, receipt=receipt)
    scheduler = Scheduler(f"fifty {seed}", CALM, T0)
    world = World(scheduler)
    ids = iter(range(1_000_000))
    tallies: list[Tally] = []

    def worker(number: int, receipts: int, bodies: list[str]) -> None:
        def work() -> list[str]:
            doors = Doors(world.clients(), catalog, scheduler.clock, lambda: f"id-{next(ids)}")
            tallies.append(doors._tally)
            return doors.evaluate().batch([Item(str(n), body, receipts) for n, body in enumerate(bodies)])

        def over(failed: Any, error: BaseException | None) -> None:
            if error or failed:  # as the queue would: again, later
                again = bodies if error else [bodies[int(n)] for n in failed]
                scheduler.at(scheduler.now + 6 * MINUTE, lambda: worker(number, receipts + 1, again))

        scheduler.begin(f"evaluate {number}", work, over, lasts=DAY, commits=world.commits)

    worker(-1, 1, [_body(definitions.joined(topics=("offers", "service")))])
    _play(scheduler)
    for number in range(WORKERS):
        mine = definitions.event("letter", T0, f"letter-{number}", category="toys")
        shared = definitions.event("order", T0, f"order-{number // 5}", order=str(number // 5))
        worker(number, 1, [_body(mine), _body(shared)])
    _play(scheduler)
    return world, catalog, sum(tally.counts["Conflicts", ""] for tally in tallies)


def _play(scheduler: Scheduler) -> None:
    while moments := scheduler.moments:
        if awake := scheduler.awake:
            scheduler.move(awake)
        else:
            scheduler.now = max(scheduler.now, min(moments))
        scheduler.do_next()


def _body(told: Any) -> str:
    return json.dumps({"kairos": "event", "event": canonical.to_dict(told)})


@pytest.mark.parametrize("seed", range(3))
def test_fifty_workers_on_one_customer_keep_caps_and_counts_exactly(seed: int) -> None:
    """Fifty letters wanted and three a week allowed; ten orders, each told by five of them."""
    world, catalog, conflicts = race(seed)
    archived = world.archived()
    put: list[PutMessage] = [moves[0].message.put for moves in History(world.store).messages.values()]
    assert counted(one.campaign for one in put) == {"letter": 3, "receipt": 10}
    records = [line["record"] for line in archived if "record" in line]
    told = counted(f"{r['campaign']} {r['outcome']} {r['reason']}".strip() for r in records if r["outcome"] != "left")
    assert told == {
        "letter entered": 50, "letter refused frequency_cap": 47, "receipt entered": 10, "receipt refused duplicate": 40
    }  # fmt: skip
    interests = History(world.store).customers["anna"].interests
    assert round(strength(interests, catalog.policy.interests["category"], "toys", T0), 1) == 50
    ids = {f"letter-{n}" for n in range(WORKERS)} | {f"order-{n}" for n in range(10)}
    assert ids <= {line["event"]["id"] for line in archived if "event" in line}
    assert (world.aside, conflicts > WORKERS) == ("", True), "they did get in each other's way"


HOT: Final = 10_000


def test_one_hot_customer_with_ten_thousand_events_among_others_keeps_nobody_waiting(shop: Shop) -> None:
    """A kiosk: everything it tells is counted, its state stays small, and it costs a write a batch, not one an event."""
    shop.know("kiosk")
    before, others = _writes(shop), [shop.know(f"guest{n}") for n in range(20)]
    known = _writes(shop) - before
    for part, who in enumerate(others):
        noise = [event("page.viewed", "kiosk", f"k-{part}-{n}") for n in range(HOT // len(others))]
        middle = len(noise) // 2
        shop.hear(*noise[:middle], event("signup", who, f"{who}-1"), *noise[middle:])
        assert shop.sent(who) == ["welcome send.mail email"]
    assert shop.sent("kiosk") == ["often send.mail email"]
    told = counted(shop.decided("kiosk"))
    assert told == {
        "often entered": 1, "often sent": 1, "often refused not_in_audience": 9, "often refused duplicate": HOT - 10
    }  # fmt: skip
    [state] = [item for item in shop.items() if (item["pk"]["S"], item["sk"]["S"]) == ("C#kiosk", "S")]
    assert len(state["body"]["B"]) < 1024
    assert _writes(shop) - before - known < HOT / 50


def _writes(shop: Shop) -> float:
    """Of the table, however many units each."""
    asked = shop.stack.costs()["requests"]["dynamodb"]
    return float(sum(asked.get(name, 0) for name in ("PutItem", "TransactWriteItems", "UpdateItem")))


def test_more_consequences_in_one_batch_than_a_transaction_holds_go_into_several_commits(shop: Shop) -> None:
    """Sixty entries and as many messages; all of these events were once put aside as those of a hot customer."""
    shop.know("burst")
    shop.hear(*(event("told", "burst", f"b-{n}") for n in range(60)))
    assert counted(shop.decided("burst")) == {"told entered": 60}
    assert counted(status for status, _ in shop.messages("burst")) == {"sent": 60}


def test_a_customer_who_has_as_much_as_there_may_be_is_still_served(shop: Shop) -> None:
    """Ten carts run side by side, the eleventh is refused; the profile grows up to its bound and says so; an order ends all."""
    shop.know("max")
    shop.hear(*(cart("max", f"max-{n}", f"c{n}") for n in range(14)))
    shop.stack.advance("2h")
    assert counted(shop.decided("max")) == {
        "cart entered": 10, "cart sent": 1, "cart refused outranked": 9, "cart refused in_campaign": 4
    }  # fmt: skip
    for n in range(3):
        body = {"attributes": {f"essay{n}": "x" * 170_000}}
        answer = shop.stack.request("PUT", "/v1/customers/max", body, key="dev-admin-key")
        assert answer.status == (200 if n < 2 else 413), answer.body
    assert json.loads(answer.body)["code"] == "too_large"
    traits = {"userId": "max", "messageId": "max-traits", "traits": {"essay4": "x" * 100_000}}
    assert shop.stack.request("POST", "/v1/identify", traits).status == 200
    shop.hear(event("signup", "max", "max-signup"))
    [aside] = [json.loads(body) for body in shop.clear("RejectedQueue")]
    assert (aside["reason"], json.loads(aside["body"])["event"]["id"]) == ("too_large", "max-traits")
    assert shop.sent("max", "welcome") == ["welcome send.mail email"]
    shop.hear(event("order.placed", "max", "max-order"))
    assert shop.get("max")["campaigns"] == []
    shop.put("max", attributes={"essay0": None, "essay1": None})
