"""Facts of two states as one: each kind is united so that who heard which event first makes no difference."""

from collections.abc import Iterable

from kairos.domain import absence, interest, suppression
from kairos.domain.definitions import Catalog
from kairos.domain.journey import Moment
from kairos.domain.lasts import ANY, NONE, VALUES
from kairos.domain.state import State

_STRICTEST = {"withdrawn": 2, "granted": 1, "proven": 0}


def unite_facts(state: State, other: State, catalog: Catalog) -> None:
    """Takes the other's facts into `state`. Attributes are not among them: profiles say more of those."""
    state.born = min(born for born in (state.born, other.born) if born) if state.born or other.born else 0
    state.newest = max(state.newest, other.newest)
    state.window = max(state.window, other.window)
    for keep, moments in other.counts.items():
        if keep in catalog.counts:
            state.counts[keep] = _newest((*state.counts.get(keep, ()), *moments), catalog.counts[keep].newest)
    _unite_lasts(state, other, catalog)
    absence.unite(state, other, catalog)
    _unite_consents(state, other)
    state.addresses = {**other.addresses, **state.addresses}  # the customer's own word stands, see `merge`
    suppression.unite(state, other)
    for tag, word in other.tags.items():
        state.tags[tag] = max(state.tags.get(tag, word), word, key=lambda pair: (pair[1], pair[0]))
    state.points += other.points
    _unite_interests(state, other)
    for name, (handled, moment, times) in other.dates.items():
        # planned anew: a day by what is handled, local times are all kept
        mine = state.dates.get(name, ("", 0, ""))
        both = " ".join(sorted({*mine[2].split(), *times.split()}))
        state.dates[name] = (max(mine[0], handled), mine[1] or moment, both)
    for name, base in other.lapses.items():
        state.lapses[name] = max(state.lapses.get(name, 0), base)


def _newest(moments: Iterable[Moment], most: int) -> list[Moment]:
    """The newest ones, each event once and at its first time."""
    by_event: dict[str, Moment] = {}
    for moment in sorted(moments, reverse=True):
        by_event[moment[1]] = moment
    return sorted(by_event.values(), reverse=True)[:most]


def _unite_lasts(state: State, other: State, catalog: Catalog) -> None:
    for keep, theirs in other.lasts.items():
        if keep not in catalog.lasts:
            continue
        values = state.lasts.setdefault(keep, {})
        for value, moments in theirs.items():
            values[value] = _newest((*values.get(value, ()), *moments), catalog.lasts[keep].newest)
        named = sorted((v for v in values if v not in (ANY, NONE)), key=lambda v: (values[v][0], v))
        for value in named[: max(len(named) - VALUES, 0)]:
            del values[value]


def _unite_consents(state: State, other: State) -> None:
    """The stricter word, as of the newer of both: what was said before that is said."""
    for name, theirs in other.consents.items():
        mine = state.consents.get(name, theirs)
        word = max(mine[0], theirs[0], key=lambda word: _STRICTEST.get(word, 0))
        state.consents[name] = (word, max(mine[1], theirs[1]), max(mine[2], theirs[2]))


def _unite_interests(state: State, other: State) -> None:
    state.interests = interest.unite(state.interests, other.interests)
    by_event = {id: second for second, id in sorted((*state.seen, *other.seen), reverse=True)}
    seen = sorted(((second, id) for id, second in by_event.items()), reverse=True)
    state.seen = seen[: interest.REPEATS]
    state.forgotten = max([state.forgotten, other.forgotten, *(second for second, _ in seen[interest.REPEATS :])])
