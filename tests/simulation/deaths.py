"""One worker dies at one call, or hears no answer to it; everything else goes right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.events import Json, Millis
from tests.simulation.aws.faults import Fault
from tests.simulation.history import History
from tests.simulation.scheduler import Scheduler
from tests.simulation.stack import Stack
from tests.simulation.story import Deed, Story
from tests.simulation.weather import CALM, Crashed, Weather
from tests.unit.domain.shop import HOUR, MINUTE, T0

Outcome = dict[tuple[str, str, str, str], str]
"""Customer, campaign, step and channel of each message, and how it ended."""

QUIET: Final[Millis] = 28 * HOUR


@dataclass(frozen=True, slots=True)
class Death:
    """What happens at a call; `first` to itself, `then` to all others of its operation that the same worker makes."""

    name: str
    first: Callable[[], Fault]
    then: Callable[[], Fault | None] = lambda: None


DEATHS: Final = (
    Death("dies before", lambda: Fault(Crashed())),
    Death("dies after", lambda: Fault(Crashed(), applied=True)),
    Death("hears no answer", lambda: Fault("ReadTimeoutError", applied=True)),
    Death(
        "hears no answer, and asks in vain",
        lambda: Fault("ReadTimeoutError", applied=True),
        lambda: Fault("ReadTimeoutError"),
    ),
)


EXTREMES: Final = (DEATHS[0], DEATHS[-1])
"""For lives that are long: the call is not made and its worker gone, or made, and its worker goes on as if it were not."""


@dataclass(frozen=True, slots=True)
class Life:
    """What happens, and at the calls of which door workers end badly in turn; `troubles`: how the first calls of an operation
    end in any case."""

    door: str
    deeds: tuple[Deed, ...]
    troubles: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    deaths: Sequence[Death] = DEATHS


class Precise(Scheduler):
    """Counts the calls that a door's workers make, and lets one of them end badly."""

    def __init__(self, seed: str, weather: Weather, now: Millis) -> None:
        super().__init__(seed, weather, now)
        self.door, self.number, self.death, self.calls = "", 0, DEATHS[0], 0
        self.met: tuple[Any, str] | None = None
        self.troubles: dict[str, list[Fault]] = {}

    def fault(self, service: str, operation: str) -> Fault | None:
        assert self.moving
        if self.moving.name.partition(".")[0] == self.door:
            self.calls += 1
            if self.calls == self.number:
                self.met = self.moving, operation
                return self.death.first()
        if self.met == (self.moving, operation) and (fault := self.death.then()):
            return fault
        troubles = self.troubles.get(operation)
        return troubles.pop(0) if troubles else None


def lived(life: Life, number: int = 0, death: Death = DEATHS[0]) -> tuple[Stack, Precise]:
    """A life in which the `number`-th call of the door ends so (0: none does)."""
    told = Story(tuple(sorted(life.deeds, key=lambda deed: deed.at)))
    stack = Stack("deaths", told, CALM, scheduler=Precise, quiet=QUIET)
    scheduler = stack.scheduler
    assert isinstance(scheduler, Precise)
    scheduler.door, scheduler.number, scheduler.death = life.door, number, death
    scheduler.troubles = {operation: [*faults] for operation, faults in life.troubles.items()}
    stack.run()
    return stack, scheduler


def outcome(stack: Stack) -> Outcome:
    """All messages, and how they ended."""
    ends = (moves[-1].message for moves in History(stack.world.store).messages.values())
    return {(m.owner, m.put.campaign, m.put.step, m.put.channel): m.status for m in ends}


def presented(who: str, at: Millis = T0, **addresses: str) -> Deed:
    """Somebody who may be told everything, everywhere."""
    topics = (("offers", "email"), ("offers", "sms"), ("news", "email"))
    consents = [{"topic": t, "channel": c, "state": "granted", "proof": "form"} for t, c in topics]
    known = {"email": f"{who}@shop.example", "phone": "+4520000001", **addresses}
    attributes = {"region": "north", "timezone": "Europe/Copenhagen"}
    return Deed(at, "put", who, {"attributes": attributes, "addresses": known, "consents": consents})


def heard(who: str, *types: str, at: Millis = T0 + HOUR, device: str = "", **properties: Any) -> Deed:
    """Events by HTTP, in one call."""
    whose: Json = {"anonymous_id": device} if device else {"id": who}
    given = {"cart_id": "c1", "total": 20, "order": "o1", "paper": "p1", "category": "toys"} | properties
    told = [
        {"id": f"{who}{device}.{type}.{at}.{n}", "type": type, "time": at + n, "customer": whose, "properties": given}
        for n, type in enumerate(types)
    ]
    return Deed(at, "http", who, told)


def _frost() -> Deed:
    told = {"id": "frost", "type": "frost.warned", "time": T0 + HOUR, "properties": {"region": "north"}}
    return Deed(T0 + HOUR, "bus", "", told)


def _identified(who: str, device: str, at: Millis) -> Deed:
    return Deed(at, "identify", who, {"userId": who, "anonymousId": device, "messageId": "i", "traits": {}})


def _alias(who: str, former: str, at: Millis) -> Deed:
    return Deed(at, "alias", who, {"userId": who, "previousId": former, "messageId": "a"})


BUSY: Final = ("signup", "order.placed", "page.broken")
LATER: Final = heard("ann", "page.viewed", at=T0 + 2 * HOUR)

