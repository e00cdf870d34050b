"""The specification word by word, over everything that was ever heard: nothing is forgotten, indexed or kept ready."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import fsum
from typing import Any, Final
from zoneinfo import ZoneInfo

from kairos.domain.events import OWN_TYPES, Event, Json, Millis
from kairos.domain.pattern import compile_pattern
from tests.unit.domain.truths.moments import span

Truth = bool | None
SOURCES: Final = ("backend", "declared", "behaviour")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEAR: Final = 0.02
"""Sums that are as near to a bound as this are not asked about: an interest is an estimate."""


class TooNear(Exception):
    """Rounding decides this one."""


@dataclass
class Oracle:
    """One customer under one set of rules, as they are written in policy.yaml."""

    rules: Mapping[str, Any]
    born: Millis = 0  # first receipt
    since: Millis = 0  # since when the definitions count
    deliveries: list[Event] = field(default_factory=list)  # all of them, as they came
    passed: Millis = 0  # newest due moment that has passed
    tags: set[str] = field(default_factory=set)
    points: float = 0
    under_way: set[str] = field(default_factory=set)  # campaigns

    @property
    def events(self) -> list[Event]:
        """Each event once."""
        return list({event.id: event for event in reversed(self.deliveries)}.values())

    @property
    def counted(self) -> list[Event]:
        """Counting is by receipt."""
        return [event for event in self.events if event.received >= self.since]

    def newest(self, moment: Millis) -> Millis:
        """The conditions' now."""
        return max([moment, self.passed, *(event.time for event in self.events)])

    def holds(self, node: Any, document: Json, now: Millis, moment: Millis) -> Truth:
        """Whether a condition as written holds; `now` is the wall clock, `moment` when the campaign is due to start."""
        if isinstance(node, list):
            node = {"all": node}
        ((kind, asked),) = node.items()
        match kind:
            case "all" | "any":
                truths = [self.holds(part, document, now, moment) for part in asked]
                settled = kind == "any"  # by one such answer
                return settled if settled in truths else None if None in truths else not settled
            case "not":
                return _opposite(self.holds(asked, document, now, moment))
            case "attributes":
                return self.matches(asked, self.merged(), document)
            case "declared" | "backend" | "behaviour":
                return self.matches(asked, self.said(kind), document)
            case "event":
                return self.matches(asked, document, document)
            case "did":
                return self.did(asked, moment)
            case "did_not":
                return _opposite(self.did(asked, moment))
            case "received":
                sent = {"event": "message.sent", "match": {"properties": {"campaign": [asked["campaign"]]}}}
                return self.did(sent | ({"within": asked["within"]} if "within" in asked else {}), moment)
            case "interest":
                return self.interested(asked, document, moment)
            case "score":
                low, high = asked.get("at_least", float("-inf")), asked.get("at_most", float("inf"))
                least, most = self.scores(moment)
                within, without = low <= least and most <= high, most < low or high < least
                return True if within else False if without else None
            case "grade":
                wanted = asked if isinstance(asked, list) else [asked]
                return _of_all({grade in wanted for grade in self.grades(now, moment)})
            case "tagged":
                return bool(self.tags & {*asked})
            case "segment":
                return self.holds(self.rules["segments"][asked], {}, now, moment)
            case "in_campaign":
                return asked in self.under_way
            case "local_time":
                return self.local(asked, now)
        raise AssertionError(f"no condition {kind}")

    def said(self, source: str) -> dict[str, Any]:
        """What one source says: of each name the newest value; of one time the later received, then the last by its text."""
        told = sorted(
            ((event.time, event.received, _text(value), name, value)
             for event in self.events for name, value in event.attributes.get(source, {}).items()),
            key=lambda row: row[:3],
        )  # fmt: skip
        return {name: value for name, value in {row[3]: row[4] for row in told}.items() if value is not None}

    def merged(self) -> dict[str, Any]:
        """Of each name the value of the first source that has one."""
        merged: dict[str, Any] = {}
        for source in SOURCES:
            merged = self.said(source) | merged
        return merged

    def matches(self, pattern: Any, document: Json, event: Json) -> bool:
        """Whether a pattern, in which references may stand, matches."""
        filled = self._filled(pattern, event)
        return filled is not None and compile_pattern(filled)(document)

    def did(self, asked: Mapping[str, Any], moment: Millis) -> Truth:
        times = asked.get("times", {})
        low, high = times.get("at_least", 1), times.get("at_most", float("inf"))
        return _of_all({low <= count <= high for count in self.counts(asked, moment, 300)})

    def counts(self, asked: Mapping[str, Any], moment: Millis, most: int) -> range:
        """How often it may have happened: what was counted, and as often as anybody can say before counting began."""
        now, within = self.newest(moment), asked.get("within")
        start = now - span(within) if within else None
        seen = sum(
            selects(asked, event) and event.time <= now and (start is None or event.time > start)
            for event in self.counted
        )
        unknown = start is not None and start < self.since and self.born < self.since
        return range(min(seen, most), (most if unknown else min(seen, most)) + 1)

    def scores(self, moment: Millis) -> tuple[float, float]:
        """The least and the most that the score can be."""
        low = high = self.points
        for rule in self.rules.get("scoring", ()):
            sums = [rule["points"] * count for count in self.counts(rule, moment, rule.get("at_most", 10))]
            low, high = low + min(sums), high + max(sums)
        return low, high

    def grades(self, now: Millis, moment: Millis) -> list[str | None]:
        """Every grade it can be: the first that holds, unless one before it may."""
        possible: list[str | None] = []
        for rule in self.rules.get("grades", ()):
            truth = self.holds(rule["when"], {}, now, moment)
            possible += [rule["grade"]] if truth is not False else []
            if truth:
                return possible
        return [*possible, None]

    def strengths(self, dimension: str, moment: Millis) -> dict[str, float]:
        """How strong each interest is: weights of all events that showed it, halved with each half-life."""
        rule, now = self.rules["interest"][dimension], self.newest(moment)
        half_life = span(rule["half_life"]) if "half_life" in rule else float("inf")
        shown: dict[str, list[float]] = {}
        for event in self.counted:
            for value in {*_below(event.document, rule["path"].split("."))}:
                weight = rule["events"].get(event.type, 0) * 0.5 ** ((now - event.time) / half_life)
                shown.setdefault(value, []).append(weight)
        return {value: fsum(sorted(weights)) for value, weights in shown.items() if any(weights)}

    def interested(self, asked: Mapping[str, Any], document: Json, moment: Millis) -> bool:
        (dimension,) = asked.keys() - {"at_least", "top"}
        strengths, bound = self.strengths(dimension, moment), asked.get("at_least", 0.1)
        ranks = sorted(strengths.values(), reverse=True)
        last = ranks[asked["top"] - 1 : asked["top"] + 1] if "top" in asked else []
        values = {str(v) for value in _listed(asked[dimension]) for v in self.read(value, document)}
        found = [strengths[value] for value in values & strengths.keys()]
        if any(abs(strength - bound) < NEAR for strength in found) or (len(last) == 2 and last[0] - last[1] < NEAR):
            raise TooNear
        weakest = last[0] if last else 0
        return any(strength >= max(bound, weakest) for strength in found)

    def local(self, asked: Mapping[str, Any], now: Millis) -> bool:
        """In the customer's time zone; the day is that of `from`."""
        there = datetime.fromtimestamp(now / 1000, UTC).astimezone(self.zone)
        clock, start, end = there.strftime("%H:%M"), asked["from"], asked["to"]
        yesterday = end < start and clock < end
        day = DAYS[(there.weekday() - yesterday) % 7]
        inside = start <= clock < end if start <= end else not end <= clock < start
        return inside and day in asked.get("days", DAYS)

    @property
    def zone(self) -> ZoneInfo:
        """`attributes.timezone`, else the policy's."""
        try:
            return ZoneInfo(self.merged()["timezone"])
        except (KeyError, ValueError, TypeError, OSError):
            return ZoneInfo(self.rules["timezone"])

    def read(self, value: Any, document: Json) -> list[Any]:
        """A value, or what a reference leads to: a list means any of it, missing means nothing."""
        reference = re.fullmatch(r"\{\{ (.*) \}\}", value) if isinstance(value, str) else None
        if reference is None:
            return [value]
        root, *path = reference[1].split(".")
        found: Any = {"event": document, "attributes": self.merged()}[root]
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return [one for one in _listed(found) if one is not None]

    def _filled(self, pattern: Any, event: Json) -> Any:
        if isinstance(pattern, list):
            return [one for leaf in pattern for one in self.read(leaf, event)] or None
        filled = {name: self._filled(value, event) for name, value in pattern.items()}
        return None if None in filled.values() else filled


def selects(selector: Mapping[str, Any], event: Event) -> bool:
    """Whether an event is of the type and matches; `any` is all but Kairos's own."""
    types = _listed(selector["event"])
    named = event.type in types or ("any" in types and event.type not in OWN_TYPES)
    return named and ("match" not in selector or compile_pattern(selector["match"])(event.document))


def _below(found: Any, path: list[str]) -> Iterator[str]:
    """Texts and numbers at a path, which may lead through lists."""
    if isinstance(found, list):
        for one in found:
            yield from _below(one, path)
    elif path and isinstance(found, Mapping):
        yield from _below(found.get(path[0]), path[1:])
    elif not path and found not in (None, ""):
        yield str(found)


def _of_all(answers: set[bool]) -> Truth:
    """The answer, if there is but one."""
    return answers.pop() if len(answers) == 1 else None


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
