"""A device at its merge: its entries come over before the commit, its tombstone is written with it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.audience import drop_place
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.states import put_state
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import Effect, PutTombstone
from kairos.domain.merge import tombstone

# A device's state over time, and the condition of each write:
#
#   nothing, or version n ──────────────> tombstone ──────────────> tombstone, pointing elsewhere      never back
#                          put_state(n)              put_state(n+1)
#
# Until then every event of the device is a new version of it, so no entry is made behind the copies' back.
NEVER_WRITTEN: Final = "attribute_not_exists(pk)"


def tombstones_of(effects: Sequence[Effect]) -> list[PutTombstone]:
    """The devices that are identified by these."""
    return [effect for effect in effects if isinstance(effect, PutTombstone)]


def with_state(put: PutTombstone, writer: str) -> list[dict[str, Any]]:
    """What acts: the tombstone, and with the customer the way back to the device, for export and erasure."""
    state = tombstone(put).state
    back = {**items.key(f"C#{put.moved}", f"I#{put.device}"), "time": items.number(put.time)}
    return [put_state(put.device, state, seen=put.seen, writer=writer), {"Item": back}]


def bring_over(table: Table, put: PutTombstone) -> None:
    """Entries keep their keys used up, and their event fields readable, for the heir too. Harmless when orphaned."""
    if not put.inherits:
        return
    names = set(put.snapshots)
    for item in table.below(f"C#{put.device}", "E#"):
        _put_absent(table, {**item, "pk": items.text(f"C#{put.heir}")})
        names |= {name for name in (items.to_entry(item).snapshot,) if name}
    keys = [items.snapshot_key(put.device, name) for name in sorted(names)]
    for snapshot in table.get(keys, consistent=True).values() if keys else ():
        _put_absent(table, {**snapshot, "pk": items.text(f"C#{put.heir}")})


def leave_places(table: Table, puts: Iterable[PutTombstone]) -> None:
    """Nobody is looked for under the device any more; goes after the commit."""
    for put in puts:
        for place in put.places:
            drop_place(table, place, put.device, put.seen + 1)


def _put_absent(table: Table, item: Item) -> None:
    """What the heir has of their own stays."""
    table.happens(lambda: table.client.put_item(TableName=table.name, Item=item, ConditionExpression=NEVER_WRITTEN))
