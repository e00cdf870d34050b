"""What reaching an audience needs of the world."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kairos.domain.events import Json, Millis


@dataclass(frozen=True, slots=True)
class FanOut:
    """One occurrence of a campaign on its way to its audience; or, without places, a wake-up for everybody."""

    campaign: str
    id: str  # the external event's, or the local time of the schedule
    time: Millis
    event: Json = field(default_factory=dict)  # the external event's document
    local: str = ""  # a local time that each customer waits for
    places: tuple[str, ...] = ()
    key: str = ""  # where it is kept
    cursor: str = ""  # up to where it has come

    @property
    def everybody(self) -> bool:
        return not self.campaign


@dataclass(frozen=True, slots=True)
class FanOutRef:
    """Where a fan-out is kept."""

    key: str


class FanOutStore(Protocol):
    """Fan-outs under way. Every write is conditional and says by its result whether it took place."""

    def start(self, fan_out: FanOut, *, due: Millis, kept: Millis) -> FanOutRef | None:
        """Once for each campaign and id, until `kept`; None if it was started before."""

    def read(self, ref: FanOutRef) -> FanOut | None:
        """None if there is none, or none that is not finished."""

    def move(self, fan_out: FanOut, *, cursor: str, due: Millis = 0) -> bool:
        """If nobody has moved it since it was read; `due`: when the sweep looks at it again."""

    def finish(self, fan_out: FanOut) -> bool:
        """If nobody has moved it since it was read; it is no longer due."""


class Audience(Protocol):
    """Who is where."""

    def pages(self, fan_out: FanOut, size: int) -> Iterator[tuple[Sequence[str], str]]:
        """From its cursor on: at most `size` customers, each once, and the cursor behind them."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the calendar has seen to."""

    at: Millis = 0  # up to this moment every schedule has started
    plan: str = ""  # what everybody was woken for
    new: str = ""  # a plan that may become the one
    since: Millis = 0  # when it was first seen
    changes: int = 0  # how often everybody was woken
    known: tuple[str, ...] = ()  # the schedules in each customer's own time that were there by then


class CalendarStore(Protocol):
    """The calendar's one item."""

    def looked(self) -> Looked: ...

    def look(self, before: Looked, after: Looked, *, due: Millis | None) -> bool:
        """If nobody has looked since `before`; `due` is when there will be something to see to."""
