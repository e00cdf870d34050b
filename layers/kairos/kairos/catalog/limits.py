"""Caps that can never allow: one of no message at all, and those that cut off a campaign's own later messages."""

from collections.abc import Iterator
from typing import NamedTuple

from kairos.catalog import walk
from kairos.catalog.expiry import span
from kairos.catalog.problems import Problem
from kairos.catalog.source import Source
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Cap, Policy
from kairos.domain.language.steps import Clock, For, Send, Wait

DAY = 86_400_000


class _Sent(NamedTuple):
    """A message on the way to a step, and the most time since entering at which it goes."""

    time: int
    channels: frozenset[str]
    topic: str


def of_policy(policy: Policy, source: Source) -> Iterator[Problem]:
    """Caps of nothing."""
    for number, cap in enumerate(policy.frequency_caps):
        if not cap.at_most:
            yield source.problem(("frequency_caps", number, "at_most"), "a cap that allows no message ever",
                                 "at least 1", "a campaign is silenced by status: paused", warning=True)  # fmt: skip


def of_campaign(campaign: Campaign, policy: Policy, source: Source) -> Iterator[Problem]:
    """Sends that a cap refuses whenever those before them in the campaign went out."""
    yield from _chain(walk.chain(campaign.steps, ("steps",)), [], 0, campaign, policy, source)


def _chain(
    steps: list[walk.Placed], sent: list[_Sent], time: int, campaign: Campaign, policy: Policy, source: Source
) -> Iterator[Problem]:
    sent = list(sent)
    for loc, step in steps:
        if isinstance(step, Send):
            topic = walk.topic_of(campaign, step)
            if topic in policy.topics and policy.topics[topic].transactional:
                continue
            here = _Sent(time, frozenset(step.send.channel), topic)
            for cap in policy.frequency_caps:
                before = sum(_counts(cap, here, other) for other in sent)
                if _is_for(cap, here) and cap.at_most and before >= cap.at_most:
                    found = f"message {before + 1} within {span(cap.per)}, of which a cap allows {cap.at_most}"
                    yield source.problem((*loc, "send"), found, "a longer wait before it", warning=True)
                    break
            sent.append(here)
        for branch in walk.branches(loc, step):
            yield from _chain(branch, [] if isinstance(step, Wait) else sent, time, campaign, policy, source)
        if isinstance(step, Wait):
            most = step.wait.for_ if isinstance(step.wait, For) else DAY if isinstance(step.wait, Clock) else None
            sent, time = (sent, time + most) if most is not None else ([], 0)  # who knows how long


def _is_for(cap: Cap, message: _Sent) -> bool:
    """Whether the cap holds for the message, whichever channel it takes."""
    return (not cap.channels or message.channels <= set(cap.channels)) and (
        not cap.topics or message.topic in cap.topics
    )


def _counts(cap: Cap, here: _Sent, other: _Sent) -> bool:
    """Whether a message before takes a place that this one needs."""
    if not _is_for(cap, other) or here.time - other.time >= cap.per:
        return False
    return cap.same != "topic" or here.topic == other.topic
