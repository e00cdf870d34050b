"""One worker dies at one call, or hears no answer to it; everything else goes right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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


class Precise(Scheduler):
    """Counts the calls that a door's workers make, and lets one of them end badly."""

    def __init__(self, seed: str, weather: Weather, now: Millis) -> None:
        super().__init__(seed, weather, now)
        self.door, self.number, self.death, self.calls = "", 0, DEATHS[0], 0
        self.met: tuple[Any, str] | None = None

    def fault(self, service: str, operation: str) -> Fault | None:
        assert self.moving
        if self.moving.name.partition(".")[0] == self.door:
            self.calls += 1
            if self.calls == self.number:
                self.met = self.moving, operation
                return self.death.first()
        return self.death.then() if self.met == (self.moving, operation) else None


def lived(deeds: Sequence[Deed], door: str, number: int = 0, death: Death = DEATHS[0]) -> tuple[Stack, Precise]:
    """A life in which the `number`-th call of the door ends so (0: none does)."""
    stack = Stack("deaths", Story(tuple(sorted(deeds, key=lambda deed: deed.at))), CALM, scheduler=Precise, quiet=QUIET)
    scheduler = stack.scheduler
    assert isinstance(scheduler, Precise)
    scheduler.door, scheduler.number, scheduler.death = door, number, death
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

LIVES: Final[dict[str, tuple[str, tuple[Deed, ...]]]] = {
    "ingest": ("ingest", (presented("ann"), heard("ann", *["order.placed"] * 11))),
    "identify": ("ingest", (presented("ann"), _identified("ann", "d1", T0 + HOUR))),
    "customers": ("customers", (presented("ann"), heard("ann", "signup"), presented("ann", T0 + 3 * HOUR))),
    "evaluate": ("evaluate", (presented("ann"), heard("ann", *BUSY), LATER)),
    "deliver": ("deliver", (presented("ann"), heard("ann", *BUSY), LATER)),
    "event out": ("deliver", (presented("ann"), heard("ann", "paper.downloaded"))),
    "feedback": ("evaluate", (presented("ann", email="bounce+ann@simulator.amazonses.com"), heard("ann", "order.placed"))),
    "sweep": ("sweep", (presented("ann"), heard("ann", "cart.updated"))),
    "calendar": ("sweep", (presented("ann"), heard("ann", "paper.downloaded"))),
    "external event": ("evaluate", (presented("ann"), presented("bob"), _frost())),
    "fan-out": ("fan_out", (presented("ann"), presented("bob"), _frost())),
    "merge": (
        "evaluate",
        (presented("ann"), heard("", "order.placed", "cart.updated", device="d1"),
         _identified("ann", "d1", T0 + HOUR + 10 * MINUTE), heard("ann", "order.placed", at=T0 + 26 * HOUR)),
    ),
    "alias": (
        "evaluate",
        (presented("ann"), heard("old", "order.placed", "cart.updated"), _alias("ann", "old", T0 + HOUR + 10 * MINUTE),
         heard("ann", "order.placed", at=T0 + 26 * HOUR)),
    ),
    "paused": (
        "sweep",
        tuple(deed for who in ("ann", "bob", "cid") for deed in (
            presented(who, email=f"complaint+{who}@simulator.amazonses.com"), heard(who, "order.placed"))),
    ),
    "links": (
        "links", (presented("ann"), heard("ann", "signup"), Deed(T0 + 2 * HOUR, "unsubscribe", "ann", ("news", "email")))
    ),
    "stop and resume": (
        "switch",
        (presented("ann"), Deed(T0 + MINUTE, "stop", "", None), heard("ann", "order.placed"),
         Deed(T0 + 2 * HOUR, "resume", "", None)),
    ),
}  # fmt: skip
"""Which service, by the calls of which door, in which life; a new one is a line."""
