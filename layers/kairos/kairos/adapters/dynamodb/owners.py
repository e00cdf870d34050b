"""Who can be reached at an address: a row beside its suppression for each of them, written with the state that says so."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.table import Table
from kairos.domain.effects import DropOwner, Effect, PutOwner, PutTombstone

# A row is of one customer, and only the writes of that customer's state, each on condition of its version, touch it: what
# the newest state says is what the rows say. It is no part of the address's own item, which every claim looks at: whoever
# moves to an address is in nobody's way.


def owner_writes(customer: str, effects: Sequence[Effect], gone: Iterable[PutTombstone]) -> list[dict[str, Any]]:
    """What goes with the state: of several words on one address the last; a device that is somebody's owns nothing."""
    words = {effect.address: effect for effect in effects if isinstance(effect, PutOwner | DropOwner)}
    mine: list[dict[str, Any]] = [
        {"Item": items.owner_item(address, customer)}
        if isinstance(word, PutOwner)
        else {"Key": items.owner_key(address, customer)}
        for address, word in words.items()
    ]
    return mine + [{"Key": items.owner_key(address, put.device)} for put in gone for address in put.addresses]


def owners(table: Table, address: str, most: int) -> Iterator[str]:
    """The first `most` of them, read consistently: whoever was committed before is among them."""
    found = table.query(
        ConsistentRead=True, Limit=most, KeyConditionExpression="pk = :pk AND begins_with(sk, :owner)",
        ExpressionAttributeValues={":pk": items.address_key(address)["pk"], ":owner": items.text("O#")},
    )  # fmt: skip
    return (items.to_owner(item) for item in islice(found, most))
