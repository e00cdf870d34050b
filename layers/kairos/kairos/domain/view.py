"""What conditions and references look at: a customer, an event, and the two nows."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from kairos.domain import moments, scoring
from kairos.domain.definitions import Campaign, Catalog, Moment, Path
from kairos.domain.events import Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.state import State

MISSING: Any = object()


def dig(document: Any, path: Path) -> Any:
    """The value at a path below nested mappings, or MISSING."""
    for name in path:
        if not isinstance(document, Mapping) or name not in document:
            return MISSING
        document = document[name]
    return document


def found_at(document: Any, path: Path) -> Any:
    """The value at a path that a reference names, or MISSING; of a path through lists all values behind it."""
    for depth, name in enumerate(path):
        if isinstance(document, list):
            found = [found_at(part, path[depth:]) for part in document]
            return [
                one for part in found if part is not MISSING for one in (part if isinstance(part, list) else [part])
            ] or MISSING
        if not isinstance(document, Mapping) or name not in document:
            return MISSING
        document = document[name]
    return document


LONG: Final = 100
"""Characters up to which a field of an event that only has to be the same as another is kept as it is."""

LONGEST: Final = 500
"""Bytes up to which one is kept that conditions or steps read: a longer one is nothing to those that come after a wait."""


def text_of(value: Any) -> str:
    """A value within a text: nothing where there is none; equal numbers alike; what is no text as JSON writes it."""
    if value is MISSING or value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)


def same_text(value: Any) -> str:
    """A value as it is compared and stands in a key: a long one as its hash, so that it need not be kept."""
    text = text_of(value)
    return text if len(text) <= LONG else "sha256:" + short_hash(text, 18)


def kept(event: Json, paths: tuple[Path, ...], campaign: Campaign) -> dict[str, Any]:
    """These paths of an event, for decisions to come: what is read as it is, a longer value as it is compared if it is."""
    found = _picked(event, _tree(paths), (), lambda value, path: _shortened(value, path, campaign))
    return found if isinstance(found, dict) else {}


def _shortened(value: Any, path: Path, campaign: Campaign) -> Any:
    text = text_of(value)
    read = any(one[: len(path)] == path for one in campaign.read)  # it, or a part of it
    if len(text) <= LONG or (read and len(text.encode(errors="replace")) <= LONGEST):
        return value
    return same_text(value) if path in campaign.compared else MISSING


def project(document: Json, paths: tuple[Path, ...]) -> dict[str, Any]:
    """Only these paths of a document, which may lead through lists; the empty path is all of it."""
    found = _picked(document, _tree(paths), (), lambda value, _: value)
    return dict(found) if isinstance(found, Mapping) else {}


@lru_cache(maxsize=4096)
def _tree(paths: tuple[Path, ...]) -> dict[str, Any] | None:
    """Paths as a tree; None: all that is there. A path that leads on from another's end is part of that."""
    root: dict[str, Any] = {}
    for path in sorted(paths, key=len):
        at: dict[str, Any] | None = root
        for name in path[:-1]:
            at = None if at is None else at.setdefault(name, {})
        if not path:
            return None
        if at is not None:
            at[path[-1]] = None
    return root


def _picked(value: Any, tree: Mapping[str, Any] | None, path: Path, leaf: Callable[[Any, Path], Any]) -> Any:
    """What of a value the tree asks for; `leaf` says what a value at the end of a path, or a list on the way, becomes."""
    if tree is None:
        return leaf(value, path)
    if isinstance(value, Mapping):
        parts = ((n, _picked(value[n], below, (*path, n), leaf)) for n, below in tree.items() if n in value)
        return {name: part for name, part in parts if part is not MISSING} or MISSING
    if isinstance(value, list):
        found = [one for part in value if (one := _picked(part, tree, path, lambda v, _: v)) is not MISSING]
        return leaf(found, path) if found else MISSING
    return MISSING


@dataclass(frozen=True, slots=True)
class View:
    """One look at a customer: facts are judged at `fact_now` (event time), manners at `now` (the wall clock)."""

    state: State
    catalog: Catalog
    event: Json
    now: Millis
    moment: Millis = 0
    alarms: list[Millis] | None = None  # conditions note here when passing time may change their answer

    def note(self, alarm: Millis | None) -> None:
        """Passing time may change the answer at that moment."""
        if self.alarms is not None and alarm is not None:
            self.alarms.append(alarm)

    @property
    def fact_now(self) -> Millis:
        return max(self.state.newest, self.moment)

    @property
    def tz(self) -> ZoneInfo:
        return moments.zone(self.attribute("timezone"), self.catalog.policy.timezone)

    def attribute(self, name: str) -> Any:
        """The merged value, or MISSING."""
        values = self.state.attributes.get(name, {})
        for source in self.catalog.policy.precedence:
            if source in values:
                return values[source]
        return MISSING

    def number(self, value: "float | Path", default: float) -> float:
        """A number of a definition, or the one its path leads to."""
        found = self.read(value) if isinstance(value, tuple) else value
        return found if isinstance(found, int | float) and not isinstance(found, bool) else default

    def attributes(self, source: str | None = None) -> dict[str, Any]:
        """Merged attributes, or those of one source."""
        if source is None:
            merged = {name: self.attribute(name) for name in self.state.attributes}
            return {name: value for name, value in merged.items() if value is not MISSING}
        return {
            name: values[source] for name, values in self.state.attributes.items() if source in values
        }  # fmt: skip

    def read(self, path: Path) -> Any:
        """What a reference points at, or MISSING."""
        root, rest = path[0], path[1:]
        if root == "event":
            return found_at(self.event, rest)
        if root == "attributes" and rest:
            return dig(self.attribute(rest[0]), rest[1:]) if len(rest) > 1 else self.attribute(rest[0])
        if root == "score":
            return scoring.score(self)[0]
        if root == "grade":
            possible = scoring.grades(self)
            return MISSING if len(possible) > 1 or possible[0] is None else possible[0]
        return MISSING

    def resolve(self, moment: Moment) -> Millis | None:
        """When a moment is, in the customer's zone."""
        value = self.read(moment.path)
        return None if value is MISSING else moments.resolve(value, moment.days, moment.ms, moment.at, self.tz)
