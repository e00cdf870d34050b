"""What was accepted, told again from the archive, against what the states say: nothing lost, nothing counted twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kairos.domain import interest
from kairos.domain.definitions import Catalog, Count
from kairos.domain.events import Event
from kairos.domain.identity import customer_id, short_hash
from kairos.domain.sources import canonical
from kairos.domain.state import State, as_text
from local.restoring import tells_of_an_entry
from tests.simulation.definitions import catalogs
from tests.simulation.history import History
from tests.simulation.outgoing import SKEW
from tests.simulation.stack import DOOR, Stack


@dataclass(slots=True)
class Archive:
    """The archive's lines: each event once, and all records."""

    events: dict[str, Event] = field(default_factory=dict)
    records: list[Mapping[str, str]] = field(default_factory=list)
    unsettled: set[str] = field(default_factory=set)  # ids that came with different times

    @classmethod
    def of(cls, stack: Stack) -> "Archive":
        found = cls()
        for line in stack.world.archived():
            if "event" in line:
                event = canonical.from_dict(line["event"])
                first = found.events.setdefault(event.id, event)
                if first.time != event.time:
                    found.unsettled.add(event.id)
            else:
                found.records.append(line["record"])
        return found


def what_was_heard_is_in_the_state(stack: Stack, history: History) -> Iterator[str]:
    """Counts are of the newest events, attributes the latest of each source, whatever the order and number of deliveries."""
    heard: dict[str, list[Event]] = {}
    archive = Archive.of(stack)
    for event in archive.events.values():
        if event.customer and (who := customer_id(event.customer, catalogs()[0].address_hash)):
            heard.setdefault(who, []).append(event)
    for customer, state in history.customers.items():
        if state.moved or customer in history.sharing:
            continue  # what two customers share cannot be told apart from here
        erased = stack.world.erased(customer)
        if stack.weather.skewed and erased:
            continue  # nor what was received before they were forgotten, by clocks that differ
        mine = [
            event
            for who in {customer, *history.were(customer)}
            for event in heard.get(who, ())
            if not stack.world.is_aside(event.id)
        ]
        if any(0 < event.received - erased <= DOOR for event in mine if erased):
            continue  # committed before their erasure was, it was of who they had been
        if any(event.id in archive.unsettled for event in mine):
            continue  # told again with another time of receipt as its own: which was decided first is not seen from here
        yield from (f"{customer}: {how}" for how in _counts(state, mine, catalogs()[0]))
        yield from (f"{customer}: {how}" for how in _attributes(state, mine))
        yield from (f"{customer}: {how}" for how in _consents(state, mine))
        yield from (f"{customer}: {how}" for how in _interests(state, mine, catalogs()[0]))


def _counts(state: State, events: list[Event], catalog: Catalog) -> Iterator[str]:
    for keep, count in catalog.counts.items():
        moments = sorted({(e.time, short_hash(e.id)) for e in events if _counts_in(count, e)}, reverse=True)
        if count.within is not None:
            moments = [moment for moment in moments if moment[0] > state.newest - count.within]
        known = state.counts.get(keep, [])
        if [tuple(moment[:2]) for moment in known] != moments[: count.newest]:
            yield f"{sorted(count.on.types)} were counted as {known}, not {moments[: count.newest]}"


def _counts_in(count: Count, event: Event) -> bool:
    types = count.on.types
    return (event.type in types or ("any" in types and not event.own)) and (
        count.on.match is None or bool(count.on.match(event.document))
    )


def _attributes(state: State, events: list[Event]) -> Iterator[str]:
    for name in ("region", "birthday", "timezone"):
        said = [
            ((event.time, event.received, as_text(values[name])), values[name])
            for event in events
            if name in (values := event.attributes.get("backend", {}))
        ]
        latest = max(said, default=((0, 0, ""), None))[1]
        if state.attributes.get(name, {}).get("backend") != latest:
            yield f"{name} is {state.attributes.get(name)}, not {latest}"


def _consents(state: State, events: list[Event]) -> Iterator[str]:
    """The newest word; of two of one instant the one that withdraws."""
    said: dict[str, tuple[int, bool]] = {}
    for event in events:
        for consent in event.consents:
            name, word = f"{consent.topic}/{consent.channel}", (consent.time, consent.state == "withdrawn")
            said[name] = max(said.get(name, word), word)
    for name, (_, withdrawn) in said.items():
        if (state.consents.get(name, ("",))[0] == "withdrawn") != withdrawn:
            yield f"consent to {name} is {state.consents.get(name)}, and the last word was {withdrawn=}"


def _interests(state: State, events: list[Event], catalog: Catalog) -> Iterator[str]:
    """Each event once, as if they had come in order; what fades is rounded."""
    for dimension in catalog.policy.interests.values():
        sums: interest.Sums = {}
        for event in sorted(events, key=lambda event: (event.time, event.id)):
            interest.add(sums, dimension, event, event.document)
        for value in {*sums.get(dimension.name, (0, {}))[1], *state.interests.get(dimension.name, (0, {}))[1]}:
            mine, told = (interest.strength(of, dimension, value, state.newest) for of in (state.interests, sums))
            if abs(mine - told) > 0.01 * max(1.0, told):
                yield f"the interest in {value} is {mine:.3f}, not {told:.3f}"


def what_was_entered_is_recorded(stack: Stack, history: History) -> Iterator[str]:
    """Where nobody dies and every call is answered, a restore would know of each entry by the archive, whatever that took when."""
    weather = stack.weather
    if weather.crash or weather.lost or weather.partial:
        return
    told = {(r["customer"], r["campaign"], r["key"]) for r in Archive.of(stack).records if tells_of_an_entry(r)}
    for customer, entries in history.entries.items():
        for entry in entries:
            if not any((who, entry.campaign, entry.key) in told for who in (customer, *history.were(customer))):
                yield f"the archive does not know that {customer} has entered {entry.campaign}"


def the_whole_audience_is_judged(stack: Stack, history: History) -> Iterator[str]:
    """Who stood in a place of an external event's audience all the time was judged for it: entered, or refused with a reason."""
    archive = Archive.of(stack)
    judged = {(r["customer"], r["campaign"], r["key"]) for r in archive.records}
    judged |= {(who, entry.campaign, entry.key) for who, entries in history.entries.items() for entry in entries}
    for id, told in stack.told.accepted.items():
        if told.get("type") != "frost.warned" or stack.world.is_aside(id):
            continue
        region = told["properties"]["region"]
        for customer, state in history.customers.items():
            if stack.world.erased(customer) >= stack.told.accepted_at[id] - SKEW:
                continue  # who was there was somebody else
            regions = {
                s.attributes.get("region", {}).get("backend")
                for sequence, s in history.states(customer)
                if sequence >= history.sequence_at(stack.told.accepted_at[id])
            }
            before = history.state_at(customer, history.sequence_at(stack.told.accepted_at[id]))
            regions.add(before.attributes.get("region", {}).get("backend") if before else None)
            if regions == {region} and not state.moved and (customer, "frost", id) not in judged:
                yield f"{customer} was not judged for {id}"
