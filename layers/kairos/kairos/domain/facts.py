"""What an event tells of a customer, taken in so that order and repetition do not matter."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from kairos.domain import absence, interest
from kairos.domain.definitions import Catalog
from kairos.domain.events import Consent, Event, Json, Millis
from kairos.domain.identity import AddressHash, push_address, short_hash
from kairos.domain.journey import Moment
from kairos.domain.lasts import ANY, LATE, insert, note_last
from kairos.domain.state import Fact, Profile, State, as_text

TAGS: Final = 100
CONSENTS: Final = 100
"""How many of these are remembered, so that nobody's state grows without end."""

LONGEST: Final = 1_000
"""Characters of JSON; longer attributes stay in the profile and are nothing to a condition."""

CHANNELS: Final = {"email": "email", "phone": "sms", "push": "push", "whatsapp": "whatsapp"}
"""Which channel an address serves."""


def take_in(state: State, event: Event, document: Json, catalog: Catalog, touched: set[str]) -> bool:
    """Counts, interests, last moments, armed absences; says whether what has been decided must be looked at again."""
    moment = (event.time, short_hash(event.id))
    concern = catalog.concern(event.type)
    for count in concern.counts:
        if count.on.match is None or count.on.match(document):
            kept = state.counts.setdefault(count.keep, [])
            if insert(kept, moment, count.newest):
                touched.add(f"count:{count.keep}")
    moved = False
    for selector in concern.lasts:
        if selector.receipts and event.own:  # what Kairos tells comes in order: nothing behind it is still to be armed
            continue
        if selector.match is None or selector.match(document):
            moved = (note_last(state, selector, event, document, catalog.policy) and selector.stops) or moved
    if concern.interests:
        _show(state, event, document, catalog, touched)
    state.newest = max(state.newest, event.time)
    for campaign in concern.arming:
        if not event.told_by(campaign.name):
            absence.arm(state, campaign, event, document)
    return moved


def _show(state: State, event: Event, document: Json, catalog: Catalog, touched: set[str]) -> None:
    """Adds to interests what the event shows, unless it is known, or too old to be known."""
    shows = [d for d in catalog.concern(event.type).interests if any(interest.values_at(document, d.path))]
    if not shows:
        return
    first, state.forgotten = interest.first_time(state.seen, state.forgotten, event)
    for dimension in shows if first else ():
        interest.add(state.interests, dimension, event, document)
        touched.add(f"interest:{dimension.name}")


def forget(state: State, catalog: Catalog) -> None:
    """Drops what can no longer change an answer, and what no definition asks for any more."""
    state.counts = {
        keep: _within(moments, catalog.counts[keep].within, state.newest)
        for keep, moments in state.counts.items()
        if keep in catalog.counts
    }
    state.lasts = {keep: values for keep, values in state.lasts.items() if keep in catalog.lasts}
    state.interests = {name: sums for name, sums in state.interests.items() if name in catalog.policy.interests}
    absence.forget(state, catalog)  # before the moments that keep them silent
    for keep, values in state.lasts.items():
        hold = catalog.lasts[keep].hold
        if hold is not None:
            for value in [v for v, m in values.items() if v != ANY and m[0][0] <= state.newest - hold]:
                del values[value]
    for tag in [tag for tag, (on, time) in state.tags.items() if not on and time <= state.newest - LATE]:
        del state.tags[tag]
    _newest(state.tags, TAGS, lambda tag: state.tags[tag][1])
    topics = catalog.policy.topics
    _newest(state.consents, CONSENTS, lambda name: (name.split("/")[0] in topics, state.consents[name][1]))


def _within(moments: list[Moment], within: Millis | None, newest: Millis) -> list[Moment]:
    return moments if within is None else [moment for moment in moments if moment[0] > newest - within]


def _newest(kept: dict[str, Any], most: int, rank: Callable[[str], Any]) -> None:
    """Leaves the `most` that rank highest."""
    if len(kept) > most:
        for name in sorted(kept, key=rank)[: len(kept) - most]:
            del kept[name]


