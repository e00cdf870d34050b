"""The customers of a batch, read in one request, whatever is wrong with one of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from kairos.domain.events import Event, Heard, Occurrence, Wake
from kairos.domain.merge import others_in, others_of
from kairos.domain.state import Customer
from kairos.service import trouble
from kairos.service.batch import Batch
from kairos.service.commit import Commit
from kairos.service.ports import Unavailable

Found = dict[str, tuple[Customer, bool]]
"""Customers as they were read, and whether consistently."""

IN_VAIN: Final = 2
"""Of so many customers, each asked for alone, the table has not answered: it answers for nobody, and a batch has but a minute."""


class Reading:
    """Reads a batch's customers; the items of those whom it could not read have failed."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit

    def __call__(self, batch: Batch) -> Found:
        """All in one request, with those said to be one with them; those woken or reached consistently, in another.

        One that is heard of itself in the same batch is read only when that has been decided.
        """
        woken = {
            who for who, heard in batch.heard.items() if any(isinstance(said, Wake | Occurrence) for _, said in heard)
        }
        profiles = {who for who, heard in batch.heard.items() if any(_tells(said) for _, said in heard)}
        others = others_in(said for heard in batch.heard.values() for _, said in heard) - batch.heard.keys()
        found: Found = {}
        for ids, consistent in (((batch.heard.keys() - woken) | others, False), (woken, True)):
            for who, customer in self.some(batch, ids, (profiles | others) & ids, consistent=consistent).items():
                found[who] = (customer, consistent)
                if customer.state.erased:
                    batch.erased[who] = customer.state
        return found

    def some(self, batch: Batch, ids: set[str], profiles: set[str], *, consistent: bool) -> dict[str, Customer]:
        """Those of them that can be read: one customer's state may be unreadable (newer code wrote it), or where it lies be throttled."""
        try:
            return self._commit.read(ids, profiles, consistent=consistent)
        except Exception as error:  # whatever it is, it is found out whose
            trouble.note("read", error)
            if len(ids) == 1:
                _fail(batch, ids)
                return {}
        return self._alone(batch, sorted(ids), profiles, consistent)

    def _alone(self, batch: Batch, ids: Sequence[str], profiles: set[str], consistent: bool) -> dict[str, Customer]:
        found: dict[str, Customer] = {}
        in_vain = 0
        for who in ids:
            try:
                if in_vain == IN_VAIN:
                    raise Unavailable("nobody can be read")
                found |= self._commit.read({who}, profiles & {who}, consistent=consistent)
            except Exception as error:
                in_vain = min(in_vain + isinstance(error, Unavailable), IN_VAIN)
                trouble.note("read", error)
                _fail(batch, {who})
        return found


def others(
    batch: Batch, heard: Sequence[tuple[str, Heard]], found: Mapping[str, tuple[Customer, bool]]
) -> dict[str, Customer]:
    """Those that are said to be theirs, as they were read along."""
    named = others_in(said for _, said in heard) - batch.heard.keys()
    return {other: found[other][0] for other in named if other in found}


def _fail(batch: Batch, ids: set[str]) -> None:
    batch.failed.update(item for who in ids for item, _ in batch.heard.get(who, ()))


def _tells(said: Heard) -> bool:
    """Whether it speaks of what only the profile keeps; an address that is known already does not need it."""
    return isinstance(said, Event) and (bool(said.attributes) or bool(others_of(said)))
