"""Makes a compiled bundle runnable: closures for conditions, an index by event type, the list of what to keep."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kairos.domain.conditions import Needs, compile_condition, select
from kairos.domain.definitions import (
    Branch,
    Campaign,
    Cap,
    Catalog,
    Concern,
    Count,
    Moment,
    Path,
    Policy,
    Selector,
    Step,
    Trigger,
)  # fmt: skip
from kairos.domain.events import OWN_TYPES, Json, Millis
from kairos.domain.facts import LATE
from kairos.domain.identity import short_hash


def link(bundle: Json) -> Catalog:
    """The catalog of a bundle. The bundle is trusted: it was validated when it was compiled."""
    return _Linker(bundle).catalog()


class _Linker:
    def __init__(self, bundle: Json) -> None:
        self.bundle = bundle
        self.needs = Needs()
        self.lasts: dict[str, Selector] = {}
        self.selectors: list[Selector] = []

    def catalog(self) -> Catalog:
        policy = self.policy(self.bundle["policy"])
        live = {name: c for name, c in self.bundle["campaigns"].items() if c["status"] != "draft"}
        campaigns = {name: self.campaign(name, node) for name, node in live.items()}
        counts = tuple(self.needs.counts.values())
        attributes = frozenset(self.needs.attributes | {"timezone"})
        selectors = (*self.selectors, *self.lasts.values(), *(count.on for count in counts))
        types = {type for selector in selectors for type in selector.types} - {"any"}
        return Catalog(
            hash=self.bundle["hash"],
            policy=policy,
            campaigns=campaigns,
            counts=frozenset(self.needs.counts),
            lasts=self.lasts,
            attributes=attributes,
            names=short_hash(" ".join(sorted(attributes))),
            by_type={type: self.concern(type, selectors, counts, campaigns) for type in types},
            anything=self.concern("any", selectors, counts, campaigns),
            dated=tuple(c for c in campaigns.values() if c.trigger.kind == "date"),
        )

    def concern(
        self, type: str, selectors: Sequence[Selector], counts: Sequence[Count], campaigns: Mapping[str, Campaign]
    ) -> Concern:
        names = {type} if type in OWN_TYPES else {type, "any"}
        triggers = [(c, c.trigger.on) for c in campaigns.values() if c.trigger.on is not None]
        return Concern(
            selectors=tuple(s for s in selectors if s.types & names),
            counts=tuple(c for c in counts if c.on.types & names),
            lasts=tuple(s for s in self.lasts.values() if s.types & names),
            arming=tuple(c for c, on in triggers if c.trigger.kind == "inaction" and on.types & names),
            starting=tuple(c for c, on in triggers if c.trigger.kind == "event" and on.types & names),
        )

    def policy(self, node: Json) -> Policy:
        arbitration = node["arbitration"]
        return Policy(
            timezone=node["timezone"],
            currency=node["currency"],
            topics=node["topics"],
            quiet=tuple((frozenset(q["channels"]), q["from"], q["to"]) for q in node["quiet_hours"]),
            caps=tuple(
                Cap(c["at_most"], c["per"], _set(c.get("channels")), _set(c.get("topics")), c.get("same"))
                for c in node["frequency_caps"]
            ),
            keep=arbitration["keep"],
            window=arbitration["window"],
            then=arbitration["then"],
            after=arbitration["after"],
            precedence=tuple(node["attributes"]["precedence"]),
            segments={name: compile_condition(part, self.needs) for name, part in node["segments"].items()},
            keys=node["retention"]["keys"],
            publish=frozenset(node["publish"]),
        )

    def campaign(self, name: str, node: Json) -> Campaign:
        outer, self.needs = self.needs, Needs()
        trigger = self.trigger(node["trigger"], node["expires"])
        exits = tuple(self.kept(exit, node["expires"] + LATE) for exit in node["exit"])
        goal = node.get("goal")
        steps = self.steps(node["steps"])
        audience = compile_condition(node["audience"], self.needs) if node.get("audience") else None
        for selector in (*exits, trigger.absent):
            if selector is not None and selector.same:
                self.needs.paths.add(selector.same)
        goal_on = self.heard(goal["on"]) if goal else None
        if goal_on is not None and goal_on.same:
            self.needs.paths.add(goal_on.same)
        for path in _references(node.get("key")):
            self.needs.reference(path)
        decision_paths = tuple(sorted(self.needs.paths))
        outer.counts |= self.needs.counts
        outer.attributes |= self.needs.attributes
        self.needs = outer
        groups = tuple(
            (frozenset(group["campaigns"]), group["for"])
            for group in self.bundle["policy"]["cooldown_groups"].values()
            if name in group["campaigns"]
        )
        templates = {tuple(path.split(".")) if path else () for path in node["event_paths"]}
        return Campaign(
            name=name,
            status=node["status"],
            topic=node.get("topic") or "",
            priority=node["priority"],
            value=node["value"],
            trigger=trigger,
            audience=audience,
            key=node.get("key"),
            cooldown=node.get("cooldown"),
            expires=node["expires"],
            exits=exits,
            goal=goal_on,
            goal_within=goal["within"] if goal else 0,
            goal_value=tuple(goal["value"].split(".")) if goal and goal.get("value") else None,
            holdout=node["holdout"],
            steps=steps,
            index={step.id: position for position, step in enumerate(steps)},
            decision_paths=decision_paths,
            event_paths=tuple(sorted(templates | set(decision_paths))),
            groups=groups,
            remember=max([node.get("cooldown") or 0, *(span for _, span in groups)]),
        )

    def trigger(self, node: Json, expires: Millis) -> Trigger:
        if node["kind"] == "date":
            return Trigger("date", until=self.moment(node["date"]), yearly=node["yearly"])
        on = self.heard(node["on"])
        if node["kind"] == "event":
            return Trigger("event", on)
        wait = node.get("for") or 0
        absent = self.kept(node["absent"], wait + expires + LATE if wait else None)
        return Trigger("inaction", on, absent, wait, self.moment(node["until"]) if node.get("until") else None)

    def heard(self, node: Json) -> Selector:
        self.selectors.append(selector := select(node))
        return selector

    def kept(self, node: Json, hold: Millis | None) -> Selector:
        """A selector whose newest moments are kept; the same one twice is kept once, as long as the longer asks."""
        keep = short_hash(json.dumps([node["event"], node.get("match"), node.get("same")], sort_keys=True), 6)
        before = self.lasts.get(keep)
        if before is not None:
            hold = None if before.hold is None or hold is None else max(before.hold, hold)
        self.lasts[keep] = replace(select(node, keep), hold=hold)
        return self.lasts[keep]

    def moment(self, node: Json) -> Moment:
        offset = node.get("offset") or {}
        path = self.needs.reference(node["path"])
        return Moment(path, offset.get("days", 0), offset.get("ms", 0), node.get("at"))

    def steps(self, nodes: Sequence[Json]) -> tuple[Step, ...]:
        """The chain flattened, the first step first."""
        flat: list[Step] = []
        self.chain(nodes, -1, flat)
        return tuple(_reversed(flat))

    def chain(self, nodes: Sequence[Json], after: int, flat: list[Step]) -> int:
        """Appends a chain back to front and answers where it begins; positions count from the end."""
        for node in reversed(nodes):
            flat.append(self.step(node, after, flat))
            after = len(flat) - 1
        return after

    def step(self, node: Json, after: int, flat: list[Step]) -> Step:
        for path in _references(node):
            self.needs.reference(path)
        step = Step(node["id"], node["do"], after, node)
        if node["do"] == "choose":
            branches = tuple(
                Branch(
                    compile_condition(b["when"], self.needs) if b.get("when") else None,
                    self.chain(b["steps"], after, flat),
                )
                for b in node["branches"]
            )
            return replace(step, branches=branches)
        if node["do"] == "wait" and "on" in node:
            on = self.kept(node["on"], node["timeout"] + LATE)
            if on.same:
                self.needs.paths.add(on.same)
            return replace(step, on=on, otherwise=self.chain(node["else"], after, flat) if node.get("else") else after)
        if node["do"] == "wait" and "path" in (node.get("until") or {}):
            return replace(step, until=self.moment(node["until"]))
        return step


def _reversed(flat: Sequence[Step]) -> Iterable[Step]:
    last = len(flat) - 1

    def turn(position: int) -> int:
        return position if position < 0 else last - position

    for step in reversed(flat):
        branches = tuple(replace(branch, to=turn(branch.to)) for branch in step.branches)
        yield replace(step, next=turn(step.next), otherwise=turn(step.otherwise), branches=branches)


def _references(node: Any) -> Iterable[Path]:
    """Every reference below a node of the bundle."""
    if isinstance(node, Mapping):
        if set(node) == {"ref"} and isinstance(node["ref"], list | tuple):
            yield tuple(node["ref"])
        else:
            for name, value in node.items():
                if name not in ("branches", "else"):
                    yield from _references(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _references(value)


def _set(values: Sequence[str] | None) -> frozenset[str] | None:
    return frozenset(values) if values else None
