"""What an event tells of a customer, taken in so that order and repetition do not matter."""

from typing import Final

from kairos.domain.definitions import Campaign, Catalog, Path, Selector
from kairos.domain.events import Event, Json, Millis
from kairos.domain.identity import address_hash, short_hash
from kairos.domain.journey import Armed, Moment
from kairos.domain.state import Profile, State
from kairos.domain.view import MISSING, dig, project

VALUES: Final = 20
"""How many values of `same` are remembered, the newest ones."""

LATE: Final[Millis] = 3 * 86_400_000
"""How late an absence's or an exit's event may arrive and still count."""

CHANNELS: Final = {"email": "email", "phone": "sms", "push": "push", "whatsapp": "whatsapp"}
"""Which channel an address serves."""

_ANY, _NONE = "*", "-"


def value_hash(document: Json, path: Path | None) -> str:
    """The hashed value at a `same` path; `-` where it is missing or null."""
    value = MISSING if path is None else dig(document, path)
    return _NONE if value is MISSING or value is None else short_hash(str(value), 6)


def take_in(state: State, event: Event, document: Json, catalog: Catalog) -> bool:
    """Counts, last moments and armed absences; says whether an exit or absence came newly to light."""
    moment = (event.time, short_hash(event.id))
    concern = catalog.concern(event.type)
    for count in concern.counts:
        if count.on.match is None or count.on.match(document):
            kept = state.counts.setdefault(count.keep, [])
            _insert(kept, moment, count.newest)
            if count.within is not None:
                horizon = max(state.newest, event.time) - count.within
                state.counts[count.keep] = [m for m in kept if m[0] > horizon]
    moved = False
    for selector in concern.lasts:
        if selector.match is None or selector.match(document):
            moved = _note_last(state, selector, document, moment) or moved
    state.newest = max(state.newest, event.time)
    for campaign in concern.arming:
        _arm(state, campaign, event, document)
    return moved


def known(
    state: State, selector: Selector, value: str, since: Millis, trigger: str, until: Millis | None = None
) -> Moment | None:
    """An event of the selector with that value from `since` on that is not the trigger itself, if one is known."""
    values = state.lasts.get(selector.keep, {})
    if selector.same is None or value == _NONE:
        moments = values.get(_ANY, [])
    else:
        moments = values.get(value, []) + values.get(_NONE, [])
    itself = short_hash(trigger)
    fitting = [m for m in moments if m[0] >= since and m[1] != itself and (until is None or m[0] <= until)]
    return min(fitting, default=None)


def pending(state: State, campaign: Campaign, value: str, armed: Armed) -> bool:
    """Whether an armed absence may still fire: matched, not fired for it yet, and the absent event not known."""
    absent = campaign.trigger.absent
    assert absent is not None
    return (
        armed.matched and armed.fired < armed.time and known(state, absent, value, armed.time, armed.id) is None
    )  # fmt: skip


def _arm(state: State, campaign: Campaign, event: Event, document: Json) -> None:
    on, absent = campaign.trigger.on, campaign.trigger.absent
    assert on is not None and absent is not None
    values = state.armed.setdefault(campaign.name, {})
    value = value_hash(document, absent.same) if absent.same else ""
    before = values.get(value)
    matched = on.match is None or on.match(document)
    order = (event.time, event.received, event.id)
    if before is not None and (event.id == before.id or order < (before.time, before.received, before.id)):
        return
    fields = project(document, campaign.event_paths) if matched else {}
    values[value] = Armed(event.time, event.received, event.id, matched, before.fired if before else 0, fields)
    while len(values) > VALUES:
        del values[min(values, key=lambda v: values[v].time)]


def forget(state: State, catalog: Catalog) -> None:
    """Drops what can no longer change an answer, and what no definition asks for any more."""
    state.counts = {keep: moments for keep, moments in state.counts.items() if keep in catalog.counts}
    state.lasts = {keep: values for keep, values in state.lasts.items() if keep in catalog.lasts}
    for keep, values in state.lasts.items():
        hold = catalog.lasts[keep].hold
        if hold is not None:
            for value in [v for v, m in values.items() if v != _ANY and m[0][0] <= state.newest - hold]:
                del values[value]
    state.armed = {name: values for name, values in state.armed.items() if _inaction(catalog, name)}
    for name, armed in state.armed.items():
        campaign = catalog.campaigns[name]
        horizon = state.newest - campaign.trigger.wait - campaign.expires - LATE
        for value in [v for v, a in armed.items() if a.time <= horizon and not pending(state, campaign, v, a)]:
            del armed[value]