LOST: Final = Fault("ReadTimeoutError", applied=True)
IN_DOUBT: Final = {"SendEmail": (LOST, LOST), "Publish": (LOST,)}
MERGED: Final = _identified("ann", "d1", T0 + HOUR + 10 * MINUTE)
AGAIN: Final = heard("ann", "order.placed", at=T0 + 26 * HOUR)

GONE: Final = "ann-7f3a"
DEVICE: Final = "d-7f3a"
FORGOTTEN: Final = (
    presented(GONE, phone="+4520000073"), presented("bob"), heard("", "order.placed", "cart.updated", device=DEVICE),
    _identified(GONE, DEVICE, MERGED.at), heard(GONE, *BUSY, at=T0 + 2 * HOUR), heard("bob", *BUSY, at=T0 + 2 * HOUR),
    Deed(T0 + 3 * HOUR, "bus", "", {"id": "not understood", "type": "order.placed", "time": T0, "customer": {"id": GONE}, "properties": 5}),
    Deed(T0 + 28 * HOUR, "erase", GONE, (GONE, DEVICE, "+4520000073")),
    heard("bob", "order.placed", at=T0 + 30 * HOUR),
)  # fmt: skip
"""Of two people one is forgotten: a device was theirs, mails went out, something of theirs was put aside."""


def _imported(lines: int) -> tuple[Deed, ...]:
    """A file in which every fourth line is bad, and one is of somebody of whom something newer is said soon."""
    header = "id,email,region,birthday,consent.offers.email,consent.time\n"
    people = (
        f"p{line},p{line}{'@shop.example' if line % 4 else ''},north,1990-06-02,yes,2026-05-01\n"
        for line in range(2, 2 + lines)
    )
    newer = Deed(T0 + HOUR, "put", "p3", {"attributes": {"region": "south"}})
    return (Deed(T0, "import", "", header + "".join(people)), newer)


LIVES: Final[dict[str, Life]] = {
    "ingest": Life("ingest", (presented("ann"), heard("ann", *["order.placed"] * 11))),
    "identify": Life("ingest", (presented("ann"), _identified("ann", "d1", T0 + HOUR))),
    "customers": Life("customers", (presented("ann"), heard("ann", "signup"), presented("ann", T0 + 3 * HOUR))),
    "customers, unarchived": Life(
        "customers", (presented("ann"), heard("ann", "signup")), {"PutRecord": [Fault("ServiceUnavailableException")] * 6}
    ),
    "evaluate": Life("evaluate", (presented("ann"), heard("ann", *BUSY), LATER)),
    "deliver": Life("deliver", (presented("ann"), heard("ann", *BUSY), LATER)),
    "in doubt": Life("deliver", (presented("ann"), heard("ann", *BUSY)), IN_DOUBT, EXTREMES),
    "in doubt, swept": Life("sweep", (presented("ann"), heard("ann", *BUSY)), IN_DOUBT, EXTREMES),
    "in doubt, heard of": Life("evaluate", (presented("ann"), heard("ann", *BUSY)), IN_DOUBT, EXTREMES),
    "throttled": Life(
        "deliver", (presented("ann"), heard("ann", "order.placed")), {"SendEmail": (Fault("TooManyRequestsException"),)}
    ),
    "provider paused": Life(
        "deliver", (presented("ann"), heard("ann", "order.placed")), {"SendEmail": (Fault("SendingPausedException"),)}
    ),
    "event out": Life("deliver", (presented("ann"), heard("ann", "paper.downloaded"))),
    "feedback": Life("evaluate", (presented("ann", email="bounce+ann@simulator.amazonses.com"), heard("ann", "order.placed"))),
    "sweep": Life("sweep", (presented("ann"), heard("ann", "cart.updated"))),
    "calendar": Life("sweep", (presented("ann"), heard("ann", "paper.downloaded"))),
    "external event": Life("evaluate", (presented("ann"), presented("bob"), _frost())),
    "fan-out": Life("fan_out", (presented("ann"), presented("bob"), _frost())),
    "merge": Life("evaluate", (presented("ann"), heard("", "order.placed", "cart.updated", device="d1"), MERGED, AGAIN)),
    "alias": Life(
        "evaluate", (presented("ann"), heard("old", "order.placed", "cart.updated"), _alias("ann", "old", MERGED.at), AGAIN)
    ),
    "paused": Life(
        "sweep",
        tuple(deed for who in ("ann", "bob", "cid") for deed in (
            presented(who, email=f"complaint+{who}@simulator.amazonses.com"), heard(who, "order.placed"))),
        deaths=EXTREMES,
    ),
    "erase, asked": Life("customers", FORGOTTEN),
    "erase": Life("erase", FORGOTTEN, deaths=EXTREMES),
    "links": Life(
        "links", (presented("ann"), heard("ann", "signup"), Deed(T0 + 2 * HOUR, "unsubscribe", "ann", ("news", "email")))
    ),
    "import": Life("importer", _imported(7)),
    "import, taken in": Life("evaluate", _imported(3), deaths=EXTREMES),
    "stop and resume": Life(
        "switch",
        (presented("ann"), Deed(T0 + MINUTE, "stop", "", None), heard("ann", "order.placed"),
         Deed(T0 + 2 * HOUR, "resume", "", None)),
    ),
}  # fmt: skip
"""In which life, at the calls of which door; a new service is a line."""
