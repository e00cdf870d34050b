"""Runs a chain from step to step until it must wait, stands before a send, or ends."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kairos.domain import facts, manners, moments
from kairos.domain.definitions import Branch, Step
from kairos.domain.events import Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.journey import Placed, Run
from kairos.domain.lasts import known, same_of, value_hash
from kairos.domain.state import Fact
from kairos.domain.turn import Candidate, Turn
from kairos.domain.view import MISSING, View, text_of

_TERMS: Final = ("name", "percent", "amount", "valid", "code", "pool")
PLACED: Final = 10
"""How much content waits for a customer at a time."""


def advance(turn: Turn, run: Run, position: int, cursor: Millis) -> None:
    """Goes on at `position` (-1: the end), where the step is due at `cursor`."""
    campaign = turn.catalog.campaigns[run.campaign]
    run.held = ""
    while position >= 0:
        step = campaign.steps[position]
        run.step, run.began, run.due = step.id, cursor, cursor
        match step.do:
            case "send":
                turn.candidates.append(Candidate(run, campaign, step, cursor))
                return
            case "wait" if _exited(turn, run):  # known before the trigger was, or before this wait began
                turn.end(run, "exited")
                return
            case "wait":
                over = _wait(turn, run, step)
                if over is None:
                    return
                position, cursor = over
                turn.state.newest = max(turn.state.newest, cursor)  # though several were over before anybody looked
            case "exit":
                turn.end(run, "exit")
                return
            case _:
                position = _act(turn, run, step)
    turn.end(run, "finished")


def resume(turn: Turn, run: Run) -> None:
    """Takes up a run whose moment has come; one whose step is gone leaves."""
    campaign = turn.catalog.campaigns.get(run.campaign)
    position = campaign.index.get(run.step) if campaign else None
    if campaign is None or position is None:
        turn.end(run, "definition_changed")
    elif campaign.steps[position].do == "send":
        turn.candidates.append(Candidate(run, campaign, campaign.steps[position], run.began))
    else:
        advance(turn, run, position, run.began)


def _exited(turn: Turn, run: Run) -> bool:
    campaign = turn.catalog.campaigns[run.campaign]
    return manners.exited(turn.state, campaign, same_of(campaign, run.event), run.since, run.trigger)


def _wait(turn: Turn, run: Run, step: Step) -> tuple[int, Millis] | None:
    """Where and since when the chain goes on if the wait is over; else None, with the run's due moment set."""
    if step.on is not None:
        until = run.began + step.spec["timeout"]
        value = value_hash(run.event, step.on.same) if step.on.same else ""
        if heard := known(turn.state, step.on, value, run.began, short_hash(run.trigger), until):
            return step.next, heard[0]
        over = step.otherwise
    else:
        until, over = _until(turn, run, step), step.next
    if until <= turn.now:
        return over, until
    run.due = until
    return None


def _until(turn: Turn, run: Run, step: Step) -> Millis:
    view = turn.view(run.event)
    if "for" in step.spec:
        return int(run.began + step.spec["for"])
    if step.until is None:
        return moments.next_time(run.began, step.spec["until"]["at"], view.tz)
    moment = view.resolve(step.until)
    return run.began if moment is None else moment


def _act(turn: Turn, run: Run, step: Step) -> int:
    """Does what a step does at once; answers where the chain goes on."""
    view, spec = turn.view(run.event), step.spec
    match step.do:
        case "choose":
            return next((b.to for b in step.branches if b.when is None or b.when(view)), step.next)
        case "split":
            branch = variant_of(turn.customer.id, run.campaign, step)
            run.variant = f"{run.variant}-{branch.name}" if run.variant else branch.name
            turn.state.goals = [
                replace(goal, variant=run.variant) if (goal.campaign, goal.key) == (run.campaign, run.key) else goal
                for goal in turn.state.goals
            ]
            return branch.to
        case "tag" | "untag":
            for tag in spec["tags"]:
                turn.state.tags[tag] = (step.do == "tag", turn.now)
                turn.touched.add(f"tag:{tag}")
        case "score":
            turn.state.points += spec["points"]
            turn.touched.add("points")
        case "show" if not run.control and not _exited(turn, run):
            _show(turn, run, step)
        case "set":
            _set(turn, fill(spec["values"], view))
        case "coupon":
            run.coupon = _coupon(turn, run, step)
        case "emit" if not run.control:
            turn.emit(run.campaign, run.key, step.id, spec["type"], fill(spec.get("detail") or {}, view))
    return step.next


