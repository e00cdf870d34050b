"""What forgetting a person needs of the world."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from kairos.domain.erasure import Person
from kairos.domain.events import Json, Millis
from kairos.domain.state import Customer


@dataclass(frozen=True, slots=True)
class ErasureRef:
    """Where an erasure is kept: under what stands for the id."""

    key: str


PASS = ErasureRef("pass")
"""The one way through table, dead letters and archive that is under way for all who wait for it."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One person on the way to being forgotten."""

    ref: ErasureRef
    customer: str
    erased: Millis
    stage: Literal["items", "rest"]  # their own items; all that takes a look at everything
    ids: frozenset[str] = frozenset()  # the customer's, and those of their devices and addresses
    owned: frozenset[str] = frozenset()  # `channel#hash`
    addresses: frozenset[str] = frozenset()  # as they were written

    @property
    def person(self) -> Person:
        return Person(self.ids, self.erased, self.addresses)


@dataclass(frozen=True, slots=True)
class Pass:
    """How far the look at everything has come, and for whom it is; until `due` it is somebody's who carries it."""

    refs: tuple[ErasureRef, ...]
    part: str = "table"  # then letters, archive
    cursor: str = ""
    due: Millis = 0


class ErasureStore(Protocol):
    """Erasures in the table."""

    def begin(self, customer: Customer, ref: ErasureRef, now: Millis, *, due: Millis) -> None:
        """In one write: nobody decides or sends on what was known before, and it is written down what has to go.

        Raises StateMoved, Contended.
        """

    def read(self, ref: ErasureRef) -> Erasure | None:
        """None if there is none, or none that is not finished."""

    def postpone(self, ref: ErasureRef, *, due: Millis) -> None:
        """When the sweep looks at it again."""

    def empty(self, erasure: Erasure) -> None:
        """All items of theirs are gone afterwards; safe any number of times."""

    def emptied(self, erasure: Erasure, *, due: Millis) -> None:
        """Somebody new may come under that id; the rest is due then."""

    def waiting(self, until: Millis) -> Iterable[Erasure]:
        """Those erased by then who wait for a look at everything."""

    def passing(self) -> Pass | None:
        """The look that is under way."""

    def move(self, before: Pass | None, after: Pass, *, due: Millis) -> bool:
        """If nobody has moved it since."""

    def leftovers(self, people: Sequence[Erasure], cursor: str) -> Iterator[str]:
        """Deletes what has come since their items went, and their places wherever they stand; a cursor a page."""

    def finish(self, people: Sequence[Erasure], now: Millis) -> None:
        """Of them remains what stands for their ids, and when; the look is over."""


class Letters(Protocol):
    """What was put aside, and what died."""

    def rewrite(self, without: Callable[[Any], Any]) -> int:
        """Each message as `without` leaves it: as it is, another, or (None) none; how many changed."""


class RecordedLines(Protocol):
    """The archive's objects."""

    def remember(self, marks: Collection[str], erased: Millis) -> None:
        """Writes down beside the archive what stands for an erased person's ids: it outlives the table, for a restore."""

    def keys(self, after: str) -> Iterator[str]: ...

    def rewrite(self, key: str, keep: Callable[[Json], bool]) -> int:
        """Without the lines that are not kept, and without the version that had them; how many these were."""
