"""Parts of a payload by where they are: a path, or several of which the first that says something counts."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kairos.domain.events import Json
from kairos.domain.sources import parts
from kairos.domain.sources.vocabulary import number

Places = Mapping[str, str]
"""By our name: paths with a space between them."""

AMOUNTS: Final = frozenset({"price", "old_price", "quantity", "total", "value", "percent"})
"""What is a number, also where it is sent as text."""


def first(said: Any, places: str) -> Any:
    """What stands at the first of these paths that holds anything; None if none does."""
    for place in places.split():
        found = said
        for name in place.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is not None and found != "":
            return found
    return None


def picked(said: Any, places: Places) -> dict[str, Any]:
    """What of these was said: ids as texts, amounts as numbers."""
    found = {name: first(said, where) for name, where in places.items()}
    return {name: _as(name, value) for name, value in found.items() if value is not None}


def listed(said: Any, place: str) -> list[Json]:
    """The objects of a list."""
    found = first(said, place)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def reachable(email: Any, phone: Any) -> dict[str, Any]:
    """Addresses as they can be written to; what somebody typed that is none says nothing."""
    found: dict[str, Any] = {}
    for kind, value in (("email", email), ("phone", phone)):
        if value:
            try:
                found |= parts.addresses({kind: value})
            except parts.BadEvent:
                continue
    return found


def text_id(value: Any) -> str:
    """An id as text, nothing where there is none; of `gid://shopify/Customer/1` the last part, of `TOKEN?key=…` the first."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    text = "" if whole is None or isinstance(whole, bool | dict | list) else str(whole)
    return text.rpartition("/")[2] if text.startswith("gid://") else text.partition("?key=")[0]


def worth(items: Iterable[Json]) -> float | None:
    """What items add up to; None if the price of one is not known."""
    total = 0.0
    for item in items:
        price, quantity = item.get("price"), item.get("quantity", 1)
        if isinstance(price, bool) or not isinstance(price, int | float) or not isinstance(quantity, int | float):
            return None
        total += price * quantity
    return round(total, 4)


def _as(name: str, value: Any) -> Any:
    if name.endswith("_id"):
        return text_id(value)
    return number(value) if name in AMOUNTS else value
