"""The newest moments of exits, absences, awaited events and goals, by the value that they share with a trigger event."""

from typing import Final

from kairos.domain.definitions import Campaign, Path, Policy, Selector
from kairos.domain.events import Event, Json, Millis
from kairos.domain.identity import short_hash
from kairos.domain.journey import Moment
from kairos.domain.state import State
from kairos.domain.view import MISSING, dig, same_text

VALUES: Final = 20
"""How many values of `same` are remembered, the newest ones."""

LATE: Final[Millis] = 3 * 86_400_000
"""How late an absence's or an exit's event may arrive and still count."""

ANY, NONE = "*", "-"
"""Under which values the newest moments of all events are kept, and of those without a value."""


def value_hash(document: Json, path: Path | None) -> str:
    """The hashed value at a `same` path; `-` where it is missing or null."""
    value = MISSING if path is None else dig(document, path)
    return NONE if value is MISSING or value is None else short_hash(same_text(value), 6)


def same_of(campaign: Campaign, document: Json) -> dict[str, str]:
    """The trigger event's hashed values at the `same` paths of the campaign's exits, by exit."""
    return {exit.keep: value_hash(document, exit.same) for exit in campaign.exits}


def known(
    state: State, selector: Selector, value: str, since: Millis, trigger: str, until: Millis | None = None
) -> Moment | None:
    """An event of the selector with that value from `since` on that is not the trigger itself (its hash), if one is known."""
    moments = moments_of(state, selector, value)
    fitting = [m for m in moments if m[0] >= since and m[1] != trigger and (until is None or m[0] <= until)]
    return min(fitting, default=None)


def moments_of(state: State, selector: Selector, value: str) -> list[Moment]:
    """The newest moments of events with that value; where one is missing on either side, they are equal."""
    values = state.lasts.get(selector.keep, {})
    if selector.same is None or value == NONE:
        return values.get(ANY, [])
    return values.get(value, []) + values.get(NONE, [])


def worth(document: Json, path: Path | None) -> float:
    """The number at a path, or the text of one; whatever is none, or none that can be added up, counts as nothing."""
    found = MISSING if path is None else dig(document, path)
    try:
        number = 0.0 if isinstance(found, bool) or not isinstance(found, int | float | str) else float(found)
    except (ValueError, OverflowError):
        return 0.0
    return number if abs(number) < 1e15 else 0.0


def currency_of(document: Json, policy: Policy) -> str:
    """Of what a goal is worth: `properties.currency` if that is one (three capitals), else the policy's."""
    said = dig(document, ("properties", "currency"))
    plain = isinstance(said, str) and len(said) == 3 and said.isascii() and said.isalpha() and said.isupper()
    return said if plain else policy.currency


def moment_of(selector: Selector, event: Event, document: Json, policy: Policy) -> Moment:
    """When it was and which event, with what else is kept of it."""
    time, id = event.time, short_hash(event.id)
    if selector.receipts and event.received != time:
        return time, id, event.received - time
    if selector.worth is None:
        return time, id
    amount, currency = worth(document, selector.worth), currency_of(document, policy)
    return (time, id, amount) if currency == policy.currency else (time, id, amount, currency)


def note_last(state: State, selector: Selector, event: Event, document: Json, policy: Policy) -> bool:
    """Puts the event among the newest; says whether it is among them now and was not before."""
    values, moment = state.lasts.setdefault(selector.keep, {}), moment_of(selector, event, document, policy)
    new = insert(values.setdefault(ANY, []), moment, selector.newest)
    if selector.same is not None:
        value = value_hash(document, selector.same)
        new = insert(values.setdefault(value, []), moment, selector.newest) or new
        named = [v for v in values if v not in (ANY, NONE)]
        if len(named) > VALUES:
            del values[min(named, key=lambda v: (values[v][0], v))]
    return new


def insert(kept: list[Moment], moment: Moment, newest: int) -> bool:
    """Puts a moment among the newest, once an event; says whether it is among them now and was not before."""
    if any(one[1] == moment[1] for one in kept):
        return False
    kept.append(moment)
    kept.sort(reverse=True)
    del kept[newest:]
    return moment in kept