def _coupon(turn: Turn, run: Run, step: Step) -> Json:
    """A coupon, got ready: its code and time start with the message that shows it, unless one of that name lives then."""
    spec = step.spec
    terms = {name: spec[name] for name in _TERMS if spec.get(name) is not None}
    identity = (turn.customer.id, run.campaign, run.key, step.id, spec["name"])
    return terms | {"id": short_hash("\x1f".join(identity), 12)}


def live_coupon(turn: Turn, name: str) -> Json | None:
    """The one that a message has shown and whose time is not over."""
    live = turn.state.coupons.get(name)
    return live if live is not None and turn.now < live["since"] + live["valid"] else None


def reschedule(turn: Turn) -> None:
    """Waits for a moment of the customer move with it, and so does the end of quiet hours."""
    for run in turn.state.runs:
        campaign = turn.catalog.campaigns.get(run.campaign)
        position = campaign.index.get(run.step) if campaign else None
        if campaign is None or position is None:
            continue
        step = campaign.steps[position]
        if step.do == "wait":
            run.due = run.began + step.spec["timeout"] if step.on else _until(turn, run, step)
        elif run.held == "quiet_hours" and run.due > turn.now:  # else it is judged again in any case
            topic = step.spec.get("topic") or campaign.topic
            channels = manners.in_order(turn.state, turn.catalog, step.spec["channel"])
            channel, _ = manners.pick_channel(turn.state, turn.catalog, topic, channels, turn.now)
            run.due = manners.quiet_end(turn.state, turn.catalog, channel, turn.now) or turn.now


def variant_of(customer: str, campaign: str, step: Step) -> Branch:
    """The branch of a split that this customer always gets."""
    digest = hashlib.sha256(f"split\x1f{customer}\x1f{campaign}\x1f{step.id}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(branch.weight for branch in step.branches)
    for branch in step.branches:
        point -= branch.weight
        if point < 0:
            return branch
    return step.branches[-1]


def _show(turn: Turn, run: Run, step: Step) -> None:
    """Places content; a newer one of the same campaign and slot takes the place of the older."""
    campaign, spec = turn.catalog.campaigns[run.campaign], step.spec
    same = same_of(campaign, run.event)
    until = run.began + (spec.get("for") or campaign.expires)
    placed = Placed(
        run.campaign, run.key, step.id, spec["slot"], spec["template"], run.since, until, run.trigger, same, run.variant
    )  # fmt: skip
    others = [one for one in turn.state.placed if (one.campaign, one.slot) != (placed.campaign, placed.slot)]
    turn.state.placed = [placed, *others][:PLACED]


def _set(turn: Turn, values: Mapping[str, Any]) -> None:
    kept = turn.needed_profile().attributes.setdefault("behaviour", {})
    for name, value in values.items():
        kept[name] = Fact(value, turn.now, turn.now)
        if name in turn.catalog.attributes and facts.show(turn.state, name, "behaviour", value):
            turn.touched.add(f"attribute:{name}")
            turn.replan, turn.moved = True, turn.moved or name == manners.PAUSED_UNTIL


def fill(value: Any, view: View) -> Any:
    """A value of the bundle with its references replaced; one that is missing is left out."""
    if isinstance(value, Mapping):
        if "ref" in value:
            return view.read(tuple(value["ref"]))
        if "parts" in value:
            return "".join(text_of(fill(part, view)) for part in value["parts"])
        filled = {name: fill(part, view) for name, part in value.get("fields", value).items()}
        return {name: part for name, part in filled.items() if part is not MISSING}
    if isinstance(value, list):
        return [part for part in (fill(v, view) for v in value) if part is not MISSING]
    return value
