"""What did not happen: the last trigger event of each value is armed until its time has come, or something calls it off."""

from typing import Final

from kairos.domain.definitions import Campaign, Catalog
from kairos.domain.events import Event, Json, Millis
from kairos.domain.journey import Armed
from kairos.domain.lasts import LATE, NONE, VALUES, known, value_hash
from kairos.domain.state import State
from kairos.domain.view import project

EACH, SOME = "!", "?"
"""Marks among the values: the newest event without a value that calls all of them off, and of any value that calls off
those without."""

_MARKS: Final = (EACH, SOME)


def arm(state: State, campaign: Campaign, event: Event, document: Json) -> None:
    """The newest event of the trigger's type for each value of `same`: a matching one arms, another one disarms."""
    on, absent = campaign.trigger.on, campaign.trigger.absent
    assert on is not None and absent is not None
    values = state.armed.setdefault(campaign.name, {})
    value = value_hash(document, absent.same) if absent.same else ""
    if on.match is None or on.match(document):
        _keep(values, value, event, project(document, campaign.event_paths))
    else:
        _keep(values, value, event, None)
        for mark in _marks(value):
            _keep(values, mark, event, None)
    trim(values)


def trim(values: dict[str, Armed]) -> None:
    """Leaves the newest values, and the marks."""
    named = [value for value in values if value not in _MARKS]
    for value in sorted(named, key=lambda value: (values[value].time, value))[: max(len(named) - VALUES, 0)]:
        del values[value]


def _marks(value: str) -> tuple[str, ...]:
    """A value is a value's own affair; where one is missing on either side, they are equal."""
    return () if not value else _MARKS if value == NONE else (SOME,)


def _keep(values: dict[str, Armed], value: str, event: Event, fields: Json | None) -> None:
    before = values.get(value)
    if before is not None and (event.id == before.id or (event.time, event.received, event.id) < order(before)):
        return
    fired = before.fired if before else 0
    values[value] = Armed(event.time, event.received, event.id, fields is not None, fired, fields or {})


def order(armed: Armed) -> tuple[Millis, Millis, str]:
    """Of two events the later one counts, of one instant the one received later."""
    return armed.time, armed.received, armed.id


def pending(state: State, campaign: Campaign, value: str, armed: Armed) -> bool:
    """Whether an armed absence may still fire: matched, not fired for it yet, not called off, the absent event not known."""
    absent = campaign.trigger.absent
    assert absent is not None
    if not armed.matched or armed.fired >= armed.time:
        return False
    off = state.armed[campaign.name].get(SOME if value == NONE else EACH)
    if off is not None and order(off) > order(armed):
        return False
    return known(state, absent, value, armed.time, armed.id) is None


def forget(state: State, catalog: Catalog) -> None:
    """Drops what can fire no more, as long as what keeps it silent is known."""
    state.armed = {name: values for name, values in state.armed.items() if _inaction(catalog, name)}
    for name, values in state.armed.items():
        campaign = catalog.campaigns[name]
        horizon = state.newest - campaign.trigger.wait - campaign.expires - LATE
        over = [v for v, a in values.items() if a.time <= horizon and not pending(state, campaign, v, a)]
        for value in [v for v in over if v not in _MARKS]:
            del values[value]
        waiting = min((a.time for v, a in values.items() if v not in _MARKS), default=horizon)
        for mark in [v for v in over if v in _MARKS and values[v].time < waiting]:
            del values[mark]


def _inaction(catalog: Catalog, name: str) -> bool:
    return name in catalog.campaigns and catalog.campaigns[name].trigger.kind == "inaction"
