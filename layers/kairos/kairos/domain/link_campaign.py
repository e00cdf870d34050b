"""One campaign of the bundle, ready to run: its trigger, its conditions, its steps as one flat chain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from kairos.domain import reach, watching
from kairos.domain.conditions import compile_condition
from kairos.domain.definitions import Branch, Campaign, Path, Place, Step, Trigger, Watch
from kairos.domain.events import Json, Millis
from kairos.domain.keeping import Keeping
from kairos.domain.lasts import LATE
from kairos.domain.needs import Needs, counted, select

FIRST: Final = 5
"""How many moments are kept where the first one behind a moment is asked for: by goals and waits."""


def campaign(name: str, node: Json, keeping: Keeping) -> Campaign:
    """The campaign; what it needs kept is noted in `keeping`."""
    outer, keeping.needs = keeping.needs, Needs(keeping.segments)
    trigger = _trigger(name, node, keeping)
    hold = _hold(node)
    exits = tuple(keeping.kept(exit, hold, stops=True) for exit in node["exit"])
    goal, goal_on = node.get("goal"), None
    if goal:
        goal_on = keeping.kept(goal["on"], node["expires"] + LATE, newest=FIRST, worth=_path(goal.get("value")))
    before, keeping.needs.paths = keeping.needs.paths, set()
    keeping.needs.compared |= {exit.same for exit in exits if exit.same}
    steps = _steps(node["steps"], keeping)
    run_paths = tuple(sorted(keeping.needs.paths | keeping.needs.compared))
    keeping.needs.paths |= before
    answered = ""
    if any(step.do == "show" for step in steps):
        answers = {"event": ["content.accepted", "content.dismissed"], "match": {"properties": {"campaign": [name]}}}
        answered = keeping.needs.count(counted(answers, 1)).keep
    audience = compile_condition(node["audience"], keeping.needs) if node.get("audience") else None
    for selector in (trigger.absent, goal_on):
        if selector is not None and selector.same:
            keeping.needs.compared.add(selector.same)
    for path in _references([node["value"], node.get("likelihood", 1)]):
        keeping.needs.reference(path)
    read, keeping.needs.paths = frozenset(keeping.needs.paths), set()
    for path in _references(node.get("key")):
        keeping.needs.reference(path)
    compared = frozenset(keeping.needs.compared | keeping.needs.paths)
    decision_paths = tuple(sorted(read | compared))
    outer.join(keeping.needs)
    keeping.needs = outer
    groups = tuple(
        (frozenset(group["campaigns"]), group["for"])
        for group in keeping.rules["cooldown_groups"].values()
        if name in group["campaigns"]
    )
    templates = {tuple(path.split(".")) if path else () for path in node["event_paths"]}
    return Campaign(
        name=name,
        status=node["status"],
        topic=node.get("topic") or "",
        priority=node["priority"],
        value=_number(node["value"]),
        likelihood=_number(node.get("likelihood", 1)),
        trigger=trigger,
        audience=audience,
        key=node.get("key"),
        cooldown=node.get("cooldown"),
        expires=node["expires"],
        exits=exits,
        goal=goal_on,
        goal_within=goal["within"] if goal else 0,
        holdout=node["holdout"],
        steps=steps,
        index={step.id: position for position, step in enumerate(steps)},
        run_paths=run_paths,
        decision_paths=decision_paths,
        read=read,
        compared=compared,
        event_paths=tuple(sorted(templates | set(decision_paths))),
        groups=groups,
        answered=answered,
        remember=max([node.get("cooldown") or 0, *(span for _, span in groups), *_lasting(node["expires"], steps)]),
    )


def _hold(campaign: Json) -> Millis | None:
    """How long what may stop an entry is kept: one that is armed enters much later, and at a moment that may move."""
    trigger = campaign["trigger"]
    armed = None if trigger.get("until") else trigger.get("for", 0) if trigger["kind"] == "inaction" else 0
    return None if armed is None else int(armed + campaign["expires"] + LATE)


def _lasting(expires: Millis, steps: Sequence[Step]) -> Iterable[Millis]:
    """How long its messages may wait to be sent."""
    return (step.spec.get("expires") or expires for step in steps if step.do == "send")


def _trigger(name: str, campaign: Json, keeping: Keeping) -> Trigger:
    node = campaign["trigger"]
    match node["kind"]:
        case "date":
            return Trigger("date", until=keeping.moment(node["date"]), yearly=node["yearly"])
        case "event":
            return Trigger("event", keeping.heard(node["on"]))
        case "inactivity":
            last = keeping.needs.count(counted({"event": node["of"]}, 1))
            return Trigger("inactivity", wait=node["for"], count=last.keep)
        case "change":
            needs = Needs(keeping.segments)
            look, fires = watching.change(node, needs)
            return Trigger("change", watch=keeping.watch(node, Watch("", look, None, (name,)), needs), fires=fires)
        case "segment":
            keep = keeping.watched_segment(node["segment"], name)
            return Trigger("segment", watch=keep, fires=watching.moves(node["on"]))
        case "external":
            return Trigger("external", select(node["on"]), places=_places(campaign, keeping))
        case "schedule":
            zone = node.get("timezone") or keeping.rules["timezone"]
            places = _places(campaign, keeping)
            return Trigger("schedule", places=places, cron=node.get("cron"), at=node.get("at"), timezone=zone)
        case "inbound":
            if campaign.get("goal"):  # which runs from what was shown
                keeping.heard({"event": ["content.shown"], "match": {"properties": {"campaign": [name]}}})
            return Trigger("inbound", slot=node["slot"])
    wait = node.get("for") or 0
    absent = keeping.kept(node["absent"], _hold(campaign), stops=True)
    until = keeping.moment(node["until"]) if node.get("until") else None
    on, same = node["on"], node["absent"].get("same")
    off = keeping.kept_unless(on, same, LATE) if on.get("match") else None
    return Trigger("inaction", keeping.heard(on), absent, off, wait, until)


def _places(campaign: Json, keeping: Keeping) -> tuple[Place, ...]:
    """Where the audience of an external or scheduled campaign stands; a segment's place is its watch."""
    indexed = keeping.rules["attributes"]["indexed"]
    places = reach.places_in(campaign.get("audience"), indexed)
    for place in places:
        if place.kind == "attr":
            keeping.needs.attribute(place.name)
    return tuple(
        replace(place, name=keeping.watched_segment(place.name)) if place.kind == "segment" else place
        for place in places
    )


