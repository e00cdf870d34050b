"""The gates of a send, arbitration last: what cannot go silences nothing."""

from dataclasses import dataclass
from functools import partial

from kairos.domain import manners
from kairos.domain.chain import advance, live_coupon
from kairos.domain.definitions import Campaign
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.events import Millis
from kairos.domain.journey import Run, Sent
from kairos.domain.lasts import same_of
from kairos.domain.turn import SETTLING, Candidate, Turn
from kairos.domain.view import View

_SOONEST: Millis = 60_000
"""A send that is put off comes up again in another minute, not in the same decision."""


def settle(turn: Turn) -> None:
    """Judges every send that is due until none is left; each chain goes on behind its send."""
    while turn.candidates:
        candidates = sorted(turn.candidates, key=partial(_rank, turn))
        turn.candidates = []
        for candidate in candidates:
            if any(run is candidate.run for run in turn.state.runs):
                _judge(turn, candidate)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gates say of a send: a reason refuses it, or defers it if there is an `until`."""

    channel: str
    reason: str = ""
    until: Millis = 0


def _rank(turn: Turn, candidate: Candidate) -> tuple[int, float, Millis, str]:
    """Priority, value × likelihood, earlier moment, name."""
    campaign = candidate.campaign
    return (-campaign.priority, -worth(campaign, turn.view(candidate.run.event)), candidate.due, campaign.name)


def worth(campaign: Campaign, view: View) -> float:
    """What a campaign may be expected to earn: value × likelihood, either of which may be the customer's attribute."""
    return view.number(campaign.value, 0.0) * min(max(view.number(campaign.likelihood, 1.0), 0.0), 1.0)


def _judge(turn: Turn, candidate: Candidate) -> None:
    verdict, run = _gates(turn, candidate), candidate.run
    if verdict.until:
        _defer(turn, candidate, verdict)
        return
    if verdict.reason:
        turn.record(
            run.campaign, run.key, "refused", verdict.reason,
            step=candidate.step.id, channel=verdict.channel, variant=run.variant,
        )  # fmt: skip
    if verdict.reason not in ("", "holdout"):
        about = {
            "step": candidate.step.id, "variant": run.variant or None,
            "channel": verdict.channel or None, "reason": verdict.reason,
            "message_id": _identity(turn, candidate, verdict.channel or candidate.step.spec["channel"][0]),
        }  # fmt: skip
        turn.tell("message.refused", run.campaign, run.key, **about)
    if recent := turn.recent(run.campaign, run.key):
        recent.tried += 1
        recent.kept += verdict.reason in ("", "holdout")
    if verdict.reason == "exited":
        turn.end(run, "exited")
        return
    if not verdict.reason:
        _share_coupon(turn, run)
        put = _message(turn, candidate, verdict.channel)
        turn.kept += not put.transactional  # also one that exists already: what is decided again is decided alike
        take(turn, put)
        _start_coupon(turn, run)
    advance(turn, run, candidate.step.next, turn.now if run.held else candidate.due)


def _gates(turn: Turn, candidate: Candidate) -> Verdict:
    """The first gate that does not let it through."""
    run, campaign, spec = candidate.run, candidate.campaign, candidate.step.spec
    policy, state, topic = turn.catalog.policy, turn.state, _topic(candidate)
    if campaign.status == "paused":
        return Verdict("", "paused")
    if manners.exited(state, campaign, same_of(candidate.campaign, candidate.run.event), run.since, run.trigger):
        return Verdict("", "exited")
    if turn.now >= _expires(candidate):
        return Verdict("", "expired")
    channels = manners.in_order(state, turn.catalog, spec["channel"])
    channel, reason = manners.pick_channel(state, turn.catalog, topic, channels, turn.now)
    if reason:
        return Verdict(channel, reason)
    if policy.transactional(topic):
        return Verdict(channel, "holdout" if run.control else "")
    if manners.capped(state, policy, channel, topic, campaign.name, turn.now):
        return Verdict(channel, "frequency_cap")
    if end := manners.quiet_end(state, turn.catalog, channel, turn.now):
        return Verdict(channel, "quiet_hours", end)
    if policy.window and run.held != "window":
        closes = state.window if state.window > turn.now else turn.now + policy.window
        if not run.control:  # who will get nothing opens no window for others
            state.window = closes
        return Verdict(channel, "window", closes)
    if turn.kept >= policy.keep:
        return Verdict(channel, "outranked", turn.now + max(policy.after, _SOONEST) if policy.then == "requeue" else 0)
    return Verdict(channel, "holdout" if run.control else "")


def _identity(turn: Turn, candidate: Candidate, channel: str) -> str:
    run = candidate.run
    return message_id(turn.customer.id, run.campaign, run.key, candidate.step.id, channel)


def _message(turn: Turn, candidate: Candidate, channel: str) -> PutMessage:
    run, campaign, step, topic = candidate.run, candidate.campaign, candidate.step, _topic(candidate)
    channels = manners.in_order(turn.state, turn.catalog, step.spec["channel"])
    return PutMessage(
        id=_identity(turn, candidate, channel),
        campaign=campaign.name, key=run.key, step=step.id, channel=channel,
        channels=channels[channels.index(channel) + 1 :], topic=topic, template=step.spec["template"],
        transactional=turn.catalog.policy.transactional(topic), since=run.since, trigger=run.trigger,
        same=same_of(candidate.campaign, candidate.run.event), expires=_expires(candidate), due=turn.now + SETTLING, guard=turn.state.guard,
        catalog=turn.catalog.hash, variant=run.variant, coupon=run.coupon,
    )  # fmt: skip


def _share_coupon(turn: Turn, run: Run) -> None:
    """One live code a name: another message may have shown one that is good still."""
    if run.coupon is not None and "since" not in run.coupon:
        run.coupon = live_coupon(turn, run.coupon["name"]) or run.coupon


def _start_coupon(turn: Turn, run: Run) -> None:
    """From the first message that shows it a coupon is live; later ones show the same code and end."""
    if run.coupon is not None and "since" not in run.coupon:
        run.coupon = {**run.coupon, "since": turn.now}
        turn.state.coupons[run.coupon["name"]] = run.coupon


def _topic(candidate: Candidate) -> str:
    return str(candidate.step.spec.get("topic") or candidate.campaign.topic)


def _expires(candidate: Candidate) -> Millis:
    return int(candidate.due + (candidate.step.spec.get("expires") or candidate.campaign.expires))


def _defer(turn: Turn, candidate: Candidate, verdict: Verdict) -> None:
    """Holds the send, and its chain, until it is judged again."""
    run = candidate.run
    run.held, run.due = verdict.reason, verdict.until
    turn.record(
        run.campaign, run.key, "deferred", verdict.reason, step=candidate.step.id, channel=verdict.channel
    )  # fmt: skip


def short(message: str) -> str:
    """What tells a message from the customer's others: 40 bits of its id."""
    return message[:8]


def take(turn: Turn, put: PutMessage) -> None:
    """Decides a message: it takes its cap place in the same write. One that exists already is not made again."""
    if put.id not in turn.customer.made:
        turn.effects.append(put)
    if all(sent.message != short(put.id) for sent in turn.state.sends):  # a restored state has forgotten it
        turn.state.sends.append(Sent(turn.now, short(put.id), put.channel, put.topic, put.campaign))
