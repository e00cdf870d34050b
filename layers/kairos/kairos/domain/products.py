"""Goods: what is new of a price or a stock, by what was known before; `product.updated` tells only how it is now.

An update makes news once. What it made is remembered with it, so that whoever works on it again, having died in between, makes the
same events under the same ids; one that is older than what is known comes too late to be news.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from kairos.domain.events import Event, Json, Millis
from kairos.domain.identity import short_hash

UPDATED: Final = "product.updated"
DROPPED: Final = "product.price_dropped"
BACK: Final = "product.back_in_stock"
REMEMBERED: Final = 20
"""Updates of a product whose news are remembered: of more than these at once none is worked on again so late."""

_SAME: Final = ("product_id", "image", "url", "category", "brand", "currency")
_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one product."""

    time: Millis  # of its newest update
    prices: Mapping[str, float] = field(default_factory=dict)  # by variant, as long as it is on sale
    stock: bool | None = None  # whether any of it could be bought; None: it was never on sale
    told: Mapping[str, Json] = field(default_factory=dict)  # by update, what was news of it; the newest last


def id_of(event: Event) -> str:
    """The product that an update is about, or nothing if it is none."""
    id = event.properties.get("product_id")
    return id if event.type == UPDATED and event.customer is None and isinstance(id, str) else ""


def hear(known: Known | None, event: Event) -> tuple[Known | None, tuple[Event, ...]]:
    """What is known now, None if nothing changes, and the events that the update is news by."""
    update = short_hash(event.id, _BYTES)
    if known and update in known.told:
        return None, _events(event, known.told[update])
    if known and event.time < known.time:
        return None, ()
    before = known or Known(event.time)
    if event.properties.get("published") is False:  # nobody sees what it costs now
        return _remember(replace(before, time=event.time), update, {}), ()
    variants = _variants(event.properties)
    prices = {id: price for id, each in variants.items() if (price := _amount(each.get("price"))) is not None}
    stock = _stock(variants.values())
    news: dict[str, Any] = {}
    if dropped := _dropped(before.prices, prices):
        news["dropped"] = dropped
    if before.stock is False and stock:
        news["back"] = True
    now = Known(event.time, prices, before.stock if stock is None else stock, before.told)
    return _remember(now, update, news), _events(event, news)


def _remember(now: Known, update: str, news: Json) -> Known:
    told = {**now.told, update: news}
    return replace(now, told=dict(list(told.items())[-REMEMBERED:]))


def _variants(properties: Json) -> dict[str, Json]:
    """By their ids; a product without any is the one of itself."""
    listed = properties.get("variants")
    if not isinstance(listed, list):
        return {"": properties}
    return {str(each.get("variant_id", "")): each for each in listed if isinstance(each, Mapping)}


def _stock(variants: Iterable[Json]) -> bool | None:
    """Whether one of them can be bought; None where it is not said of any."""
    said = [each["available"] for each in variants if isinstance(each.get("available"), bool)]
    return any(said) if said else None


def _dropped(before: Mapping[str, float], after: Mapping[str, float]) -> list[Any]:
    """Of the variant that became cheaper most, in percent: which, from what, to what."""
    cheaper = [
        ((before[id] - price) / before[id], id)
        for id, price in after.items()
        if id in before and 0 <= price < before[id]
    ]
    if not cheaper:
        return []
    _, id = max(cheaper, key=lambda each: (each[0], each[1]))
    return [id, before[id], after[id]]


def _events(event: Event, news: Json) -> tuple[Event, ...]:
    said = event.properties
    same = {name: said[name] for name in _SAME if name in said}
    same |= {"name": said["name"]} if "name" in said else {}
    made = []
    if news.get("dropped"):
        id, old, price = news["dropped"]
        variant = {"variant_id": id, **_named(said, id)} if id else {}
        percent = int((old - price) / old * 100 + 1e-9)
        made.append((DROPPED, {**same, **variant, "price": price, "old_price": old, "percent": percent}))
    if news.get("back"):
        day = said.get("date") or datetime.fromtimestamp(event.time / 1000, UTC).date().isoformat()
        made.append((BACK, {**same, **_quantity(said), "date": day}))
    return tuple(
        Event(id=f"{event.id}.{type.partition('.')[2]}", type=type, time=event.time, received=event.received,
              source=event.source, properties=properties)
        for type, properties in made
    )  # fmt: skip


def _named(said: Json, id: str) -> dict[str, Any]:
    name = _variants(said).get(id, {}).get("name")
    return {"variant": name} if name else {}


def _quantity(said: Json) -> dict[str, Any]:
    """How many there are, where that is said of all that can be bought."""
    counts = [_amount(each.get("quantity")) for each in _variants(said).values() if each.get("available")]
    known = [count for count in counts if count is not None]
    return {"quantity": sum(known)} if known and len(known) == len(counts) else {}


def _amount(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 else None
