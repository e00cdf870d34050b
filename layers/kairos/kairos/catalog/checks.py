"""What is well-formed, and still cannot do what it was written for."""

from collections.abc import Iterator
from pathlib import Path

from kairos.catalog import codes, expiry, lawful, limits, operators, pages, proofs, schedules, variables
from kairos.catalog.definitions import Definitions
from kairos.catalog.problems import Problem
from kairos.catalog.source import Source
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.language.triggers import ExternalTrigger, ScheduleTrigger
from kairos.domain.reach import places_in

_INDEXED = "tagged, segment, interest, or an indexed attribute with plain values, which everybody meets"


def problems(found: Definitions, directory: Path) -> Iterator[Problem]:
    """Every such problem of what could be read; without the policy there is nothing to compare with."""
    if found.policy is None:
        return
    for name, campaign in found.campaigns.items():
        source = found.sources[name]
        yield from operators.problems(source)
        yield from _schedule(campaign, source)
        yield from _audience(campaign, found.policy, source)
        yield from expiry.problems(campaign, found.policy, source)
        yield from limits.of_campaign(campaign, found.policy, source)
        yield from codes.problems(campaign, found.policy, source)
    yield from operators.problems(found.sources[""])
    yield from limits.of_policy(found.policy, found.sources[""])
    yield from pages.problems(found.policy, found.sources[""], directory)
    yield from proofs.problems(found, found.policy)
    yield from lawful.problems(found, found.policy, directory)
    yield from variables.problems(found, found.policy, directory)


def _schedule(campaign: Campaign, source: Source) -> Iterator[Problem]:
    """What the library that plays schedules refuses, which is more than their syntax."""
    trigger = campaign.trigger
    cron = trigger.schedule.get("cron") if isinstance(trigger, ScheduleTrigger) else None
    if cron and (wrong := schedules.problem(cron)):
        yield source.problem(("trigger", "schedule"), wrong, "a schedule that comes")


def _audience(campaign: Campaign, policy: Policy, source: Source) -> Iterator[Problem]:
    """An audience is gone through by an index; without one of its conditions nobody is reached."""
    kind = {ExternalTrigger: "external", ScheduleTrigger: "schedule"}.get(type(campaign.trigger))
    if kind is None:
        return
    node = campaign.audience.bundle() if campaign.audience else None
    if not places_in(node, policy.attributes.indexed):
        what = "an audience without an index" if node else "no audience"
        yield source.problem(("audience",) if node else ("trigger", kind), what, _INDEXED,
                             f"{kind} reaches nobody without", warning=True)  # fmt: skip
