"""A state and its profile read as one: two items are two looks, and between them there may have been a commit."""

from collections.abc import Collection, Mapping
from typing import Final

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.table import TRIES, Table
from kairos.service.ports import Contended

# A profile says with which version of the state it was written, and the state with which version its profile was: an
# older profile beside a newer state would be written back with it, and what was told in between would be gone.
_NEVER: Final = {"N": "0"}


def together(
    table: Table, found: Mapping[tuple[str, str], Item], whose: Collection[str]
) -> dict[tuple[str, str], Item]:
    """States and profiles again, of those of whom one was read before a commit and the other behind it. Raises Contended."""
    again: dict[tuple[str, str], Item] = {}
    for _ in range(TRIES):
        known = {**found, **again}
        torn = [who for who in whose if _torn(*(known.get(items.identity(key)) for key in _pair(who)))]
        if not torn:
            return again
        again |= table.get([key for who in torn for key in _pair(who)], consistent=True)
    raise Contended("a profile that moves with every look")


def _pair(who: str) -> tuple[Key, Key]:
    return items.state_key(who), items.profile_key(who)


def _torn(state: Item | None, profile: Item | None) -> bool:
    if state is None or "moved" in state or "erasing" in state:  # what is left has no profile that anybody reads
        return False
    return bool(state.get("profiled", _NEVER) != (profile or {}).get("version", _NEVER))
