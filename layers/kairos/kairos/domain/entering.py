"""The gates of entry, in their order; the first that refuses is the recorded reason."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kairos.domain.chain import advance
from kairos.domain.definitions import Campaign
from kairos.domain.effects import PutEntry
from kairos.domain.events import Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.journey import Goal, Moment, Recent, Run
from kairos.domain.lasts import LATE, known, value_hash
from kairos.domain.turn import Turn
from kairos.domain.view import MISSING, View, project, same_text

SIDE_BY_SIDE = 10
"""How many keys of a campaign run at a time."""

REMEMBERED = SIDE_BY_SIDE
"""How many late entries a campaign keeps; the keys themselves are kept by the table."""

UNDER_WAY = 100
"""How many entries of all campaigns together run at a time."""

GOALS = 50
"""How many goals are hoped for at a time, the newest ones."""


def enter(
    turn: Turn,
    campaign: Campaign,
    event: Json,
    *,
    since: Millis,
    moment: Millis,
    trigger: str,
    snapshot: str | None = None,
) -> None:
    """Lets the customer in, or records which gate refused. `moment` is when the campaign was due to start."""
    view = turn.view(event, moment)
    key = entry_key(campaign.key, view) or trigger
    reason = _refusal(turn, campaign, key, view, moment)
    if reason:
        turn.record(campaign.name, key, "refused", reason)
        return
    turn.state.newest = max(turn.state.newest, moment)  # an occurrence is seen as an event of their own would be
    control = is_control(turn.customer.id, campaign)
    run = Run(
        campaign.name, key, entered=turn.now, since=since, trigger=trigger, step="", began=moment, due=moment,
        control=control, event=project(event, campaign.run_paths),
    )  # fmt: skip
    turn.state.runs.append(run)
    turn.touched.add(f"campaign:{campaign.name}")
    turn.effects.append(
        PutEntry(
            campaign.name, key, turn.now, since, trigger, control,
            project(event, campaign.event_paths), snapshot, turn.now + turn.catalog.policy.keys,
        )
    )  # fmt: skip
    _remember(turn, campaign, key)
    turn.record(campaign.name, key, "entered", "holdout" if control else "")
    turn.tell("campaign.entered", campaign.name, key)
    advance(turn, run, 0 if campaign.steps else -1, moment)
    if campaign.goal is not None:
        same = value_hash(event, campaign.goal.same) if campaign.goal.same else None
        until = moment + campaign.goal_within
        hope(turn, campaign, Goal(campaign.name, key, moment, until, short_hash(trigger), same, run.variant))


def hope(turn: Turn, campaign: Campaign, goal: Goal) -> None:
    """From now on the goal may be reached; it has been, if its event came before the entry was decided."""
    reached = _known(turn, campaign, goal)
    if reached is not None:
        reach_goal(turn, campaign, goal, reached)
    else:
        _keep(turn, goal)


def hope_again(turn: Turn, campaign: Campaign, goal: Goal) -> None:
    """The same for content, which nobody enters: shown again meanwhile it is hoped for so much longer, and reached once all the same."""
    others = [other for other in turn.state.goals if other.campaign == goal.campaign]
    if turn.now >= goal.until + LATE or any(goal.since < other.reached <= goal.until for other in others):
        return
    reached = _known(turn, campaign, goal)
    for other in others:
        meanwhile = not other.reached and other.since <= goal.until and goal.since <= other.until
        if meanwhile and (reached is None or other.since < reached[0]):
            goal = replace(min(other, goal, key=lambda one: one.since), until=max(other.until, goal.until))
            turn.state.goals.remove(other)
    hope(turn, campaign, goal)


def _known(turn: Turn, campaign: Campaign, goal: Goal) -> Moment | None:
    assert campaign.goal is not None
    return known(turn.state, campaign.goal, goal.same or "", goal.since + 1, goal.trigger, goal.until)


def _keep(turn: Turn, goal: Goal) -> None:
    others = [other for other in turn.state.goals if other.until + LATE > turn.now]
    others.sort(key=lambda other: not other.reached)
    turn.state.goals = [*others[1 - GOALS :], goal]


def reach_goal(turn: Turn, campaign: Campaign, goal: Goal, reached: Moment) -> None:
    """Records a success, and what it was worth if the goal names that."""
    if campaign.trigger.kind == "inbound":  # there is no key that would be used up
        _keep(turn, replace(goal, reached=reached[0]))
    amount, currency = reached[2] if len(reached) > 2 else 0.0, None
    if campaign.goal is not None and campaign.goal.worth is not None:
        currency = reached[3] if len(reached) > 3 else turn.catalog.policy.currency
    turn.record(goal.campaign, goal.key, "goal", variant=goal.variant, value=amount, currency=currency or "")
    turn.tell("goal.reached", goal.campaign, goal.key, value=amount, currency=currency)


def entry_key(parts: Sequence[Any] | None, view: View) -> str | None:
    """The key's text; None if there is no key or a part is missing."""
    if parts is None:
        return None
    texts = []
    for part in parts:
        value = view.read(tuple(part["ref"])) if isinstance(part, dict) else part
        if value is MISSING or value is None:
            return None
        texts.append(same_text(value) if isinstance(part, dict) else value)
    return "".join(texts)


def is_control(customer: str, campaign: Campaign) -> bool:
    """Whether the customer is held out of the campaign: always the same answer for both."""
    digest = hashlib.sha256(f"holdout\x1f{customer}\x1f{campaign.name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < campaign.holdout * 2**64


def _refusal(turn: Turn, campaign: Campaign, key: str, view: View, moment: Millis) -> str:
    if campaign.status == "paused":
        return "paused"
    if turn.now >= moment + campaign.expires:
        return "expired"
    truth = campaign.audience(view) if campaign.audience else True
    if not truth:
        return "history_unknown" if truth is None else "not_in_audience"
    running = [run for run in turn.state.runs if run.campaign == campaign.name]
    used = (campaign.name, key) in turn.customer.used or any(run.key == key for run in running)
    if used or turn.recent(campaign.name, key):
        return "duplicate"
    if _cooling(turn, campaign):
        return "cooldown"
    limit = 1 if campaign.key is None else SIDE_BY_SIDE
    return "in_campaign" if len(running) >= limit or len(turn.state.runs) >= UNDER_WAY else ""


def _cooling(turn: Turn, campaign: Campaign) -> bool:
    spans = [*campaign.groups]
    if campaign.cooldown:
        spans.append((frozenset((campaign.name,)), campaign.cooldown))
    return any(
        not recent.given_back and recent.entered > turn.now - span
        for names, span in spans
        for recent in turn.recents(names)
    )


def _remember(turn: Turn, campaign: Campaign, key: str) -> None:
    recents = turn.state.recents.get(campaign.name, [])
    turn.state.recents[campaign.name] = [Recent(short_hash(key), turn.now), *recents][:REMEMBERED]
