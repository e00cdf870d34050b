"""Conditions as closures with three answers: yes, no, and not known because it was not counted yet."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kairos.domain import interest, moments, scoring
from kairos.domain.definitions import Condition, Path, Truth
from kairos.domain.events import Json
from kairos.domain.needs import Needs, counted
from kairos.domain.references import leaves, referring
from kairos.domain.view import View

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
    for path in leaves(pattern):
        needs.attribute(path[0])
    matches = referring(pattern, needs)
    return lambda view: matches(view, view.attributes(source))


def _event(node: Json, needs: Needs) -> Condition:
    pattern = node["event"]
    needs.paths |= set(leaves(pattern))
    matches = referring(pattern, needs)
    return lambda view: matches(view, view.event)


def _did(node: Json, needs: Needs) -> Condition:
    did = node["did"]
    at_least, at_most = did.get("at_least", 1), did.get("at_most")
    count = needs.count(counted(did, max(at_least, 0 if at_most is None else at_most + 1)))
    within = count.within

    def holds(view: View) -> Truth:
        moments = scoring.inside(view, count)
        if within is not None and view.alarms is not None:  # each bound is crossed as a moment leaves the window
            for bound in (at_least - 1, at_most):
                if bound is not None and 0 <= bound < len(moments):
                    view.note(moments[bound] + within)
        if at_most is not None and len(moments) > at_most:
            return False
        if at_most is None and len(moments) >= at_least:
            return True
        if (known := scoring.known_from(view, count)) is not None:
            view.note(known)
            return None
        return bool(len(moments) >= at_least)

    return holds


def _received(node: Json, needs: Needs) -> Condition:
    asked = node["received"]
    match = {"properties": {"campaign": [asked["campaign"]]}}
    return _did({"did": {"event": ["message.sent"], "match": match, "within": asked.get("within")}}, needs)


def _tagged(node: Json, needs: Needs) -> Condition:
    tags = node["tagged"]
    needs.looks |= {f"tag:{tag}" for tag in tags}
    return lambda view: any(bool(view.state.tags.get(tag, (False,))[0]) for tag in tags)


def _segment(node: Json, needs: Needs) -> Condition:
    name = node["segment"]
    if name in needs.segments:  # what it looks at; itself it stands in the policy
        compile_condition(needs.segments[name], needs)
    return lambda view: view.catalog.policy.segments[name](view)


def _in_campaign(node: Json, needs: Needs) -> Condition:
    name = node["in_campaign"]
    needs.looks.add(f"campaign:{name}")
    return lambda view: any(run.campaign == name for run in view.state.runs)


def _interest(node: Json, needs: Needs) -> Condition:
    asked = node["interest"]
    name, at_least, top = asked["dimension"], asked["at_least"], asked.get("top")
    needs.looks.add(f"interest:{name}")
    values = [needs.reference(value["ref"]) if isinstance(value, Mapping) else str(value) for value in asked["values"]]

    def holds(view: View) -> Truth:
        dimension, sums = view.catalog.policy.interests[name], view.state.interests
        among = None if top is None else interest.strongest(sums, name, top)
        for value in _texts(values, view):
            if among is not None and value not in among:
                continue
            if interest.strength(sums, dimension, value, view.fact_now) >= at_least:
                view.note(interest.fades(sums, dimension, value, at_least))
                return True
        return False

    return holds


def _texts(values: Sequence[str | Path], view: View) -> list[str]:
    """Values of a dimension, those behind references included."""
    found: list[Any] = []
    for value in values:
        read = view.read(value) if isinstance(value, tuple) else value
        found += read if isinstance(read, list) else [read]
    return [name for value in found if (name := interest.name_of(value)) is not None]


def _score(node: Json, needs: Needs) -> Condition:
    at_least, at_most = node["score"].get("at_least"), node["score"].get("at_most")
    needs.looks.add("score")

    def holds(view: View) -> Truth:
        low, high = scoring.score(view)
        above = _settled(at_least is None or low >= at_least, at_least is None or high >= at_least)
        below = _settled(at_most is None or high <= at_most, at_most is None or low <= at_most)
        return False if above is False or below is False else above and below

    return holds


def _settled(surely: bool, perhaps: bool) -> Truth:
    return True if surely else None if perhaps else False


def _grade(node: Json, needs: Needs) -> Condition:
    wanted = frozenset(node["grade"])
    needs.looks.add("grade")

    def holds(view: View) -> Truth:
        possible = scoring.grades(view)
        return _settled(all(g in wanted for g in possible), any(g in wanted for g in possible))

    return holds


def _local_time(node: Json, needs: Needs) -> Condition:
    window = node["local_time"]
    start, end, days = window["from"], window["to"], window.get("days")

    def holds(view: View) -> Truth:
        there = moments.local(view.now, view.tz)
        clock = moments.clock(there)
        small_hours = start > end and clock < end  # over midnight they belong to the day before
        day = _DAYS[(there.weekday() - small_hours) % 7]
        return within_hours(clock, start, end) and (days is None or day in days)

    return holds


_ARMS: Mapping[str, Callable[[Json, Needs], Condition]] = {
    "all": _all, "any": _any, "not": _not, "attributes": _attributes, "event": _event, "did": _did,
    "received": _received, "tagged": _tagged, "segment": _segment, "in_campaign": _in_campaign, "local_time": _local_time,
    "interest": _interest, "score": _score, "grade": _grade,
}  # fmt: skip


def within_hours(clock: int, start: int, end: int) -> bool:
    """Whether a time of day is in [start, end), which may cross midnight."""
    return start <= clock < end if start <= end else clock >= start or clock < end
