"""What another protocol calls things, in the words that campaigns use; compiled from `events/mapping/`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Json
from kairos.domain.sources.bounds import LARGEST_NUMBER, LEAST_NUMBER

Path = tuple[str, ...]
Fields = Mapping[str, Sequence[Path]]
"""By our name: where the value may be, the first that is there counts."""

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of the events of one name."""

    type: str
    properties: Fields = field(default_factory=dict)
    items: Sequence[str] = ()  # where its products are listed
    item: bool = False  # it is about one product, which becomes the one item
    total: bool = False  # it says, or its items say, what all of it is worth
    traits: Fields = field(default_factory=dict)  # what it also tells of the customer
    set: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """An event in our words, and what it tells of its customer beside."""

    type: str
    properties: dict[str, Any]
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All names of one protocol; without any, everything keeps its own."""

    events: Mapping[str, Rule] = field(default_factory=dict)  # by name in small letters
    product: Fields = field(default_factory=dict)
    order: Fields = field(default_factory=dict)
    traits: Fields = field(default_factory=dict)
    group: Fields = field(default_factory=dict)
    item: Sequence[str] = ()  # what of an event about one product belongs to the product
    numbers: frozenset[str] = frozenset()

    @classmethod
    def of(cls, body: Json) -> "Vocabulary":
        """The vocabulary of a compiled mapping."""
        rules = {
            name: Rule(**{**rule, **_fields(rule, "properties", "traits")}) for name, rule in body["events"].items()
        }
        return cls(
            events={name.casefold(): rule for name, rule in rules.items()},
            item=tuple(body["item"]),
            numbers=frozenset(body["numbers"]),
            **_fields(body, "product", "order", "traits", "group"),
        )

    def event(self, name: str, properties: Json) -> Told:
        """What an event of that name is here."""
        rule = self.events.get(name.casefold())
        if rule is None:
            return Told(name, dict(properties))
        fields = {**self.product, **(self.order if rule.total else {}), **rule.properties}
        said = self._numbered(renamed(fields, properties))
        if isinstance(said.get("currency"), str) and _CURRENCY.fullmatch(said["currency"]):
            said["currency"] = said["currency"].upper()
        if rule.item:
            said["items"] = [{name: said[name] for name in self.item if name in said}]
        elif rule.items:
            said = self._with_items(said, rule.items)
        if rule.total and "total" not in said and (total := _worth(said.get("items"))) is not None:
            said["total"] = total
        return Told(rule.type, said | dict(rule.set), found(rule.traits, properties))

    def _with_items(self, said: dict[str, Any], where: Sequence[str]) -> dict[str, Any]:
        moved = renamed({"items": [tuple(path.split(".")) for path in where]}, said)
        listed = moved.get("items")
        if isinstance(listed, list):
            moved["items"] = [
                self._numbered(renamed(self.product, item)) if isinstance(item, Mapping) else {"product_id": item}
                for item in listed
            ]
        return moved

    def _numbered(self, said: dict[str, Any]) -> dict[str, Any]:
        """Prices and the like as numbers where they were sent as text."""
        return {name: number(value) if name in self.numbers else value for name, value in said.items()}


def renamed(fields: Fields, said: Json) -> dict[str, Any]:
    """All that was said, under our names: what stood under a plain name has moved, what was deeper in is copied."""
    taken = _taken(fields, said)
    moved = {path[0] for name, (path, _) in taken.items() if len(path) == 1 and path[0] != name}
    return {name: value for name, value in said.items() if name not in moved} | {n: v for n, (_, v) in taken.items()}


def found(fields: Fields, said: Json) -> dict[str, Any]:
    """What of these fields was said."""
    return {name: value for name, (_, value) in _taken(fields, said).items()}


def _taken(fields: Fields, said: Json) -> dict[str, tuple[Path, Any]]:
    """From where each field takes its value: from its own name, unless an object stands there or nothing."""
    taken = {}
    for name, paths in fields.items():
        own = said.get(name)
        places = [(path, value) for path in paths if (value := _dig(said, path)) is not None]
        if own is not None and not (places and isinstance(own, Mapping)):
            places = [((name,), own)]
        if places:
            taken[name] = places[0]
    return taken


def _dig(said: Any, path: Path) -> Any:
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said


def number(value: Any) -> Any:
    """A number that was sent as text; anything else as it is, and what is longer than a whole number may be."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()) or len(value) > 30:
        return value
    found = float(value) if "." in value else int(value)
    return found if LEAST_NUMBER <= found <= LARGEST_NUMBER else value


def _worth(items: Any) -> float | None:
    """What items add up to; None if the price of one is not known."""
    if not isinstance(items, list):
        return None
    parts = [(item.get("price"), item.get("quantity", 1)) for item in items]
    if not all(_is_number(price) and _is_number(quantity) for price, quantity in parts):
        return None
    return float(round(sum(price * quantity for price, quantity in parts), 4))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _fields(body: Json, *names: str) -> dict[str, Fields]:
    """The fields of a compiled mapping by their names, with paths that can be followed."""
    return {
        name: {ours: [tuple(path.split(".")) for path in paths] for ours, paths in body.get(name, {}).items()}
        for name in names
    }