def _inaction(catalog: Catalog, name: str) -> bool:
    return name in catalog.campaigns and catalog.campaigns[name].trigger.kind == "inaction"


def set_attributes(state: State, profile: Profile | None, event: Event, names: frozenset[str]) -> bool:
    """The newest value of each source; None removes. Says whether a value that decisions read has changed."""
    changed = False
    for source, values in event.attributes.items():
        for name, value in values.items():
            if profile is not None:
                kept = profile.attributes.setdefault(source, {})
                if name not in kept or event.time >= kept[name][1]:
                    kept[name] = (value, event.time)
            if name in names:
                by_source = state.attributes.setdefault(name, {})
                if source not in by_source or event.time >= by_source[source][1]:
                    changed = changed or by_source.get(source, (None,))[0] != value
                    by_source[source] = (value, event.time)
    return changed


def refresh_attributes(state: State, profile: Profile, catalog: Catalog) -> None:
    """Copies from the profile what the definitions of today read."""
    state.attributes = {}
    for source, values in profile.attributes.items():
        for name in catalog.attributes & values.keys():
            state.attributes.setdefault(name, {})[source] = values[name]
    state.names = catalog.names


def news_of_addresses(state: State, event: Event) -> dict[str, object]:
    """Those addresses of an event that are newer than what is known, and other ones: only they need the profile."""
    news = {}
    for kind, value in event.addresses.items():
        hashed, time = state.addresses.get(CHANNELS[kind], (None, -1))
        if event.time >= time and (kind == "push" or hashed != _hash_of(CHANNELS[kind], value)):
            news[kind] = value
    return news


def set_addresses(state: State, profile: Profile | None, event: Event) -> bool:
    """The newest address of each kind; None removes. Says whether one has changed."""
    changed = False
    news = news_of_addresses(state, event)
    for kind, value in event.addresses.items():
        channel = CHANNELS[kind]
        before, time = state.addresses.get(channel, (None, -1))
        if event.time < time:
            continue
        hashed = _hash_of(channel, value)
        changed = changed or before != hashed
        state.addresses[channel] = (hashed, event.time)
        if profile is not None and kind in news and profile.address(kind) != value:
            profile.addresses[kind] = (value, event.time)
    return changed


def _hash_of(channel: str, value: object) -> str | None:
    if not value:
        return None
    if isinstance(value, list):
        value = value[0]["token"]
    return address_hash(channel, str(value))


def set_consents(state: State, event: Event) -> bool:
    """The newest word on each topic and channel; withdrawal beats a grant of the same instant. Says whether one changed."""
    changed = False
    for consent in event.consents:
        name = f"{consent.topic}/{consent.channel}"
        word = "withdrawn" if consent.state == "withdrawn" else "proven" if consent.proof else "granted"
        before = state.consents.get(name)
        if before and (consent.time, word == "withdrawn", event.received) < (
            before[1],
            before[0] == "withdrawn",
            before[2],
        ):
            continue
        changed = changed or before is None or before[0] != word
        state.consents[name] = (word, consent.time, event.received)
    return changed


def _note_last(state: State, selector: Selector, document: Json, moment: Moment) -> bool:
    values = state.lasts.setdefault(selector.keep, {})
    new = _insert(values.setdefault(_ANY, []), moment, 2)
    if selector.same is not None:
        value = value_hash(document, selector.same)
        new = _insert(values.setdefault(value, []), moment, 2) or new
        named = [v for v in values if v not in (_ANY, _NONE)]
        if len(named) > VALUES:
            del values[min(named, key=lambda v: values[v][0])]
    return new


def _insert(kept: list[Moment], moment: Moment, newest: int) -> bool:
    """Puts a moment among the newest, once an event; says whether it is among them now and was not before."""
    if any(id == moment[1] for _, id in kept):
        return False
    kept.append(moment)
    kept.sort(reverse=True)
    del kept[newest:]
    return moment in kept
