"""Consents that nothing can grant: double opt-ins that no mail asks to confirm, at all or on the channels of a send."""

import re
from collections.abc import Iterator
from typing import Any, Final

from kairos.catalog import walk
from kairos.catalog.definitions import Definitions
from kairos.catalog.problems import Problem
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.language.selectors import Selector
from kairos.domain.language.steps import Send
from kairos.domain.pattern import compile_pattern

ASKED: Final = "consent.requested"
_CONFIRMS: Final = re.compile(r"\bconfirm_url\b")


def problems(found: Definitions, policy: Policy) -> Iterator[Problem]:
    """Each topic that waits for a proof which no campaign asks for."""
    for topic, rule in policy.topics.items():
        if rule.transactional or rule.consent != "double_opt_in":
            continue
        hints = [_hint(found, policy, name, campaign, topic) for name, campaign in found.campaigns.items()]
        if "" not in hints:
            hint = next((hint for hint in hints if hint), None) or "the mail needs a topic that asks for no consent"
            yield found.sources[""].problem(
                ("topics", topic, "consent"), "double_opt_in that nothing lets them prove",
                f"a campaign on {ASKED} whose mail has the confirm_url", hint, warning=True,
            )  # fmt: skip
        else:
            yield from _channels(found, policy, topic)


def _channels(found: Definitions, policy: Policy, topic: str) -> Iterator[Problem]:
    """Sends on the topic over nothing but channels that no confirmation is about."""
    for name, campaign in found.campaigns.items():
        for loc, step in walk.steps(campaign):
            if not isinstance(step, Send) or walk.topic_of(campaign, step) != topic:
                continue
            about = [(other, channel) for other in found.campaigns.items() for channel in step.send.channel]
            if "" not in [_hint(found, policy, *other, topic, channel) for other, channel in about]:
                yield found.sources[name].problem(
                    (*loc, "send", "channel"), f"{' and '.join(step.send.channel)}, which nothing lets them prove",
                    f"a campaign on {ASKED} for that channel", f"{topic} is double_opt_in, another topic may be not",
                    warning=True,
                )  # fmt: skip


def _hint(
    found: Definitions, policy: Policy, name: str, campaign: Campaign, topic: str, channel: str = ""
) -> str | None:
    """Empty if the campaign asks for the proof; what hinders it; or None if it is about something else."""
    trigger = campaign.trigger
    asked = {"topic": topic} | ({"channel": channel} if channel else {})
    if not isinstance(trigger, Selector) or ASKED not in trigger.event or not _admits(trigger.match, asked):
        return None
    asking = [step for _, step in walk.steps(campaign) if isinstance(step, Send) and _confirms(found, name, step)]
    if not asking:
        return f"{name} sends no confirm_url"
    if campaign.status == "draft":
        return f"{name} would, but is a draft"
    topics = [policy.topics[of] for step in asking if (of := walk.topic_of(campaign, step)) in policy.topics]
    if not any(rule.transactional or rule.consent == "implied" for rule in topics):
        return f"{name} would, but on a topic that itself needs consent"
    return ""


def _admits(match: dict[str, Any] | None, asked: dict[str, str]) -> bool:
    leaves = {name: leaf for name, leaf in (match or {}).get("properties", {}).items() if name in asked}
    return not leaves or bool(compile_pattern(leaves)(asked))


def _confirms(found: Definitions, name: str, step: Send) -> bool:
    template = found.folders[name].templates.get(step.send.template, {})
    return any(
        _CONFIRMS.search(text)
        for channel in step.send.channel
        for fields in template.get(channel, {}).values()
        for text in fields.values()
        if isinstance(text, str)
    )
