"""What the definitions together ask to be kept of each customer: that much, and no more."""

import json
from collections.abc import Mapping, Sequence

from kairos.domain.definitions import Count, Path, Selector
from kairos.domain.events import Json
from kairos.domain.identity import short_hash
from kairos.domain.pattern import compile_pattern


class Needs:
    """What the conditions compiled so far need: counts, attribute names, fields of the trigger event; what they look at."""

    def __init__(self, segments: Mapping[str, Json] | None = None) -> None:
        self.segments = segments or {}
        self.counts: dict[str, Count] = {}
        self.attributes: set[str] = set()
        self.paths: set[Path] = set()
        self.compared: set[Path] = set()  # fields that only have to be the same as others
        self.looks: set[str] = set()  # see `Turn.touch`

    def join(self, other: "Needs") -> None:
        """Takes over what the other needs to be kept."""
        self.counts |= other.counts
        self.attributes |= other.attributes
        self.looks |= other.looks

    def count(self, count: Count) -> Count:
        """Notes something to be counted."""
        self.counts[count.keep] = count
        self.looks.add(f"count:{count.keep}")
        return count

    def attribute(self, name: str) -> None:
        """Notes an attribute to be kept."""
        self.attributes.add(name)
        self.looks.add(f"attribute:{name}")

    def reference(self, path: Sequence[str]) -> Path:
        """Notes what a reference reads."""
        if path[0] == "event":
            self.paths.add(tuple(path[1:]))
        elif path[0] == "attributes" and len(path) > 1:
            self.attribute(path[1])
        elif path[0] in ("score", "grade"):
            self.looks.add(path[0])
        return tuple(path)


def select(node: Json, keep: str = "") -> Selector:
    """A selector of the bundle, ready to run."""
    match = node.get("match")
    same = node.get("same")
    return Selector(
        frozenset(node["event"]),
        compile_pattern(match) if match else None,
        tuple(same.split(".")) if same else None,
        keep,
    )


def counted(node: Json, newest: int) -> Count:
    """What is to be counted: the newest so many of a selector's events, within the window if there is one."""
    within = node.get("within")
    keep = short_hash(json.dumps([node["event"], node.get("match"), within, newest], sort_keys=True), 6)
    return Count(keep, select(node, keep), newest, within)
