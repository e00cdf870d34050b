"""What a bundle's definitions make the engine keep, gathered while they are linked."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kairos.domain import watching
from kairos.domain.definitions import Moment, Path, Selector, Watch
from kairos.domain.events import Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.needs import Needs, select


class Keeping:
    """Counts, last moments, attributes and watches; the same thing asked for twice is kept once."""

    def __init__(self, policy: Json) -> None:
        self.rules = policy
        self.segments: Mapping[str, Json] = policy["segments"]
        self.needs = Needs(self.segments)
        self.lasts: dict[str, Selector] = {}
        self.selectors: list[Selector] = []
        self.watches: dict[str, Watch] = {}
        self.looks: dict[str, frozenset[str]] = {}  # watch -> what it looks at
        self.means: dict[str, frozenset[str]] = {}  # score, grade -> what they look at

    def heard(self, node: Json) -> Selector:
        """A selector whose events matter as they come."""
        self.selectors.append(selector := select(node))
        return selector

    def kept(
        self, node: Json, hold: Millis | None, *, stops: bool = False, newest: int = 2, worth: Path | None = None
    ) -> Selector:
        """A selector whose newest moments are kept; the same one twice is kept once, for whoever asks for most."""
        means = [node["event"], node.get("match"), node.get("same"), *([".".join(worth)] if worth else [])]
        keep = short_hash(json.dumps(means, sort_keys=True), 6)
        before = self.lasts.get(keep)
        if before is not None:
            hold = None if before.hold is None or hold is None else max(before.hold, hold)
            stops, newest = stops or before.stops, max(newest, before.newest)
        self.lasts[keep] = replace(select(node, keep), hold=hold, stops=stops, newest=newest, worth=worth)
        return self.lasts[keep]

    def kept_unless(self, node: Json, same: str | None, hold: Millis) -> Selector:
        """Events of the selector's types that it does not match."""
        keep = short_hash(json.dumps(["unless", node["event"], node["match"], same], sort_keys=True), 6)
        matching = select({**node, "same": same}, keep)
        matches = matching.match
        assert matches is not None
        off = replace(matching, match=lambda document: not matches(document), hold=hold, receipts=True)
        return self.lasts.setdefault(keep, off)

    def moment(self, node: Json) -> Moment:
        """A moment of the customer or of the event."""
        offset = node.get("offset") or {}
        path = self.needs.reference(node["path"])
        return Moment(path, offset.get("days", 0), offset.get("ms", 0), node.get("at"))

    def watch(self, means: Any, watch: Watch, needs: Needs) -> str:
        """Something to be watched: the same one twice is watched once, one that means something else anew."""
        looks = needs.looks
        while spread := {further for look in looks for further in self.means.get(look, ())} - looks:
            looks = looks | spread
        rules = [self.rules[rule] if name in looks else 0 for name, rule in (("score", "scoring"), ("grade", "grades"))]
        keep = "w" + short_hash(json.dumps([means, *rules], sort_keys=True), 6)
        known = self.watches.get(keep, watch)
        self.watches[keep] = replace(watch, keep=keep, starts=tuple(dict.fromkeys((*known.starts, *watch.starts))))
        self.looks[keep] = frozenset(looks)
        self.needs.join(needs)
        return keep

    def watched_segment(self, name: str, *starts: str) -> str:
        """Whether somebody is in a segment, to be watched."""
        needs = Needs(self.segments)
        return self.watch(self.spelled(name), Watch("", watching.segment(name, needs), None, starts), needs)

    def spelled(self, node: Any) -> Any:
        """A condition with the segments in it written out: what it means, whatever they are called."""
        if isinstance(node, str):
            return self.spelled(self.segments[node])
        if isinstance(node, Mapping) and isinstance(node.get("segment"), str):
            return self.spelled(node["segment"])
        if isinstance(node, Mapping):
            parts = {kind: [self.spelled(part) for part in node[kind]] for kind in ("all", "any") if kind in node}
            return {**node, **parts, **({"not": self.spelled(node["not"])} if "not" in node else {})}
        return node
