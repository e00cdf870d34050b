"""What did not happen: the last matching event of each value is armed until its time has come, or something calls it off."""

from typing import Final

from kairos.domain.definitions import Campaign, Catalog
from kairos.domain.events import Event, Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.journey import Armed
from kairos.domain.lasts import LATE, NONE, VALUES, known, moments_of, value_hash
from kairos.domain.state import State
from kairos.domain.view import project

ARMED: Final = 100
"""How many absences of all campaigns together are waited for, the newest ones."""


def arm(state: State, campaign: Campaign, event: Event, document: Json) -> None:
    """Arms what matches; what does not calls off what was armed before it, of the same value or where one is missing."""
    on, absent = campaign.trigger.on, campaign.trigger.absent
    assert on is not None and absent is not None
    value = value_hash(document, absent.same) if absent.same else ""
    heard = Armed(event.time, event.received, event.id)
    if on.match is not None and not on.match(document):
        for other, armed in state.armed.get(campaign.name, {}).items():
            if other == value or NONE in (other, value):
                armed.called_off = armed.called_off or order(heard) > order(armed)
        return
    values = state.armed.setdefault(campaign.name, {})
    if (before := values.get(value)) is not None:
        if event.id == before.id or order(heard) < order(before):
            return
        heard.fired = before.fired
    heard.event = project(document, campaign.event_paths)
    heard.called_off = _called_off(state, campaign, value, heard)
    values[value] = heard
    _trim(values)


def order(armed: Armed) -> tuple[Millis, Millis, str]:
    """Of two events the later one counts, of one instant the one received later."""
    return armed.time, armed.received, short_hash(armed.id)


def _called_off(state: State, campaign: Campaign, value: str, armed: Armed) -> bool:
    """Whether an event that did not match is known behind it: for as long as its arming may come late."""
    off = campaign.trigger.off
    moments = [] if off is None else moments_of(state, off, value)
    return any((m[0], m[0] + int(m[2]) if len(m) > 2 else m[0], m[1]) > order(armed) for m in moments)


def pending(state: State, campaign: Campaign, value: str, armed: Armed) -> bool:
    """Whether an armed absence may still fire: not called off, not fired for it yet, and the absent event not known."""
    absent = campaign.trigger.absent
    assert absent is not None
    if armed.called_off or armed.fired >= armed.time:
        return False
    return known(state, absent, value, armed.time, short_hash(armed.id)) is None


def forget(state: State, catalog: Catalog) -> None:
    """Drops what can fire no more, as long as what keeps it silent is known."""
    state.armed = {name: values for name, values in state.armed.items() if _inaction(catalog, name) and values}
    for name, values in state.armed.items():
        campaign = catalog.campaigns[name]
        horizon = state.newest - campaign.trigger.wait - campaign.expires - LATE
        for value in [v for v, a in values.items() if a.time <= horizon and not pending(state, campaign, v, a)]:
            del values[value]
    for _, name, value in sorted((a.time, name, v) for name, by in state.armed.items() for v, a in by.items())[:-ARMED]:
        del state.armed[name][value]


def unite(state: State, other: State, catalog: Catalog) -> None:
    """Takes over what the other has armed; the last moments of both are one already."""
    for name, theirs in other.armed.items():
        values = state.armed.setdefault(name, {})
        for value, armed in theirs.items():
            mine = values.get(value, armed)
            later = max(mine, armed, key=order)
            later.fired = max(mine.fired, armed.fired)
            values[value] = later
        _trim(values)
    for name, values in state.armed.items():
        for value, armed in values.items() if _inaction(catalog, name) else ():
            armed.called_off = armed.called_off or _called_off(state, catalog.campaigns[name], value, armed)


def _trim(values: dict[str, Armed]) -> None:
    for value in sorted(values, key=lambda value: (values[value].time, value))[: max(len(values) - VALUES, 0)]:
        del values[value]


def _inaction(catalog: Catalog, name: str) -> bool:
    return name in catalog.campaigns and catalog.campaigns[name].trigger.kind == "inaction"
