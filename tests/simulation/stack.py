"""The shop's stack: queues that invoke workers, a sweep every minute, clients that try again, providers that report."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from kairos.domain.events import Json, Millis
from kairos.domain.tokens import Unsubscribe, sign
from kairos.service.ports import Item, MessageRef
from kairos.service.ports.fan_out import FanOutRef
from local.aws.feedback import of_mail
from local.clock import iso
from tests.simulation.aws.world import World
from tests.simulation.definitions import catalogs
from tests.simulation.doors import KEY, KEYS, Doors
from tests.simulation.scheduler import Scheduler
from tests.simulation.story import Deed, Story
from tests.simulation.weather import Crashed, Weather
from tests.unit.domain.shop import DAY, HOUR, MINUTE

QUIET: Final[Millis] = 9 * DAY
"""How long nothing happens and nothing goes wrong any more, until everything must have come to its end."""

CANARY: Final[Millis] = 10 * MINUTE

LASTS: Final[Mapping[str, Millis]] = {
    "evaluate": MINUTE, "deliver": MINUTE, "fan_out": 5 * MINUTE, "sweep": 50_000, "door": 20_000,
}  # fmt: skip
"""How long an invocation may take, as template.yaml says."""

SOURCES: Final = (("events", "evaluate", 100, 5), ("bulk", "evaluate", 10, 2), ("send", "deliver", 10, 4),
                  ("fan_out", "fan_out", 1, 2))  # fmt: skip
"""Queue, function, batch, concurrency."""


@dataclass(slots=True)
class Told:
    """What the outside world was told, or saw: what the promises are about."""

    accepted: dict[str, Json] = field(default_factory=dict)  # id -> event, as it was accepted first
    accepted_at: dict[str, Millis] = field(default_factory=dict)
    taken: list[tuple[int, Millis, str, str, str]] = field(default_factory=list)  # commits so far, when, customer, message, channel
    emitted: list[str] = field(default_factory=list)
    opted_out: list[tuple[int, Millis, str, str, str]] = field(default_factory=list)  # commits so far, when, customer, topic, channel


class Stack:
    """Runs one story in one weather, to its end."""

    def __init__(self, seed: str, story: Story, weather: Weather, world: Callable[[Scheduler], World] = World) -> None:
        start = story.deeds[0].at if story.deeds else 0
        self.scheduler = Scheduler(seed, weather, start)
        self.world = world(self.scheduler)
        self.told = Told()
        self.last = (story.deeds[-1].at if story.deeds else 0) + HOUR
        self._numbers = count()
        self.version, self._before, self._canary = 0, 0, 0
        self._sandboxes: dict[tuple[str, int], list[Any]] = {}
        self._busy: dict[str, int] = {queue: 0 for queue, *_ in SOURCES}
        self._swept = start
        self.scheduler.accepts = self._taken
        for deed in story.deeds:
            self.scheduler.at(deed.at, lambda deed=deed: self._do(deed))

    def run(self) -> None:
        """Until the story is told, and everything that follows from it has come to its end."""
        scheduler, end = self.scheduler, self.last + QUIET
        scheduler.at(self.last, self._settle)
        while True:
            if scheduler.workers and scheduler.luck.random() < 0.8:
                scheduler.move()
            elif not (scheduler.do_next() or self._poll() or self._sweep()):
                if scheduler.workers:
                    scheduler.move()
                elif (moment := self._next()) is None or moment > end:
                    return
                else:
                    scheduler.now = max(scheduler.now, moment)

    def _settle(self) -> None:
        self.scheduler.calm()
        self._resume_all()

    # ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────

    def _sandbox(self, door: str) -> tuple[tuple[str, int], Any]:
        """A warm one, or a new one; while a canary runs, of either deployment."""
        luck = self.scheduler.luck
        version = luck.choice((self._before, self.version)) if self.scheduler.now < self._canary else self.version
        warm = self._sandboxes.setdefault((door, version), [])
        if warm and luck.random() < 0.9:
            return (door, version), warm.pop()
        skew = self.scheduler.skew()
        doors = Doors(
            self.world.clients(), catalogs()[version], lambda: self.scheduler.now + skew, lambda: f"id-{next(self._numbers)}"
        )
        return (door, version), doors

    def _invoke(
        self, door: str, work: Callable[[Any], Any], over: Callable[[Any, BaseException | None], object],
        lasts: Millis = LASTS["door"],
    ) -> None:  # fmt: skip
        """One invocation of a function in some sandbox, which is gone if it dies in it."""
        where, sandbox = self._sandbox(door)
        service: list[Any] = [sandbox]

        def run() -> Any:
            if isinstance(service[0], Doors):  # a cold start
                service[0] = getattr(service[0], door)()
            return work(service[0])

        def ended(answer: Any, error: BaseException | None) -> None:
            if not isinstance(error, Crashed) and not isinstance(service[0], Doors):
                self._sandboxes[where].append(service[0])
            over(answer, error)

        self.scheduler.begin(f"{door}.{next(self._numbers)}", run, ended, lasts)

    def _poll(self) -> bool:
        """Lets one queue invoke its function, if there is anything to invoke it with."""
        sources = [source for source in SOURCES if self._busy[source[0]] < source[3] and self.world.waiting(source[0])]
        if not sources:
            return False
        queue, door, most, _ = self.scheduler.luck.choice(sources)
        received = self.world.receive(queue, most)
        if not received:
            return False
        self._busy[queue] += 1

        def over(answer: Any, error: BaseException | None) -> None:
            self._busy[queue] -= 1
            failed = {item.id for item in received} if error else set(answer)
            self.world.delete(queue, [item for item in received if item.id not in failed])

        self._invoke(door, lambda service: _BATCHES[door](service, received), over, LASTS[door])
        return True

    def _sweep(self) -> bool:
        luck, scheduler = self.scheduler.luck, self.scheduler
        if scheduler.now < self._swept + MINUTE or (due := self.world.earliest_due()) is None or due > scheduler.now:
            return False
        self._swept = scheduler.now
        troubled = luck.random() < scheduler.weather.sweepless
        if troubled and luck.random() < 0.5:
            self._swept += luck.randint(HOUR, DAY)
            return True
        for _ in range(2 if troubled else 1):
            self._invoke("sweep", lambda sweep: sweep(), lambda answer, error: None, LASTS["sweep"])
        return True

    def _next(self) -> Millis | None:
        """When something will be to do again."""
        due = self.world.earliest_due()
        sweep = None if due is None else max(due, self._swept + MINUTE)
        moments = [self.scheduler.next, self.world.next_visible(), sweep]
        return min((moment for moment in moments if moment is not None), default=None)

    # ── The outside world ────────────────────────────────────────────────────────────────────────────────────

    def _do(self, deed: Deed) -> None:
        getattr(self, f"_do_{deed.kind}")(deed)

    def _do_http(self, deed: Deed) -> None:
        waiting = [_spoken(event) for event in deed.told]

        def over(answer: Any, error: BaseException | None) -> None:
            body = {} if error else json.loads(answer.body)
            lost = {one["index"] for one in body.get("rejected", ()) if one["code"] == "not_queued"}
            if error or answer.status == 503 and not lost:
                lost = set(range(len(waiting)))
            for number, event in enumerate(waiting):
                if number not in lost:
                    self._accept(event["id"], event)
            if lost:
                again = Deed(deed.at, deed.kind, deed.who, [deed.told[number] for number in sorted(lost)])
                self._again(lambda: self._do_http(again))

        body = json.dumps(waiting).encode()
        self._invoke("ingest", lambda ingest: ingest(KEY, body), over)

    def _do_bus(self, deed: Deed) -> None:
        """EventBridge has it, and will deliver it at least once."""
        event = _spoken(deed.told)
        detail = {name: event[name] for name in ("id", "customer", "properties") if name in event}
        envelope = {
            "version": "0", "id": f"bus-{event['id']}", "detail-type": event["type"], "source": "shop",
            "time": event["time"], "detail": detail,
        }  # fmt: skip
        self._accept(event["id"], event)
        self.world.put("events", json.dumps(envelope))

    def _do_identify(self, deed: Deed) -> None:
        body = json.dumps({**deed.told, "timestamp": iso(deed.at)}).encode()

        def over(answer: Any, error: BaseException | None) -> None:
            if error or answer.status != 200:
                return self._again(lambda: self._do_identify(deed))
            self._accept(deed.told["messageId"], deed.told)

        self._invoke("ingest", lambda ingest: ingest.identify(KEY, body), over)

    def _do_put(self, deed: Deed) -> None:
        def over(answer: Any, error: BaseException | None) -> None:
            if error or answer.status != 200:
                self._again(lambda: self._do_put(deed))

        body = json.dumps(deed.told).encode()
        self._invoke("customers", lambda customers: customers.put(KEY, deed.who, body), over)

    def _do_unsubscribe(self, deed: Deed) -> None:
        """Whoever reads the page that answers has opted out, unless it is still queued."""
        topic, channel = deed.told
        token = sign(Unsubscribe(deed.who, topic, channel, "m"), KEYS, self.scheduler.now)

        def over(answer: Any, error: BaseException | None) -> None:
            if error or answer.status != 200:
                return self._again(lambda: self._do_unsubscribe(deed))
            self.told.opted_out.append((self.world.commits, self.scheduler.now, deed.who, topic, channel))

        self._invoke("links", lambda links: links.unsubscribe(token), over)

    def _do_deploy(self, deed: Deed) -> None:
        self._before, self.version = self.version, deed.told
        self._canary = self.scheduler.now + CANARY

    def _do_stop(self, deed: Deed) -> None:
        self._switch(lambda switch: switch.stop(deed.told, None))

    def _do_resume(self, deed: Deed) -> None:
        self._switch(lambda switch: switch.resume(deed.told, None))

    def _resume_all(self) -> None:
        for what in (None, "cart", "receipt"):
            self._switch(lambda switch, what=what: switch.resume(what, None))

    def _switch(self, work: Callable[[Any], Any]) -> None:
        def over(answer: Any, error: BaseException | None) -> None:
            if error:
                self._again(lambda: self._switch(work))

        self._invoke("switch", work, over)

    def _accept(self, id: str, event: Json) -> None:
        self.told.accepted.setdefault(id, event)
        self.told.accepted_at.setdefault(id, self.scheduler.now)

    def _again(self, deed: Callable[[], object]) -> None:
        """Clients try again what was not answered, with patience."""
        self.scheduler.at(self.scheduler.now + self.scheduler.luck.randint(1_000, 5 * MINUTE), deed)

    def _taken(self, service: str, operation: str, request: Mapping[str, Any]) -> None:
        """A provider has taken something, whatever it answers."""
        scheduler, luck = self.scheduler, self.scheduler.luck
        if service == "events":
            self.told.emitted += [json.loads(entry["Detail"])["id"] for entry in request["Entries"]]
        if service not in ("sesv2", "sns"):
            return
        sent = self.world.sent(service, request)
        self.told.taken.append((self.world.commits, scheduler.now, sent.tags["customer"], sent.tags["message"], sent.channel))
        if service != "sesv2" or luck.random() < scheduler.weather.unheard:
            return
        for said in of_mail(sent, "set"):
            slow = luck.random() < scheduler.weather.late
            delay = luck.randint(HOUR, 2 * HOUR) if slow else luck.randint(100, 30_000)
            self._report(json.dumps(said), scheduler.now + delay)

    def _report(self, body: str, moment: Millis) -> None:
        self.scheduler.at(moment, lambda: self.world.put("bulk", body))


def _spoken(event: Json) -> dict[str, Any]:
    return {**event, "time": iso(event["time"])}


def _references(items: list[Item]) -> list[tuple[str, MessageRef]]:
    bodies = ((item.id, json.loads(item.body)) for item in items)
    return [(id, MessageRef(b["customer"], b["message"], b.get("campaign", ""), b.get("key", ""))) for id, b in bodies]


def _spread(service: Any, items: list[Item]) -> list[str]:
    (item,) = items
    told = json.loads(item.body)
    service(FanOutRef(told["fan_out"]), told["hops"], lambda: 60_000)
    return []


_BATCHES: Final[Mapping[str, Callable[[Any, list[Item]], list[str]]]] = {
    "evaluate": lambda service, items: service.batch(items),
    "deliver": lambda service, items: service.batch(_references(items)),
    "fan_out": _spread,
}
"""What the handlers of the functions do."""
