"""A day of the shop, with all that goes wrong on the way from a phone to a queue."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any, Final

from local.shop import relations
from local.shop.people import Person, body, people
from local.shop.script import Delivery, Door, Script
from local.shop.visits import HOUR, MINUTE, iso, visits

SEED: Final = 1848
TODAY: Final = "2026-03-17T00:00:00+00:00"  # a Tuesday without a change of clocks
DAY: Final = 24 * HOUR
BACKEND: Final = (
    "order.placed",
    "customer.registered",
    "catalogue.downloaded",
)  # told by the shop's own systems, over the bus
LATE: Final = 0.03
TWICE: Final = 0.05


def shop_day(seed: int = SEED, known: int = 420, anonymous: int = 200) -> Script:
    """The same day for the same seed: customers, their earlier orders, and everything that is delivered."""
    today = int(datetime.fromisoformat(TODAY).timestamp() * 1000)
    cast = people(seed, known, anonymous)
    customers = {person.id: _known(person, today) for person in cast if person.known}
    history = [event for person in cast if person.known for event in _history(person, today)]
    told = [
        *(
            delivery
            for person in cast
            for event in visits(person, today)
            for delivery in _deliver(person.random, event)
        ),
        *(delivery for person in cast for delivery in _relations(person, today)),
        *(Delivery(_moment(event), "bus", event) for event in relations.world(today)),
    ]
    deliveries = sorted(told, key=lambda delivery: (delivery.at, delivery.event["id"]))
    seen = Counter(str(delivery.event.get("type", "customer changed")) for delivery in deliveries)
    facts = {
        "customers": known, "devices": anonymous, "history": len(history), "deliveries": len(deliveries),
        "events": len({delivery.event["id"] for delivery in deliveries}), **seen,
    }  # fmt: skip
    end = max([today + DAY, *(delivery.at for delivery in deliveries)])
    return Script("a day of the shop", today - 2 * HOUR, end, customers, history, deliveries, len(deliveries), facts)


def _known(person: Person, today: int) -> dict[str, Any]:
    told = body(person, today)
    return {**told, "attributes": {**told["attributes"], **relations.attributes(person, today)}}


def _relations(person: Person, today: int) -> Iterator[Delivery]:
    """Told by the shop's own systems: once, over the bus; what changes about a customer at the admin's door."""
    for event in relations.events(person, today):
        yield Delivery(_moment(event) + 500, "bus", event)
    for change in (relations.changes, relations.letters):
        for at, told in change(person, today):
            yield Delivery(at, "admin", {"id": person.id, "body": told})


def _moment(event: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(event["time"]).timestamp() * 1000)


def _history(person: Person, today: int) -> Iterator[dict[str, Any]]:
    """Orders from before the stack was there, as the shop would import them."""
    random = Random(f"history/{person.id}/{person.random.random()}")
    chance = {"lapsed": 1.0, "buyer": 0.6, "quiet": 0.3}.get(person.habit, 0.2)
    if random.random() >= chance:
        return
    oldest, youngest = (300, 70) if person.habit == "lapsed" else (200, 5)
    for number in range(random.randint(2, 4) if person.habit == "lapsed" else random.randint(1, 3)):
        time = today - random.randint(youngest, oldest) * DAY + random.randrange(DAY) - DAY
        yield {
            "id": f"{person.id}-past-{number}", "type": "order.placed", "time": iso(time), "source": "import",
            "customer": person.ref,
            "properties": {
                "cart_id": f"past-{person.id}-{number}", "order_id": f"past-{person.id}-{number}",
                "total": round(random.randint(90, 1500) * person.market.rate, 2), "currency": person.market.currency,
            },
        }  # fmt: skip


def _deliver(random: Random, event: dict[str, Any]) -> Iterator[Delivery]:
    """On time mostly; a phone without signal is hours late; a nervous client says it twice, or three times."""
    door: Door = "bus" if event["type"] in BACKEND else "http"
    at = _moment(event) + random.randint(200, 3_000)
    if random.random() < LATE:
        at += random.randint(10 * MINUTE, 6 * HOUR)
    yield Delivery(at, door, event)
    while random.random() < TWICE:
        at += random.choice((2_000, 30_000, 20 * MINUTE, 3 * HOUR))
        yield Delivery(at, door, event)
