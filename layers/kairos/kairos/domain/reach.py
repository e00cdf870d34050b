"""The audience index: in which places a customer stands, and which places a campaign has to look into."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from kairos.domain.definitions import Campaign, Catalog, Place
from kairos.domain.events import Json, Millis
from kairos.domain.interest import name_of
from kairos.domain.state import State
from kairos.domain.view import MISSING, View, found_at

_NARROWEST: Final = ("interest", "tag", "segment", "attr")
"""By kind; but what the event itself names, such as its region, is narrower than what is the same for every event."""
LONGEST: Final = 200
"""Characters of an attribute's value; somebody with a longer one is not found by it."""


def places_in(node: Json | None, indexed: Sequence[str]) -> tuple[Place, ...]:
    """A positive, indexed condition that everybody who matches `node` meets: the narrowest kind there is; or nothing."""
    if node is None:
        return ()
    if "all" in node:
        found = [places for part in node["all"] if (places := places_in(part, indexed))]
        return min(found, key=lambda places: max(map(_width, places)), default=())
    if "any" in node:
        parts = [places_in(part, indexed) for part in node["any"]]
        return tuple(place for part in parts for place in part) if all(parts) else ()
    if "tagged" in node:
        return tuple(Place("tag", tag) for tag in node["tagged"])
    if "segment" in node:
        return (Place("segment", node["segment"]),)
    if "interest" in node:
        asked = node["interest"]
        return _place("interest", asked["dimension"], asked["values"])
    if "attributes" in node and node.get("source") is None:
        for name, leaf in node["attributes"].items():
            if name in indexed and isinstance(leaf, list) and (places := _place("attr", name, leaf)):
                return places
    return ()


def indexed(campaigns: Iterable[Campaign]) -> tuple[Place, ...]:
    """What the index is made of, each kind and name once."""
    names = {(place.kind, place.name) for campaign in campaigns for place in campaign.trigger.places}
    return tuple(Place(kind, name) for kind, name in sorted(names))


def places_for(campaign: Campaign, event: Json) -> tuple[str, ...]:
    """Where everybody stands whom the campaign may reach by that event."""
    return tuple(dict.fromkeys(text for place in campaign.trigger.places for text in _asked(place, event)))


def places_of(state: State, catalog: Catalog, now: Millis) -> frozenset[str]:
    """Where a customer stands."""
    view = View(state, catalog, {}, now)
    return frozenset(text for place in catalog.indexed for text in _stands(place, view))


def _width(place: Place) -> tuple[bool, int]:
    named_by_event = bool(place.values) and all(isinstance(value, tuple) for value in place.values)
    return (not named_by_event, _NARROWEST.index(place.kind))


def _place(kind: str, name: str, values: Sequence[Any]) -> tuple[Place, ...]:
    """A place with these values, unless one of them is not plain, or is only known with the customer."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, Mapping):
            path = tuple(value.get("ref", ()))
            if path[:1] != ("event",):
                return ()
            found.append(path)
        elif (text := _text(kind, value)) is not None:
            found.append(text)
        else:
            return ()
    return (Place(kind, name, tuple(found)),)


def _asked(place: Place, event: Json) -> Iterator[str]:
    if place.kind in ("tag", "segment"):
        yield f"{place.kind}:{place.name}"
    for value in place.values:
        for one in _listed(found_at(event, value[1:])) if isinstance(value, tuple) else ():
            if (text := _text(place.kind, one)) is not None:
                yield f"{place.kind}:{place.name}:{text}"
        if isinstance(value, str):
            yield f"{place.kind}:{place.name}:{value}"


def _stands(place: Place, view: View) -> Iterator[str]:
    name, state = place.name, view.state
    match place.kind:
        case "tag" if state.tags.get(name, (False,))[0]:
            yield f"tag:{name}"
        case "segment":
            shown = state.watched.get(name)
            if (view.catalog.watches[name].empty if shown is None else shown[0]) == "1":
                yield f"segment:{name}"
        case "interest":
            yield from (f"interest:{name}:{value}" for value in state.interests.get(name, (0, {}))[1])
        case "attr":
            for value in _listed(view.attribute(name)):
                if (text := _text("attr", value)) is not None:
                    yield f"attr:{name}:{text}"


def _listed(value: Any) -> list[Any]:
    return [] if value is MISSING else value if isinstance(value, list) else [value]


def _text(kind: str, value: Any) -> str | None:
    """A value as it stands in the index; equal numbers are written alike."""
    if kind == "interest":
        return name_of(value)
    if value is None or not isinstance(value, str | int | float):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else None
