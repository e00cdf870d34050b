"""Conditions as closures with three answers: yes, no, and not known because it was not counted yet."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kairos.domain import moments
from kairos.domain.definitions import Condition, Count, Path, Selector, Truth
from kairos.domain.events import Json
from kairos.domain.identity import short_hash
from kairos.domain.pattern import InvalidPattern, compile_pattern
from kairos.domain.view import View

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Needs:
    """What the conditions compiled so far need kept: counts, attribute names, and fields of the trigger event."""

    def __init__(self) -> None:
        self.counts: dict[str, Count] = {}
        self.attributes: set[str] = set()
        self.paths: set[Path] = set()

    def reference(self, path: Sequence[str]) -> Path:
        """Notes what a reference reads."""
        if path[0] == "event":
            self.paths.add(tuple(path[1:]))
        elif path[0] == "attributes" and len(path) > 1:
            self.attributes.add(path[1])
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


def compile_condition(node: Json, needs: Needs) -> Condition:
    """The closure of one condition of the bundle."""
    (kind,) = (name for name in _ARMS if name in node)
    return _ARMS[kind](node, needs)


def _all(node: Json, needs: Needs) -> Condition:
    parts = [compile_condition(part, needs) for part in node["all"]]

    def holds(view: View) -> Truth:
        unknown = False
        for part in parts:
            truth = part(view)
            if truth is False:
                return False
            unknown = unknown or truth is None
        return None if unknown else True

    return holds


def _any(node: Json, needs: Needs) -> Condition:
    parts = [compile_condition(part, needs) for part in node["any"]]

    def holds(view: View) -> Truth:
        unknown = False
        for part in parts:
            truth = part(view)
            if truth:
                return True
            unknown = unknown or truth is None
        return None if unknown else False

    return holds


def _not(node: Json, needs: Needs) -> Condition:
    part = compile_condition(node["not"], needs)

    def holds(view: View) -> Truth:
        truth = part(view)
        return None if truth is None else not truth

    return holds


def _attributes(node: Json, needs: Needs) -> Condition:
    pattern, source = node["attributes"], node.get("source")
    _note_names(pattern, needs.attributes)
    matches = _referring(pattern, needs)
    return lambda view: matches(view, view.attributes(source))


def _event(node: Json, needs: Needs) -> Condition:
    pattern = node["event"]
    _note_leaves(pattern, (), needs.paths)
    matches = _referring(pattern, needs)
    return lambda view: matches(view, view.event)


def _did(node: Json, needs: Needs) -> Condition:
    did = node["did"]
    within, at_least, at_most = did.get("within"), did.get("at_least", 1), did.get("at_most")
    newest = max(at_least, 0 if at_most is None else at_most + 1)
    keep = short_hash(json.dumps([did["event"], did.get("match"), within, newest], sort_keys=True), 6)
    needs.counts[keep] = Count(keep, select(did, keep), newest, within)

    def holds(view: View) -> Truth:
        now = view.fact_now
        start = now - within if within is not None else -1
        count = sum(start < time <= now for time, _ in view.state.counts.get(keep, ()))
        if at_most is not None and count > at_most:
            return False
        if at_most is None and count >= at_least:
            return True
        since = view.catalog.since.get(keep, 0)
        if within is not None and view.state.born < since and start < since:
            return None
        return bool(count >= at_least)

    return holds


def _received(node: Json, needs: Needs) -> Condition:
    asked = node["received"]
    match = {"properties": {"campaign": [asked["campaign"]]}}
    return _did({"did": {"event": ["message.sent"], "match": match, "within": asked.get("within")}}, needs)


def _tagged(node: Json, needs: Needs) -> Condition:
    tags = node["tagged"]
    return lambda view: any(view.state.tags.get(tag, (False,))[0] for tag in tags)


def _segment(node: Json, needs: Needs) -> Condition:
    name = node["segment"]
    return lambda view: view.catalog.policy.segments[name](view)


def _in_campaign(node: Json, needs: Needs) -> Condition:
    name = node["in_campaign"]
    return lambda view: any(run.campaign == name for run in view.state.runs)


def _local_time(node: Json, needs: Needs) -> Condition:
    window = node["local_time"]
    start, end, days = window["from"], window["to"], window.get("days")

    def holds(view: View) -> Truth:
        there = moments.local(view.now, view.tz)
        clock = there.hour * 3600 + there.minute * 60 + there.second
        small_hours = start > end and clock < end  # over midnight they belong to the day before
        day = _DAYS[(there.weekday() - small_hours) % 7]
        return within_hours(clock, start, end) and (days is None or day in days)

    return holds


_ARMS: Mapping[str, Callable[[Json, Needs], Condition]] = {
    "all": _all, "any": _any, "not": _not, "attributes": _attributes, "event": _event, "did": _did,
    "received": _received, "tagged": _tagged, "segment": _segment, "in_campaign": _in_campaign, "local_time": _local_time,
}  # fmt: skip


def within_hours(clock: int, start: int, end: int) -> bool:
    """Whether a time of day is in [start, end), which may cross midnight."""
    return start <= clock < end if start <= end else clock >= start or clock < end


def _referring(pattern: Json, needs: Needs) -> Callable[[View, Json], bool]:
    """A pattern whose values may be references; without any it is compiled once."""
    references: list[Path] = []
    _note_references(pattern, references)
    if not references:
        compiled = compile_pattern(pattern)
        return lambda view, document: compiled(document)
    for path in references:
        needs.reference(path)

    def matches(view: View, document: Json) -> bool:
        filled = _fill(pattern, view)
        try:
            return filled is not None and compile_pattern(filled)(document)
        except InvalidPattern:  # a value that no pattern can hold, such as a number out of range
            return False

    return matches


def _fill(pattern: Any, view: View) -> Any:
    """The pattern with its references replaced; None if one of them leaves nothing to match."""
    if isinstance(pattern, Mapping):
        filled = {name: _fill(value, view) for name, value in pattern.items()}
        return None if None in filled.values() else filled
    if not isinstance(pattern, list):
        return pattern
    leaves: list[Any] = []
    for leaf in pattern:
        if isinstance(leaf, Mapping) and "ref" in leaf:
            value = view.read(tuple(leaf["ref"]))
            # only plain values: a mapping would be read as an operator of the pattern
            leaves += [
                one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int | float)
            ]
        else:
            leaves.append(leaf)
    return leaves or None


def _note_references(node: Any, found: list[Path]) -> None:
    if isinstance(node, Mapping):
        if set(node) == {"ref"} and isinstance(node["ref"], list):
            found.append(tuple(node["ref"]))
        else:
            for value in node.values():
                _note_references(value, found)
    elif isinstance(node, list):
        for value in node:
            _note_references(value, found)


def _note_names(pattern: Json, names: set[str]) -> None:
    for name, value in pattern.items():
        if name == "$or":
            for part in value:
                _note_names(part, names)
        else:
            names.add(name)


def _note_leaves(pattern: Json, path: Path, leaves: set[Path]) -> None:
    for name, value in pattern.items():
        if name == "$or":
            for part in value:
                _note_leaves(part, path, leaves)
        elif isinstance(value, Mapping):
            _note_leaves(value, (*path, name), leaves)
        else:
            leaves.add((*path, name))
