"""Coupon codes that no shop could honour, because it never hears of them."""

from collections.abc import Iterator

from kairos.catalog import walk
from kairos.catalog.problems import Problem
from kairos.catalog.source import Source
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.deeds import Coupon
from kairos.domain.language.policy import Policy

ISSUED = "coupon.issued"


def problems(campaign: Campaign, policy: Policy, source: Source) -> Iterator[Problem]:
    """The first coupon of a campaign whose codes are made here, while the policy publishes none; a pool's are the shop's own."""
    if ISSUED in policy.publish:
        return
    for loc, step in walk.steps(campaign):
        if isinstance(step, Coupon) and step.coupon.pool is None:
            yield source.problem(
                (*loc, "coupon"), "a code that the shop does not hear of", f"publish: [{ISSUED}] in policy.yaml, or a pool:",
                "it could not tell it from a made-up one", warning=True,
            )  # fmt: skip
            return