def _steps(nodes: Sequence[Json], keeping: Keeping) -> tuple[Step, ...]:
    """The chain flattened, the first step first."""
    flat: list[Step] = []
    _chain(nodes, -1, flat, keeping)
    return tuple(_reversed(flat))


def _chain(nodes: Sequence[Json], after: int, flat: list[Step], keeping: Keeping) -> int:
    """Appends a chain back to front and answers where it begins; positions count from the end."""
    for node in reversed(nodes):
        flat.append(_step(node, after, flat, keeping))
        after = len(flat) - 1
    return after


def _step(node: Json, after: int, flat: list[Step], keeping: Keeping) -> Step:
    for path in _references([part for name, part in node.items() if name not in ("branches", "else", "on")]):
        keeping.needs.reference(path)
    step = Step(node["id"], node["do"], after, node)
    if node["do"] == "choose":
        branches = tuple(
            Branch(
                compile_condition(b["when"], keeping.needs) if b.get("when") else None,
                _chain(b["steps"], after, flat, keeping),
            )
            for b in node["branches"]
        )
        return replace(step, branches=branches)
    if node["do"] == "split":
        variants = tuple(
            Branch(None, _chain(b["steps"], after, flat, keeping), b["name"], b["weight"]) for b in node["branches"]
        )
        return replace(step, branches=variants)
    if node["do"] == "wait" and "on" in node:
        on = keeping.kept(node["on"], node["timeout"] + LATE, newest=FIRST)
        if on.same:
            keeping.needs.compared.add(on.same)
        return replace(step, on=on, otherwise=_chain(node["else"], after, flat, keeping) if node.get("else") else after)
    if node["do"] == "wait" and "path" in (node.get("until") or {}):
        return replace(step, until=keeping.moment(node["until"]))
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
        if "ref" in node:
            yield tuple(node["ref"])
            return
        for value in node.get("fields", node).values():
            yield from _references(value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _references(value)


def _path(text: str | None) -> Path | None:
    return tuple(text.split(".")) if text else None


def _number(node: Any) -> float | Path:
    """A number, or the path it is read from."""
    return tuple(node["ref"]) if isinstance(node, Mapping) else node
