"""A device, or another id, turns out to be a customer's: what is known of both becomes one, as if heard of one customer."""

from collections.abc import Iterable, Mapping
from typing import Final

from kairos.domain import context, facts, reach, watching
from kairos.domain.effects import Effect, PutOwner, PutTombstone
from kairos.domain.events import Event, Heard, Wake
from kairos.domain.identity import ADDRESS, DEVICE, device_id, is_stray, known_by
from kairos.domain.inherit import unite_facts
from kairos.domain.journey import Sent
from kairos.domain.reunite import unite_journeys
from kairos.domain.state import Customer, NeedsProfile, Profile, State
from kairos.domain.turn import Turn

SAYING_WHOSE: Final = ("identify", "alias")
"""The types of events that say whose a device is."""


def others_of(heard: Heard) -> tuple[str, ...]:
    """What an event says is a customer's: their device, or an id that they had, which may as well be a device's.

    Devices own nothing.
    """
    if not isinstance(heard, Event) or heard.own or heard.customer is None:
        return ()
    who = heard.customer
    if not who.id or who.id.startswith(DEVICE):
        return ()
    device = who.anonymous_id if heard.type in SAYING_WHOSE else None
    named = [device_id(device)] if device else []
    if who.previous_id:
        named += [who.previous_id, *([] if is_stray(who.previous_id) else [device_id(who.previous_id)])]
    return tuple(other for other in named if other != who.id)


def others_in(heard: Iterable[Heard]) -> frozenset[str]:
    """All that are said to be somebody's."""
    return frozenset(other for one in heard for other in others_of(one))


def news(others: Mapping[str, Customer], customer: str, heard: Heard) -> tuple[Customer, ...]:
    """Those of whom this says something new: the first word merges, a later one of somebody else moves the pointer.

    What is the customer's by now, directly or over others, is no other: so no circle of aliases closes.
    """
    named = (others[other] for other in others_of(heard) if other != customer and other in others)
    return tuple(other for other in named if isinstance(heard, Event) and _is_news(other, customer, heard))


def strays(customer: str, effects: Iterable[Effect]) -> frozenset[str]:
    """Those who were known only by an address that turns out to be this customer's. Devices and addresses own nothing."""
    if is_stray(customer):
        return frozenset()
    named = (known_by(effect.address) for effect in effects if isinstance(effect, PutOwner))
    return frozenset(stray for stray in named if stray)


def news_of_strays(others: Mapping[str, Customer], customer: str, named: Iterable[str], heard: Heard) -> list[Customer]:
    """Those of them of whom anything was heard, and who are not this customer yet: the first owner is one with them, a later one follows."""
    found = (others[stray] for stray in sorted(named))
    return [one for one in found if isinstance(heard, Event) and _is_news(one, customer, heard)]


def _is_news(other: Customer, customer: str, heard: Event) -> bool:
    """An address by which nothing was heard needs no pointer: whose it is its owners say."""
    gone = other.state
    if not gone.moved:
        return bool(gone.version) or not other.id.startswith(ADDRESS)
    return gone.moved != customer and (heard.time, customer) > (gone.newest, gone.moved)


def follow(gone: State, heard: Heard) -> str:
    """Whose it is now, what was heard of another: what Kairos did is the heir's, as are the timers; what is new, of who came last."""
    if isinstance(heard, Wake):
        return ""  # the heir has these timers, and a moment of their own
    return gone.moved if isinstance(heard, Event) and not heard.own else gone.heir


def unite(turn: Turn, other: Customer, event: Event) -> None:
    """The other is this customer from now on. It merges once: a second customer gets only what is still to come."""
    gone, first = other.state, not other.state.moved
    places = frozenset[str]()
    if first:
        if gone.indexed == turn.catalog.index:
            places = reach.places_of(gone, turn.catalog, turn.now)
        _merge(turn, other)
    turn.effects.append(
        PutTombstone(
            device=other.id, seen=gone.version, guard=gone.guard + 1, moved=turn.customer.id,
            heir=turn.customer.id if first else gone.heir, time=event.time, inherits=first and gone.version > 0,
            snapshots=tuple(sorted(gone.snapshots())), places=tuple(sorted(places)),
            addresses=tuple(sorted(gone.owned)) if first else (), erased=gone.erased,
        )
    )  # fmt: skip


def tombstone(put: PutTombstone) -> Customer:
    """What is left of the other."""
    state = State(
        version=put.seen + 1, guard=put.guard, moved=put.moved, heir=put.heir, newest=put.time, erased=put.erased
    )  # fmt: skip
    return Customer(put.device, state, Profile())


def _merge(turn: Turn, device: Customer) -> None:
    if not device.state.version:
        return
    if device.profile is None:
        raise NeedsProfile(device.id)
    profile, other = turn.needed_profile(), device.state.copy()
    facts.refresh_attributes(other, device.profile, turn.catalog)
    shown = watching.shown_by(other, turn.catalog, turn.now)
    unite_facts(turn.state, other, turn.catalog)
    observed = context.last_of(((turn.state, profile), (other, device.profile)))
    _unite_profiles(profile, device.profile)
    for name, (seen, fact) in observed.items():
        turn.state.observed[name], profile.attributes[context.SOURCE][name] = seen, fact
    facts.refresh_attributes(turn.state, profile, turn.catalog)
    _unite_sends(turn, other.sends)
    unite_journeys(turn, other)
    turn.moved = turn.replan = True
    watching.adopt(turn, shown)


def _unite_profiles(profile: Profile, other: Profile) -> None:
    """Per source the newest value. The customer's own word on an address stands: nobody else's device may change it."""
    for source, values in other.attributes.items():
        kept = profile.attributes.setdefault(source, {})
        kept.update({name: fact for name, fact in values.items() if name not in kept or fact.order > kept[name].order})
    profile.addresses = {**other.addresses, **profile.addresses}


def _unite_sends(turn: Turn, sends: Iterable[Sent]) -> None:
    by_message = {sent.message: sent for sent in (*sends, *turn.state.sends)}
    turn.state.sends = sorted(by_message.values(), key=lambda sent: (sent.time, sent.message))
