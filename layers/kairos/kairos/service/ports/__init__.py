"""What the services need of the world; adapters implement it on AWS."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from kairos.domain.coupons import Issued
from kairos.domain.effects import Effect, PutMessage
from kairos.domain.events import Json, Millis
from kairos.domain.state import Customer
from kairos.service.ports.addresses import AddressStore as AddressStore
from kairos.service.ports.addresses import ReputationRef as ReputationRef
from kairos.service.ports.addresses import ReputationStore as ReputationStore
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef
from kairos.service.ports.providers import CircuitOpen as CircuitOpen
from kairos.service.ports.providers import InDoubt as InDoubt
from kairos.service.ports.providers import NotTaken as NotTaken
from kairos.service.ports.providers import Outgoing as Outgoing
from kairos.service.ports.providers import Provider as Provider
from kairos.service.ports.providers import QuotaSpent as QuotaSpent
from kairos.service.ports.providers import Refused as Refused


class StateMoved(Exception):
    """Somebody else committed this customer first: decide again on the newer state."""


class AlreadyWritten(Exception):
    """An entry or message of this identity exists: decide again knowing it."""

    def __init__(
        self, entries: frozenset[tuple[str, str]] = frozenset(), messages: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(f"{len(entries)} entries, {len(messages)} messages exist")
        self.entries = entries  # (campaign, key)
        self.messages = messages  # message ids


class Contended(Exception):
    """The item is in endless conflict: try later, through the queue."""


class TooLarge(Exception):
    """No transaction holds all of it, or no item the customer: decide on fewer at once; of a single one the text says why not."""


class Unavailable(Contended):
    """The table takes nothing or does not answer for now, whoever asks: nobody is too hot for it."""


class Item(NamedTuple):
    """A message of a queue: how often it was received from it, and when it was sent to it (0: just now)."""

    id: str
    body: str
    receipts: int = 1
    sent: Millis = 0


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message is; campaign and key are known to who has just written it, not to the sweep."""

    customer: str
    message: str
    campaign: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """The kill switch and the circuits, as they are now."""

    stops: frozenset[str] = frozenset()  # "all", "campaign:NAME", "channel:NAME", "marketing:CHANNEL"
    circuits: Mapping[str, Millis] = field(
        default_factory=dict
    )  # channel, or "marketing:CHANNEL" -> closed again from this moment

    def holds(self, campaign: str, channel: str, now: Millis, *, transactional: bool) -> bool:
        """Whether a message must wait."""
        named = self.stops & {"all", f"campaign:{campaign}", f"channel:{channel}"}
        if named or self.circuits.get(channel, 0) > now:
            return True
        marketing = marketing_of(channel)
        return not transactional and (marketing in self.stops or self.circuits.get(marketing, 0) > now)


def marketing_of(channel: str) -> str:
    """What is stopped, or whose circuit is open, where only the channel's marketing waits."""
    return f"marketing:{channel}"


Status = Literal["pending", "sending", "in_doubt", "sent", "refused", "given_up"]


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the table has it."""

    put: PutMessage
    customer: str
    status: Status
    token: str = ""
    tries: int = 0
    claimed: Millis = 0
    reason: str = ""
    provider_id: str = ""
    due: Millis = 0  # 0: settled and reported
    address: str = ""  # hash of the one that was refused
    doubted: bool = False  # whether it was ever in doubt: a provider may have it, whatever became of later tries
    heir: str = ""  # whose it is now, if it was decided for a device that has been identified since

    @property
    def owner(self) -> str:
        """Whom it is judged for, and whose guard its claim checks; it stays where it was written."""
        return self.heir or self.customer


@dataclass(frozen=True, slots=True)
class Noted:
    """A message as it was when something was said of it, and whether that was news."""

    message: StoredMessage
    first: bool

    @property
    def unsettled(self) -> bool:
        """Whether nobody knew that it was sent."""
        kept = self.message
        return kept.status in ("sending", "in_doubt", "given_up") or (kept.status == "pending" and kept.tries > 0)


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a delivery looks at, read consistently in one request."""

    message: StoredMessage
    customer: Customer  # with its profile
    event: Json  # the trigger event's fields: the entry's, or its snapshot's
    control: Control
    coupon: Issued | None = None  # the code that the message shows, once it is the coupon's


class NotClaimed(Exception):
    """The claim failed; `why` is `not_pending`, `guard_moved`, `suppressed`, `expired` or `conflict`."""

    def __init__(self, why: Literal["not_pending", "guard_moved", "suppressed", "expired", "conflict"]) -> None:
        super().__init__(why)
        self.why = why


class CustomerStore(Protocol):
    """States and profiles."""

    def read(
        self, ids: Collection[str], *, profiles: Collection[str] = (), consistent: bool = False
    ) -> dict[str, Customer]:
        """Each customer asked for (unknown ones as `Customer.unknown`), with the profile where it is asked for."""

    def commit(self, before: Customer, after: Customer, effects: Sequence[Effect], writer: str) -> None:
        """All or nothing: state, profile if it changed, entries, messages, consents, owners. Snapshots go before.

        Raises StateMoved, AlreadyWritten, TooLarge, Contended. A lost answer to one's own write (state carries `writer`) is success.
        """


