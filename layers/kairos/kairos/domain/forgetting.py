"""What has been decided is forgotten when nothing asks for it any more."""

from typing import Final

from kairos.domain.definitions import Catalog
from kairos.domain.events import Millis
from kairos.domain.journey import Sent
from kairos.domain.lasts import LATE
from kairos.domain.moments import DAY
from kairos.domain.state import State

SENDS: Final = 300
"""How many sends are remembered for the caps, the newest ones."""


def forget(state: State, catalog: Catalog, now: Millis) -> None:
    """Drops what is over by the wall clock, and what belongs to definitions that are gone. Of facts `facts.forget` does."""
    state.recents = {
        name: [r for r in recents if not r.ended or r.entered > now - _remembered(catalog, name)]
        for name, recents in state.recents.items()
        if name in catalog.campaigns
    }
    state.sends = _places(state.sends, catalog, now)
    state.goals = [goal for goal in state.goals if goal.until + LATE > now]
    state.coupons = {name: c for name, c in state.coupons.items() if c["since"] + c["valid"] > now}
    state.placed = [p for p in state.placed if p.until > now and p.campaign in catalog.campaigns]
    lapsing = {campaign.name for campaign in catalog.lapsing}
    state.lapses = {name: base for name, base in state.lapses.items() if name in lapsing}
    state.watched = {keep: shown for keep, shown in state.watched.items() if keep in catalog.watches}


def _places(sends: list[Sent], catalog: Catalog, now: Millis) -> list[Sent]:
    """Those that caps may still count, or that may still come back; the former are the last ones to be forgotten."""
    longest = max([DAY, *(cap.per for cap in catalog.policy.caps)])
    counted, others = list[Sent](), list[Sent]()
    for sent in sends:
        if sent.time > now - longest and not catalog.policy.transactional(sent.topic):
            counted.append(sent)
        elif sent.time > now - _remembered(catalog, sent.campaign):
            others.append(sent)
    room = SENDS - len(counted)
    return sorted([*others[max(len(others) - room, 0) :], *counted[-SENDS:]], key=lambda sent: sent.time)


def _remembered(catalog: Catalog, campaign: str) -> Millis:
    """How long an entry and what it sent are."""
    known = catalog.campaigns.get(campaign)
    return DAY if known is None else max(DAY, known.remember)
