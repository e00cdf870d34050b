"""The small records a state is made of: what is armed, under way, lately entered, sent, and hoped for."""

from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final

from kairos.domain.events import Json, Millis

Moment = tuple[Millis, str] | tuple[Millis, str, float] | tuple[Millis, str, float, str]
"""When, and which event (short hash of its id). Of a goal's event also what it was worth, and in which currency if not
the policy's; of one that calls off an absence, how long after its time it was received."""


@dataclass(slots=True)
class Armed:
    """The last trigger event of an absence that is waited for."""

    time: Millis
    received: Millis
    id: str
    fired: Millis = 0  # time of the trigger event it last fired for
    event: Json = field(default_factory=dict)
    snapshot: str | None = None
    called_off: bool = False  # by a later event that did not match (an emptied cart)


@dataclass(slots=True)
class Run:
    """An entry under way: where it stands and what it needs to go on."""

    campaign: str
    key: str
    entered: Millis
    since: Millis  # the trigger's own moment
    trigger: str  # id of the trigger event
    step: str  # id of the step it stands on
    began: Millis  # when that step was due
    due: Millis  # when to look again
    control: bool = False
    held: str = ""  # why a send is deferred; empty while it waits
    event: Json = field(default_factory=dict)
    coupon: Json | None = None
    variant: str = ""


@dataclass(slots=True)
class Recent:
    """An entry that was made lately: what cooldowns look at, and whether anything of it went out."""

    key: str  # short hash
    entered: Millis
    tried: int = 0
    kept: int = 0
    ended: bool = False
    given_back: bool = False


@dataclass(slots=True)
class Sent:
    """A message decided lately: a place taken in the frequency caps, unless it is transactional."""

    time: Millis
    message: str  # the beginning of its id
    channel: str
    topic: str
    campaign: str


@dataclass(slots=True)
class Goal:
    """A goal that may still be reached, in (since, until]."""

    campaign: str
    key: str
    since: Millis
    until: Millis
    trigger: str  # short hash of the trigger event's id
    same: str | None = None  # hashed value that the goal event must share
    variant: str = ""
    reached: Millis = 0  # of shown content: by an event of then, so that it is not reached again


@dataclass(slots=True)
class Placed:
    """Content that waits in a slot until the customer shows up there."""

    campaign: str
    key: str
    step: str
    slot: str
    template: str
    since: Millis  # the trigger's own moment: exits from then on take it away
    until: Millis
    trigger: str
    same: Json = field(default_factory=dict)  # hashed `same` values of the trigger event, by exit selector
    variant: str = ""


ROWS: Final = {cls: tuple(f.name for f in fields(cls)) for cls in (Armed, Run, Recent, Sent, Goal, Placed)}
"""The fields of each record in their order: new ones stand at the end, with a default."""

_REQUIRED: Final = {
    cls: sum(f.default is MISSING and f.default_factory is MISSING for f in fields(cls)) for cls in ROWS
}  # fmt: skip


def row(record: Any) -> list[Any]:
    """A record as its values, without the empty defaults at its end."""
    cls = type(record)
    values = [getattr(record, name) for name in ROWS[cls]]
    while len(values) > _REQUIRED[cls] and not values[-1]:
        values.pop()
    return values


def twin(record: Any) -> Any:
    """A copy that can be changed without touching this one."""
    return type(record)(*[getattr(record, name) for name in ROWS[type(record)]])
