"""A device turns out to be a customer's: what is known of both becomes one, as if it had been heard of one customer."""

from collections.abc import Iterable, Mapping

from kairos.domain import facts, reach, watching
from kairos.domain.effects import PutTombstone
from kairos.domain.events import Event, Heard, Wake
from kairos.domain.identity import DEVICE, device_id
from kairos.domain.inherit import unite_facts
from kairos.domain.journey import Sent
from kairos.domain.reunite import unite_journeys
from kairos.domain.state import Customer, NeedsProfile, Profile, State
from kairos.domain.turn import Turn

IDENTIFY = "identify"
"""The type of event that says whose a device is."""


def device_of(heard: Heard) -> str:
    """The device that an event says is a customer's; empty if it says nothing of the kind. Devices own no devices."""
    if not isinstance(heard, Event) or heard.type != IDENTIFY or heard.own or heard.customer is None:
        return ""
    who = heard.customer
    if not who.id or not who.anonymous_id or who.id.startswith(DEVICE):
        return ""
    return device_id(who.anonymous_id)


def devices_of(heard: Iterable[Heard]) -> frozenset[str]:
    """All devices that are identified."""
    return frozenset(device for one in heard if (device := device_of(one)))


def news(devices: Mapping[str, Customer], customer: str, heard: Heard) -> Customer | None:
    """The device of which this says something new: the first word merges, a later one of somebody else moves the pointer."""
    device = devices.get(device_of(heard))
    if device is None or not isinstance(heard, Event) or not device.state.moved:
        return device
    gone = device.state
    return device if gone.moved != customer and (heard.time, customer) > (gone.newest, gone.moved) else None


def follow(gone: State, heard: Heard) -> str:
    """Whose it is now, what was heard of a device: what Kairos did is the heir's, as are the timers; what is new, of who came last."""
    if isinstance(heard, Wake):
        return ""  # the heir has these timers, and a moment of their own
    return gone.moved if isinstance(heard, Event) and not heard.own else gone.heir


def identify(turn: Turn, device: Customer, event: Event) -> None:
    """The device is this customer's from now on. It merges once: a second customer gets only what is still to come."""
    gone, first = device.state, not device.state.moved
    places = frozenset[str]()
    if first:
        if gone.indexed == turn.catalog.index:
            places = reach.places_of(gone, turn.catalog, turn.now)
        _merge(turn, device)
    turn.effects.append(
        PutTombstone(
            device=device.id, seen=gone.version, guard=gone.guard + 1, moved=turn.customer.id,
            heir=turn.customer.id if first else gone.heir, time=event.time, inherits=first and gone.version > 0,
            snapshots=tuple(sorted(gone.snapshots())), places=tuple(sorted(places)),
        )
    )  # fmt: skip


def tombstone(put: PutTombstone) -> Customer:
    """What is left of the device."""
    state = State(
        version=put.seen + 1, guard=put.guard, moved=put.moved, heir=put.heir, newest=put.time
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
    _unite_profiles(profile, device.profile)
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