class MessageStore(Protocol):
    """Messages under way. Every write is conditional and says by its result whether it took place."""

    def dossier(self, ref: MessageRef) -> Dossier | None:
        """Everything about one message; None if there is no such message."""

    def claim(self, message: StoredMessage, *, guard: int, address: str, token: str, now: Millis) -> None:
        """PENDING -> SENDING if not expired, the state's guard is `guard` and the address (`channel#hash`) is not suppressed.

        Raises NotClaimed.
        """

    def sent(self, message: StoredMessage, *, token: str, provider_id: str, now: Millis, due: Millis) -> bool:
        """SENDING or IN_DOUBT (given up too) -> SENT; `due` 0 takes it out of the index."""

    def note(self, customer: str, message: str, kind: str, time: Millis) -> Noted | None:
        """Writes down what the provider said, once of a kind; None if there is no such message."""

    def settle(self, customer: str, message: str, *, provider_id: str, now: Millis, due: Millis) -> bool:
        """What the provider's own event says: upwards only, -> SENT, also one given up or re-opened after a claim; `due` as in `sent`."""

    def release(self, message: StoredMessage, *, token: str, due: Millis) -> bool:
        """SENDING (or, for transactional ones, IN_DOUBT) -> PENDING: surely not taken, or may be tried again."""

    def doubt(self, message: StoredMessage, *, token: str) -> bool:
        """SENDING -> IN_DOUBT."""

    def refuse(self, message: StoredMessage, *, reason: str, token: str, due: Millis, address: str = "") -> bool:
        """PENDING (token empty) or SENDING -> REFUSED with its reason; stays due until reported."""

    def give_up(self, message: StoredMessage, *, reason: str = "") -> bool:
        """SENDING or IN_DOUBT, or PENDING once it was in doubt -> GIVEN_UP: nobody will ever know; its cap place stays used.

        `reason`: the gate that let it not be tried again.
        """

    def postpone(self, message: StoredMessage, *, due: Millis) -> bool:
        """Moves the moment at which the sweep looks again, while the status stays."""

    def reported(self, message: StoredMessage) -> bool:
        """The outcome is with `decide`: out of the index."""


class ControlStore(Protocol):
    """Kill switch, circuits, and since when each kept thing is counted."""

    def control(self) -> Control: ...

    def stop(self, what: str) -> None: ...

    def resume(self, what: str) -> None: ...

    def open_circuit(self, channel: str, until: Millis) -> None: ...

    def since(self, keeps: Collection[str], now: Millis) -> Mapping[str, Millis]:
        """Since when each keep is counted; those never seen before are put, if absent, as `now`."""


Due = str | MessageRef | FanOutRef | ReputationRef | ErasureRef
"""Something with a moment: a customer (their id), a message, a fan-out, a reputation, an erasure."""


class DueIndex(Protocol):
    """The sparse index of everything that has a moment."""

    def due(self, until: Millis, limit: int) -> Iterable[tuple[Millis, Due]]:
        """When, and what: customers' timers, messages, stalled fan-outs, reputations; at most `limit` a shard."""


class Queues(Protocol):
    """The queues and the rejected one. Each `put_*` raises QueueRefused naming what was not taken."""

    def put_events(self, bodies: Sequence[Json]) -> None: ...

    def put_messages(self, refs: Sequence[MessageRef]) -> None: ...

    def put_rejected(self, bodies: Sequence[Json]) -> None: ...

    def put_fan_outs(self, refs: Sequence[FanOutRef], *, hops: int = 0) -> None:
        """`hops`: how often they were handed on without anybody else's doing."""

    def put_erasures(self, refs: Sequence[ErasureRef]) -> None: ...

    def put_pages(self, bodies: Sequence[Json]) -> None:
        """Onto `bulk`, for `evaluate` in its own time."""

    def backlog(self, queue: Literal["events", "send", "bulk"] = "events") -> int:
        """About how many wait there."""


class QueueRefused(Exception):
    """The queue did not take these (by index into what was given)."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(f"{len(indexes)} not taken")
        self.indexes = tuple(indexes)


class Archive(Protocol):
    """Events and records for backtest, backfill, restore; one Firehose record a batch."""

    def put(self, lines: Sequence[Json]) -> None: ...


class Bus(Protocol):
    """Kairos's own events, out."""

    def put(self, type: str, detail: Json, time: Millis) -> None:
        """Raises the provider errors below."""


class BrokenTemplate(Exception):
    """It cannot be rendered: `failed_template`; the text names template, line and variable, never a value."""


class Renderer(Protocol):
    """Templates into messages."""

    def render(self, dossier: Dossier, now: Millis) -> Outgoing:
        """Raises BrokenTemplate, also when the template is gone."""


Clock = Callable[[], Millis]
