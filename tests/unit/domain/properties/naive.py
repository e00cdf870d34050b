"""What starts with an event, found by asking every campaign there is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kairos.domain.events import Event, Millis
from tests.unit.domain.properties.oracle import Oracle, selects
from tests.unit.domain.truths.moments import span

Line = tuple[str, str, str, str]
"""Campaign, key, outcome, reason."""


@dataclass
class Naive(Oracle):
    """One customer under one set of rules and campaigns, which event by event are all gone through in their order."""

    campaigns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    entered: list[tuple[str, Millis]] = field(default_factory=list)
    waits: dict[str, Millis] = field(default_factory=dict)  # campaign -> when its wait is over

    def pass_until(self, now: Millis) -> None:
        """Waits that are over by then are over."""
        for name in [name for name, end in self.waits.items() if end <= now]:
            self.passed = max(self.passed, self.waits.pop(name))
            self.under_way.discard(name)

    def asked_for(self, event: Event, now: Millis) -> bool:
        """Whether it brings facts, or anything written names it."""
        if event.attributes or event.addresses or event.consents:
            return True
        written = [self.rules, *self.campaigns.values()] if now >= self.since else []
        return any(selects(selector, event) for selector in _named(written))

    def hear(self, event: Event, now: Millis) -> list[Line]:
        """Whom it would start, campaign by campaign."""
        if not self.asked_for(event, now):
            return []
        self.deliveries.append(event)
        if now < self.since:
            return []
        return [self._enter(name, event, now) for name in self.campaigns if self._starts(name, event)]

    def _starts(self, name: str, event: Event) -> bool:
        itself = event.own and event.properties.get("campaign") == name
        return not itself and selects(self.campaigns[name]["trigger"], event)

    def _enter(self, name: str, event: Event, now: Millis) -> Line:
        campaign = self.campaigns[name]
        key = "".join(map(str, self.read(campaign["key"], event.document))) if "key" in campaign else ""
        key = key or event.id
        if reason := self._refusal(name, key, event, now):
            return name, key, "refused", reason
        self.used.add((name, key))
        self.entered.append((name, now))
        for step in campaign.get("steps", ()):
            self.tags = (self.tags | {*step.get("tag", ())}) - {*step.get("untag", ())}
            self.points += step.get("score", 0)
            if "wait" in step:
                self.waits[name] = event.time + span(step["wait"])
                self.under_way.add(name)
        return name, key, "entered", ""

    def _refusal(self, name: str, key: str, event: Event, now: Millis) -> str:
        campaign = self.campaigns[name]
        if campaign.get("status") == "paused":
            return "paused"
        if now >= event.time + span(campaign.get("expires", "1d")):
            return "expired"
        audience = campaign.get("audience")
        if audience and not (truth := self.holds(audience, event.document, now, event.time)):
            return "history_unknown" if truth is None else "not_in_audience"
        if (name, key) in self.used:
            return "duplicate"
        cooldown = span(campaign.get("cooldown", "0s"))
        if any(who == name and now < at + cooldown for who, at in self.entered):
            return "cooldown"
        return "in_campaign" if name in self.under_way else ""


def _named(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every selector that is written somewhere."""
    if isinstance(node, list):
        for part in node:
            yield from _named(part)
    elif isinstance(node, Mapping):
        if isinstance(node.get("event"), str | list):
            yield node
        if "half_life" in node or "path" in node:
            yield {"event": list(node["events"])}
        if "received" in node:
            yield {"event": "message.sent", "match": {"properties": {"campaign": [node["received"]["campaign"]]}}}
        for part in node.values():
            yield from _named(part)
