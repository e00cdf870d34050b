"""What a run has written, read back: every version of every state and message, with when it was committed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from kairos.adapters.dynamodb import items
from kairos.domain.effects import PutEntry
from kairos.domain.events import Millis
from kairos.domain.state import State
from kairos.service.ports import StoredMessage
from tests.simulation.aws.store import Store
from tests.simulation.aws.values import Item
from tests.simulation.world import mark_of

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Move:
    """One version of a message: under whom it is, as of which commit, and when that was."""

    customer: str
    sequence: int
    at: Millis
    message: StoredMessage


class History:
    """Of one table."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def customers(self) -> dict[str, State]:
        """Everybody's state, as it is in the end."""
        return {
            pk.removeprefix("C#"): items.to_state(stored.item)
            for (pk, sk), stored in self._store.items.items()
            if sk == "S"
        }

    @cached_property
    def messages(self) -> dict[Key, list[Move]]:
        """Every message's life, by customer and id."""
        found = {}
        for pk, sk in self._store.ever():
            if sk.startswith("M#"):
                customer = pk.removeprefix("C#")
                moves = [
                    Move(customer, sequence, self._store.moments[sequence - 1], items.to_message(stored.item))
                    for sequence, stored in self._store.versions((pk, sk))
                    if stored is not None
                ]
                found[customer, sk.removeprefix("M#")] = moves
        return found

    @cached_property
    def kept(self) -> dict[Key, list[Move]]:
        """Those lives that did not end with whoever was forgotten."""
        return {
            (customer, id): moves
            for (customer, id), moves in self.messages.items()
            if (f"C#{customer}", f"M#{id}") in self._store.items
            or not any(self.forgotten(who) for who in (customer, moves[-1].message.owner))
        }

    @cached_property
    def claims(self) -> list[Move]:
        """Every claim of a message that goes to somebody."""
        pairs = (pair for moves in self.messages.values() for pair in pairwise(moves))
        claimed = ("pending", "sending")
        return [
            after
            for before, after in pairs
            if (before.message.status, after.message.status) == claimed and after.message.put.channel != "event"
        ]

    @cached_property
    def entries(self) -> dict[str, list[PutEntry]]:
        """Everybody's entries."""
        found: dict[str, list[PutEntry]] = {}
        for (pk, sk), stored in self._store.items.items():
            if sk.startswith("E#"):
                found.setdefault(pk.removeprefix("C#"), []).append(items.to_entry(stored.item))
        return found

    @cached_property
    def entered(self) -> dict[Key, int]:
        """How often each entry was written since nothing is left of who its customer was, by customer and campaign#key."""
        keys = [(pk, sk) for pk, sk in self._store.ever() if sk.startswith("E#")]
        return {
            (pk.removeprefix("C#"), sk.removeprefix("E#")): sum(
                new is not None
                and sequence > max((s for s, _ in self._store.versions(mark_of(pk.removeprefix("C#")))), default=0)
                for sequence, new in self._store.versions((pk, sk))
            )
            for pk, sk in keys
        }

    def forgotten(self, customer: str) -> int:
        """The commit with which they were forgotten last; 0 if they never were."""
        moments = [
            (int(stored.item["erased"]["N"]), -sequence)
            for sequence, stored in self._store.versions(mark_of(customer))
            if stored
        ]
        return -max(moments, default=(0, 0))[1]

    def emptying(self, customer: str) -> Millis:
        """How long nobody could write what was heard of them, while all of theirs went; the longest time."""
        begun, longest = 0, 0
        for sequence, stored in self._store.versions((f"C#{customer}", "S")):
            moment = self._store.moments[sequence - 1]
            if stored and "erasing" in stored.item:
                begun = begun or moment
            elif begun:
                begun, longest = 0, max(longest, moment - begun)
        return longest

    def items_of(self, customer: str) -> Iterator[tuple[str, int]]:
        """All there is of them now beside their state, with the commit since which it is there."""
        for pk, sk in self._store.items:
            if pk == f"C#{customer}" and sk != "S":
                made = 0
                for sequence, stored in self._store.versions((pk, sk)):
                    made = 0 if stored is None else made or sequence
                yield sk, made

    @property
    def owners(self) -> frozenset[tuple[str, str]]:
        """Whom an address leads to: (`channel#hash`, customer)."""
        rows = ((pk, stored.item) for (pk, sk), stored in self._store.items.items() if sk.startswith("O#"))
        return frozenset((pk.removeprefix("A#"), items.to_owner(item)) for pk, item in rows if pk.startswith("A#"))

    @cached_property
    def sharing(self) -> frozenset[str]:
        """Customers with a device that was somebody else's, too, and whoever they have become."""
        ever = [pk.removeprefix("C#") for pk, sk in self._store.ever() if sk == "S"]  # also those who were forgotten
        owners = [{state.moved for _, state in self.states(who) if state.moved} for who in ever]
        return frozenset(
            who for several in owners if len(several) > 1 for one in several for who in (one, self.person(one))
        )

    def person(self, customer: str) -> str:
        """Whose the past of a device, or of an id that was given up, is in the end."""
        state = self.customers.get(customer)
        return self.person(state.heir) if state and state.heir else customer

    def were(self, customer: str) -> list[str]:
        """All ids that have become this customer's, or whose events follow theirs."""
        direct = [id for id, state in self.customers.items() if customer in (state.moved, state.heir)]
        return [id for one in direct for id in (one, *self.were(one))]

    def owner(self, customer: str, sequence: int) -> str:
        """For whom their messages were judged behind that commit."""
        state = self.state_at(customer, sequence)
        return self.owner(state.heir, sequence) if state and state.heir else customer

    def states(self, customer: str) -> Iterator[tuple[int, State]]:
        """Every version of somebody's state, with the commit that made it."""
        for sequence, stored in self._store.versions((f"C#{customer}", "S")):
            if stored is not None:
                yield sequence, items.to_state(stored.item)

    def state_at(self, customer: str, sequence: int) -> State | None:
        """Somebody's state as it was behind that commit."""
        stored = self._store.at((f"C#{customer}", "S"), sequence)
        return items.to_state(stored.item) if stored else None

    def at(self, key: items.Key, sequence: int) -> Item | None:
        """Any item as it was behind that commit."""
        stored = self._store.at((key["pk"]["S"], key["sk"]["S"]), sequence)
        return stored.item if stored else None

    def sequence_at(self, moment: Millis) -> int:
        """The commit that was the newest then."""
        return self._store.sequence_at(moment)