def set_attributes(state: State, profile: Profile, event: Event, names: frozenset[str]) -> set[str]:
    """The newest value of each source; None removes. Answers which of those that decisions read have changed."""
    changed = set()
    for source, values in event.attributes.items():
        kept = profile.attributes.setdefault(source, {})
        for name, value in values.items():
            fact = Fact(value, event.time, event.received)
            if name in kept and fact.order < kept[name].order:
                continue
            kept[name] = fact
            if name in names and show(state, name, source, value):
                changed.add(name)
    return changed


def show(state: State, name: str, source: str, value: Any) -> bool:
    """What decisions see of an attribute from now on; says whether that is anything new."""
    by_source = state.attributes.setdefault(name, {})
    before, after = by_source.pop(source, None), _short(value)
    if after is not None:
        by_source[source] = after
    if not by_source:
        del state.attributes[name]
    return as_text(before) != as_text(after)  # Python takes 1 for True, patterns do not


def _short(value: Any) -> Any:
    size = len(value) if isinstance(value, str) else len(str(value)) if isinstance(value, list | dict) else 0
    return value if size <= LONGEST else None


def refresh_attributes(state: State, profile: Profile, catalog: Catalog) -> None:
    """Copies from the profile what the definitions of today read."""
    state.attributes = {}
    for source, values in profile.attributes.items():
        for name in catalog.attributes & values.keys():
            show(state, name, source, values[name].value)
    state.names = catalog.names


def news_of_addresses(state: State, event: Event, address_hash: AddressHash) -> dict[str, object]:
    """Those addresses of an event that are newer than what is known, and other ones: only they need the profile."""
    news = {}
    for kind, value in event.addresses.items():
        known, told = _known_and_told(state, CHANNELS[kind], value, event, address_hash)
        if told.order >= known.order and (kind == "push" or told.value != known.value):
            news[kind] = value
    return news


def set_addresses(state: State, profile: Profile | None, event: Event, address_hash: AddressHash) -> bool:
    """The newest address of each kind; None removes. Says whether one has changed."""
    changed = False
    for kind, value in news_of_addresses(state, event, address_hash).items():
        if profile is not None:
            profile.addresses[kind] = value
    for kind, value in event.addresses.items():
        known, told = _known_and_told(state, CHANNELS[kind], value, event, address_hash)
        if told.order >= known.order:
            changed = changed or told.value != known.value
            state.addresses[CHANNELS[kind]] = told
    return changed


def _known_and_told(
    state: State, channel: str, value: object, event: Event, address_hash: AddressHash
) -> tuple[Fact, Fact]:
    told = Fact(_hash_of(channel, value, address_hash), event.time, event.received)
    return state.addresses.get(channel, Fact(None, -1)), told


def _hash_of(channel: str, value: object, address_hash: AddressHash) -> str | None:
    if not value:
        return None
    if isinstance(value, list):
        value = push_address(value[0])
    return address_hash(channel, str(value))


def set_consents(state: State, event: Event) -> list[tuple[Consent, str]]:
    """The newest word on each topic and channel; withdrawal beats a grant of the same instant. Answers which changed."""
    changed = []
    for consent in event.consents:
        name = f"{consent.topic}/{consent.channel}"
        word = "withdrawn" if consent.state == "withdrawn" else "proven" if consent.proof else "granted"
        before = state.consents.get(name)
        told = (word, consent.time, event.received)
        if before and _standing(told) < _standing(before):
            continue
        if before is None or before[0] != word:
            changed.append((consent, word))
        state.consents[name] = told
    return changed


def outspoken(state: State, event: Event) -> Event:
    """The event as it is meant where it is committed while somebody looks on: what they withdraw, they withdraw of what stands.

    A worker whose clock is ahead may have written a grant that is newer by its own time than the page that is answered now.
    """
    words = tuple(
        replace(
            consent, time=max(consent.time, state.consents.get(f"{consent.topic}/{consent.channel}", ("", 0, 0))[1])
        )
        if event.own and consent.state == "withdrawn"
        else consent
        for consent in event.consents
    )
    return replace(event, consents=words)


def _standing(said: tuple[str, Millis, Millis]) -> tuple[Millis, bool, Millis, str]:
    word, time, received = said
    return time, word == "withdrawn", received, word
