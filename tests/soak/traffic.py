"""What the soak tells Kairos: days of the generated shop, one behind the other, some of it more than once and some of it broken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from local.clock import parse_moment
from local.shop import Delivery, Script, shop_day
from local.shop.visits import HOUR

KNOWN: Final = 840
ANONYMOUS: Final = 400
DAY: Final = 24 * HOUR
BROKEN: Final = 0.002
OURS: Final = ("cart_id", "order_id", "booking_id", "invoice_id", "publication_id", "date")
"""Names in the world that are new every day, or the second day's carts would be the first one's."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One event at one door. A broken one is to be refused there, or put aside behind it."""

    door: str
    event: Mapping[str, Any]
    broken: bool = False


def cast(seed: int) -> Script:
    """The first day: who there is, and when it begins."""
    return shop_day(seed, KNOWN, ANONYMOUS)


def hours(seed: int, events: int) -> Iterator[tuple[int, list[Knock]]]:
    """So many knocks in all, hour by hour, each with the end of its hour."""
    random, left = Random(f"soak/{seed}"), events
    for day in count():
        script = shop_day(seed + day, KNOWN, ANONYMOUS)
        begin = script.start
        heard: dict[int, list[Knock]] = {}
        for delivery in script.deliveries:
            heard.setdefault((delivery.at - begin) // HOUR, []).append(_knock(delivery, day, random))
        for hour in range(24):  # what a phone tells in the night that follows is told in the last hour
            knocks = heard.pop(hour, []) if hour < 23 else [one for late in sorted(heard) for one in heard[late]]
            yield begin + day * DAY + (hour + 1) * HOUR, knocks[:left]
            left -= len(knocks[:left])
            if not left:
                return


def _knock(delivery: Delivery, day: int, random: Random) -> Knock:
    event = delivery.event
    if delivery.door == "admin":
        return Knock("admin", event)
    told = {**event, "id": f"d{day}-{event['id']}", "time": _later(str(event["time"]), day)}
    named = event.get("properties", {})
    told["properties"] = {**named, **{name: f"d{day}-{named[name]}" for name in OURS if name in named}}
    if random.random() < BROKEN:
        return Knock(delivery.door, {**told, "id": f"{told['id']}-broken", "customer": {"id": ["nobody"]}}, broken=True)
    return Knock(delivery.door, told)


def _later(time: str, day: int) -> str:
    return (datetime.fromisoformat(time) + timedelta(days=day)).isoformat()


def beginning(script: Script) -> int:
    """Before which nothing is told."""
    return script.start if isinstance(script.start, int) else parse_moment(script.start)
