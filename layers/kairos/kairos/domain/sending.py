"""The gates of a send, arbitration last: what cannot go silences nothing."""

from kairos.domain import manners
from kairos.domain.chain import advance
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.events import Millis
from kairos.domain.facts import value_hash
from kairos.domain.state import Sent
from kairos.domain.turn import SETTLING, Candidate, Turn


def settle(turn: Turn) -> None:
    """Judges every send that is due until none is left; each chain goes on behind its send."""
    while turn.candidates:
        candidates = sorted(turn.candidates, key=_rank)
        turn.candidates = []
        for candidate in candidates:
            if any(run is candidate.run for run in turn.state.runs):
                _judge(turn, candidate)


def _rank(candidate: Candidate) -> tuple[bool, int, float, Millis, str]:
    """Priority, value, earlier moment, name; what needs no arbitration first."""
    campaign = candidate.campaign
    return (bool(campaign.topic), -campaign.priority, -campaign.value, candidate.due, campaign.name)


def _judge(turn: Turn, candidate: Candidate) -> None:
    run, campaign, step = candidate.run, candidate.campaign, candidate.step
    policy, state = turn.catalog.policy, turn.state
    topic = step.spec.get("topic") or campaign.topic
    expires = candidate.due + (step.spec.get("expires") or campaign.expires)
    same = {exit.keep: value_hash(run.event, exit.same) for exit in campaign.exits}
    if campaign.status == "paused":
        return _refuse(turn, candidate, "paused")
    if manners.exited(state, campaign, same, run.since, run.trigger):
        _refuse(turn, candidate, "exited", go_on=False)
        return turn.end(run, "exited")
    if turn.now >= expires:
        return _refuse(turn, candidate, "expired")
    channel, reason = manners.pick_channel(state, policy, topic, step.spec["channel"])
    if reason:
        return _refuse(turn, candidate, reason, channel=channel)
    marketing = not policy.transactional(topic)
    if marketing:
        if not run.control and manners.capped(state, policy, channel, topic, campaign.name, turn.now):
            return _refuse(turn, candidate, "frequency_cap", channel=channel)
        if end := manners.quiet_end(state, turn.catalog, channel, turn.now):
            return _defer(turn, candidate, "quiet_hours", end, channel)
        if policy.window and run.held != "window":
            if state.window <= turn.now:
                state.window = turn.now + policy.window
            return _defer(turn, candidate, "window", state.window, channel)
        if turn.kept >= policy.keep:
            if policy.then == "requeue":
                return _defer(turn, candidate, "outranked", turn.now + policy.after, channel)
            return _refuse(turn, candidate, "outranked", channel=channel)
    if run.control:
        if recent := turn.recent(campaign.name, run.key):
            recent.tried, recent.kept = recent.tried + 1, recent.kept + 1
        return _refuse(turn, candidate, "holdout", channel=channel, tried=False)
    turn.kept += marketing
    position = step.spec["channel"].index(channel)
    put = PutMessage(
        id=message_id(turn.customer.id, campaign.name, run.key, step.id, channel),
        campaign=campaign.name, key=run.key, step=step.id, channel=channel,
        channels=tuple(step.spec["channel"][position + 1 :]), topic=topic, template=step.spec["template"],
        transactional=not marketing, since=run.since, trigger=run.trigger, same=same, expires=expires,
        due=turn.now + SETTLING, guard=state.guard, catalog=turn.catalog.hash, coupon=run.coupon,
    )  # fmt: skip
    take(turn, put)
    if recent := turn.recent(campaign.name, run.key):
        recent.tried, recent.kept = recent.tried + 1, recent.kept + 1
    advance(turn, run, step.next, turn.now if run.held else candidate.due)


def take(turn: Turn, put: PutMessage) -> None:
    """Decides a message: it takes its cap place in the same write. One that exists already is not made again."""
    if put.id in turn.customer.made:
        return
    turn.effects.append(put)
    turn.state.sends.append(Sent(turn.now, put.id, put.channel, put.topic, put.campaign))


def _refuse(
    turn: Turn, candidate: Candidate, reason: str, *, channel: str = "", go_on: bool = True, tried: bool = True
) -> None:  # fmt: skip
    """Records the reason; a refused send does not stop the chain."""
    run, step = candidate.run, candidate.step
    turn.record(run.campaign, run.key, "refused", reason, step=step.id, channel=channel)
    if tried and (recent := turn.recent(run.campaign, run.key)):
        recent.tried += 1
    if reason != "holdout":
        turn.tell("message.refused", run.campaign, run.key, step=step.id, channel=channel or None, reason=reason)
    if go_on:
        advance(turn, run, step.next, turn.now if run.held else candidate.due)


def _defer(turn: Turn, candidate: Candidate, reason: str, until: Millis, channel: str) -> None:
    """Holds the send, and its chain, until it is judged again."""
    run = candidate.run
    run.held, run.due = reason, until
    turn.record(run.campaign, run.key, "deferred", reason, step=candidate.step.id, channel=channel)
