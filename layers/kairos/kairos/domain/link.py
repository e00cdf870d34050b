"""Makes a compiled bundle runnable: closures for conditions, an index by event type, the list of what to keep."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kairos.domain import context, link_campaign, reach, watching
from kairos.domain.conditions import compile_condition
from kairos.domain.definitions import (
    Campaign,
    Cap,
    Catalog,
    Concern,
    Count,
    Policy,
    Selector,
)  # fmt: skip
from kairos.domain.events import OWN_TYPES, Json
from kairos.domain.identity import short_hash
from kairos.domain.interest import Dimension
from kairos.domain.keeping import Keeping
from kairos.domain.manners import PAUSED_UNTIL, PREFERRED_CHANNEL
from kairos.domain.needs import Needs, counted


def link(bundle: Json) -> Catalog:
    """The catalog of a bundle. The bundle is trusted: it was validated when it was compiled."""
    return _Linker(bundle).catalog()


class _Linker:
    def __init__(self, bundle: Json) -> None:
        self.bundle = bundle
        self.keeping = Keeping(bundle["policy"])

    def catalog(self) -> Catalog:
        policy = self.policy(self.bundle["policy"])
        live = {name: c for name, c in self.bundle["campaigns"].items() if c["status"] != "draft"}
        campaigns = {name: link_campaign.campaign(name, node, self.keeping) for name, node in live.items()}
        indexed = reach.indexed(campaigns.values())
        counts = tuple(self.keeping.needs.counts.values())
        kept = {*context.OBSERVED, PAUSED_UNTIL} | _preferences(campaigns)
        attributes = frozenset(self.keeping.needs.attributes | kept)
        selectors = (*self.keeping.selectors, *self.keeping.lasts.values(), *(count.on for count in counts))
        types = {type for selector in selectors for type in selector.types} - {"any"}
        types |= {type for dimension in policy.interests.values() for type in dimension.weights}
        index = short_hash(repr([(place.kind, place.name) for place in indexed]), 3) if indexed else ""
        timed = [[name, c["trigger"]] for name, c in live.items() if c["trigger"]["kind"] in ("date", "inactivity")]
        catalog = Catalog(
            hash=self.bundle["hash"],
            policy=policy,
            campaigns=campaigns,
            counts=self.keeping.needs.counts,
            lasts=self.keeping.lasts,
            attributes=attributes,
            names=short_hash(" ".join(sorted(attributes)), 3),
            by_type={type: self.concern(type, selectors, counts, campaigns, policy) for type in types},
            anything=self.concern("any", selectors, counts, campaigns, policy),
            dated=_of_kind(campaigns, "date"),
            lapsing=_of_kind(campaigns, "inactivity"),
            outside=_of_kind(campaigns, "external"),
            scheduled=_of_kind(campaigns, "schedule"),
            inbound=_of_kind(campaigns, "inbound"),
            coupons=any(step.do == "coupon" for c in campaigns.values() for step in c.steps),
            indexed=indexed,
            index=index,
            plan=short_hash(json.dumps([timed, sorted(self.keeping.watches), index], sort_keys=True), 9),
        )
        return self.watched(catalog)

    def watched(self, catalog: Catalog) -> Catalog:
        """The catalog with what it watches, found by what that looks at."""
        watches = {keep: replace(w, empty=watching.of_nobody(w, catalog)) for keep, w in self.keeping.watches.items()}
        looks = {look for looked in self.keeping.looks.values() for look in looked}
        by_look = {look: tuple(w for keep, w in watches.items() if look in self.keeping.looks[keep]) for look in looks}
        return replace(catalog, watches=watches, watching=by_look)

    def concern(
        self,
        type: str,
        selectors: Sequence[Selector],
        counts: Sequence[Count],
        campaigns: Mapping[str, Campaign],
        policy: Policy,
    ) -> Concern:
        names = {type} if type in OWN_TYPES else {type, "any"}
        triggers = [(c, c.trigger.on) for c in campaigns.values() if c.trigger.on is not None]
        return Concern(
            selectors=tuple(s for s in selectors if s.types & names),
            counts=tuple(c for c in counts if c.on.types & names),
            lasts=tuple(s for s in self.keeping.lasts.values() if s.types & names),
            arming=tuple(c for c, on in triggers if c.trigger.kind == "inaction" and on.types & names),
            starting=tuple(c for c, on in triggers if c.trigger.kind == "event" and on.types & names),
            interests=tuple(d for d in policy.interests.values() if type in d.weights),
        )

    def policy(self, node: Json) -> Policy:
        arbitration = node["arbitration"]
        scoring = tuple(
            (self.keeping.needs.count(counted(rule, rule["at_most"])), rule["points"]) for rule in node["scoring"]
        )
        self.keeping.means["score"] = frozenset({"points", *(f"count:{count.keep}" for count, _ in scoring)})
        grading = Needs(self.keeping.segments)
        grades = tuple((rule["grade"], compile_condition(rule["when"], grading)) for rule in node["grades"])
        self.keeping.means["grade"] = frozenset(grading.looks)
        self.keeping.needs.join(grading)
        return Policy(
            timezone=node["timezone"],
            currency=node["currency"],
            topics=node["topics"],
            quiet=tuple((frozenset(q["channels"]), q["from"], q["to"]) for q in node["quiet_hours"]),
            caps=tuple(
                Cap(c["at_most"], c["per"], _set(c.get("channels")), _set(c.get("topics")), c.get("same"))
                for c in node["frequency_caps"]
            ),
            keep=arbitration["keep"],
            window=arbitration["window"],
            then=arbitration["then"],
            after=arbitration["after"],
            precedence=tuple(node["attributes"]["precedence"]),
            segments={name: compile_condition(part, self.keeping.needs) for name, part in node["segments"].items()},
            keys=node["retention"]["keys"],
            publish=frozenset(node["publish"]),
            interests={
                name: Dimension(name, tuple(d["path"].split(".")), d["half_life"], d["events"])
                for name, d in node["interest"].items()
            },
            scoring=scoring,
            grades=grades,
            history=node["history"],
        )


def _of_kind(campaigns: Mapping[str, Campaign], kind: str) -> tuple[Campaign, ...]:
    return tuple(campaign for campaign in campaigns.values() if campaign.trigger.kind == kind)


def _set(values: Sequence[str] | None) -> frozenset[str] | None:
    return frozenset(values) if values else None


def _preferences(campaigns: Mapping[str, Campaign]) -> frozenset[str]:
    """Where no step leaves a choice, nobody's preference has to be kept."""
    sends = (step.spec["channel"] for campaign in campaigns.values() for step in campaign.steps if step.do == "send")
    return frozenset({PREFERRED_CHANNEL}) if any(len(channels) > 1 for channels in sends) else frozenset()
