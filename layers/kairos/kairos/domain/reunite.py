"""Journeys of two states as one: entries side by side where that is allowed, late entries for cooldowns, goals, content."""

from kairos.domain import manners
from kairos.domain.chain import PLACED, advance
from kairos.domain.entering import REMEMBERED, SIDE_BY_SIDE, UNDER_WAY, hope, hope_again
from kairos.domain.events import Millis
from kairos.domain.journey import Goal, Recent, Run
from kairos.domain.lasts import same_of
from kairos.domain.state import State
from kairos.domain.turn import Turn, give_back


def unite_journeys(turn: Turn, other: State) -> None:
    """Takes the other's journeys into the turn; what the facts of both together end or continue, ends or goes on."""
    state = turn.state
    leaving = _stay(turn, sorted([*state.runs, *other.runs], key=lambda run: run.entered))
    _unite_goals(turn, other)  # before late entries: they tell which goals were hoped for already
    for name, recents in other.recents.items():
        state.recents[name] = _unite_recents(state.recents.get(name, []), recents)
    for run in leaving:
        _leave(turn, run)
    for name, coupon in other.coupons.items():  # of two live ones of a name, the one that lives longer
        state.coupons[name] = max(state.coupons.get(name, coupon), coupon, key=lambda one: one["since"] + one["valid"])
    taken = {(one.campaign, one.key, one.step) for one in state.placed}
    theirs = [one for one in other.placed if (one.campaign, one.key, one.step) not in taken]
    state.placed = sorted([*state.placed, *theirs], key=lambda one: -one.since)[:PLACED]
    _look_again(turn)


def _stay(turn: Turn, runs: list[Run]) -> list[Run]:
    """Lets the older ones stay, one on each key and no more than may run side by side; answers who leaves."""
    stay: list[Run] = []
    leaving: list[Run] = []
    for run in runs:
        campaign = turn.catalog.campaigns.get(run.campaign)
        beside = [one for one in stay if one.campaign == run.campaign]
        most = 1 if campaign is not None and campaign.key is None else SIDE_BY_SIDE
        full = len(beside) >= most or len(stay) >= UNDER_WAY
        (leaving if full or any(one.key == run.key for one in beside) else stay).append(run)
    turn.state.runs = stay
    return leaving


def _leave(turn: Turn, run: Run) -> None:
    turn.record(run.campaign, run.key, "left", "merged", step=run.step)
    turn.tell("campaign.left", run.campaign, run.key, reason="merged")
    stays = any((one.campaign, one.key) == (run.campaign, run.key) for one in turn.state.runs)
    if (recent := turn.recent(run.campaign, run.key)) and not stays:
        recent.ended = True
        give_back(recent)


def _unite_recents(mine: list[Recent], theirs: list[Recent]) -> list[Recent]:
    """Each key once, as of its later entry: of two cooldowns the longer counts."""
    by_key: dict[str, Recent] = {}
    for recent in (*mine, *theirs):
        known = by_key.get(recent.key)
        by_key[recent.key] = recent if known is None else _both(known, recent)
    return sorted(by_key.values(), key=lambda recent: -recent.entered)[:REMEMBERED]


def _both(one: Recent, other: Recent) -> Recent:
    return Recent(
        one.key, max(one.entered, other.entered), one.tried + other.tried, one.kept + other.kept,
        one.ended and other.ended, one.given_back and other.given_back,
    )  # fmt: skip


def _unite_goals(turn: Turn, other: State) -> None:
    """Hopes on for all of them; one that an event of the other has reached is reached."""
    mine = turn.state.goals
    known = {_which(goal) for goal in mine}
    known |= {_which(goal) for goal in other.goals if turn.recent(goal.campaign, goal.key)}
    theirs = [goal for goal in other.goals if _which(goal) not in known]
    turn.state.goals = [goal for goal in (*mine, *theirs) if goal.reached]
    for goal in sorted([*mine, *theirs], key=lambda goal: goal.since):
        campaign = turn.catalog.campaigns.get(goal.campaign)
        if campaign is None or campaign.goal is None or goal.reached:
            continue
        (hope_again if campaign.trigger.kind == "inbound" else hope)(turn, campaign, goal)


def _which(goal: Goal) -> tuple[str, str, Millis]:
    return goal.campaign, goal.key, goal.reached


def _look_again(turn: Turn) -> None:
    """An exit or an awaited event that only the other had heard of, and the moment when what waits for others is judged."""
    for run in list(turn.state.runs):
        campaign = turn.catalog.campaigns.get(run.campaign)
        if campaign is None:
            continue
        if manners.exited(turn.state, campaign, same_of(campaign, run.event), run.since, run.trigger):
            turn.end(run, "exited")
        elif (position := campaign.index.get(run.step)) is not None and campaign.steps[position].on is not None:
            advance(turn, run, position, run.began)
        elif run.held == "window":  # two windows are one, or each would let through as many as both may
            run.due = max(run.due, turn.state.window)
    turn.state.placed = [
        one
        for one in turn.state.placed
        if (campaign := turn.catalog.campaigns.get(one.campaign)) is None
        or not manners.exited(turn.state, campaign, one.same, one.since, one.trigger)
    ]
