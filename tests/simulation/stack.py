"""The shop's stack: queues that invoke workers, a sweep every minute, deployments, and a restore from backup."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, Final

from kairos.adapters.dynamodb import items
from kairos.domain.events import Millis
from kairos.service.ports import Item, MessageRef
from kairos.service.ports.erasures import ErasureRef
from kairos.service.ports.fan_out import FanOutRef
from local.forgotten import until
from local.restoring import heir_of, inherited
from tests.simulation.aws import mapping
from tests.simulation.aws.mapping import Batch, Source
from tests.simulation.aws.store import stored
from tests.simulation.definitions import catalogs
from tests.simulation.doors import Doors
from tests.simulation.outside import Outside, Over
from tests.simulation.scheduler import GOING_ON, Scheduler, Worker
from tests.simulation.story import Deed, Story, meddling
from tests.simulation.weather import Crashed, Weather
from tests.simulation.world import DOORS, World, sources
from tests.unit.domain.shop import DAY, HOUR, MINUTE

QUIET: Final[Millis] = 6 * DAY
"""How long nothing happens and nothing goes wrong any more, until everything must have come to its end."""

ENDLESS: Final = 12_000
"""Steps after which nothing can be expected any more; a run has some hundreds, hardly any has thousands."""

CANARY: Final[Millis] = 10 * MINUTE

LASTS: Final[Mapping[str, Millis]] = {
    "evaluate": MINUTE,
    "deliver": MINUTE,
    "fan_out": 5 * MINUTE,
    "sweep": 50_000,
    "erase": 15 * MINUTE,
}
"""How long an invocation may take, as template.yaml says."""

DOOR: Final[Millis] = 20_000
AT_ONCE: Final = 4
"""Invocations that a queue feeds side by side."""


class Stack:
    """Runs one story in one weather, to its end."""

    def __init__(
        self, seed: str, story: Story, weather: Weather, *,
        scheduler: Callable[[str, Weather, Millis], Scheduler] = Scheduler, quiet: Millis = QUIET,
    ) -> None:  # fmt: skip
        start = story.deeds[0].at
        self.story, self.weather, self._quiet = story, weather, quiet
        self.scheduler = scheduler(seed, weather, start)
        self.world = World(self.scheduler)
        self.outside = Outside(self)
        self.last = story.deeds[-1].at + HOUR
        self.version, self._before, self._canary = 0, 0, 0
        self._numbers = count()
        self._warm: dict[tuple[str, int], list[Any]] = {}
        self._busy: dict[str, int] = {source.queue: 0 for source in sources()}
        self._swept, self._deployed, self._called = start, True, False
        self.operated = 0
        self.scheduler.meddle = self._meddle
        for deed in story.deeds:
            self.scheduler.at(deed.at, partial(self.outside.do, deed))

    @property
    def told(self) -> Any:
        """What the outside world knows."""
        return self.outside.told

    @property
    def restored(self) -> bool:
        """Whether states were put back to what they had been, and so have forgotten."""
        return any(deed.kind == "restore" for deed in self.story.deeds)

    def run(self) -> None:
        """Until the story is told, and everything that follows from it has come to its end."""
        scheduler, end = self.scheduler, self.last + self._quiet
        scheduler.at(self.last, self._settle)
        while scheduler.steps < ENDLESS:
            awake = scheduler.awake
            if awake and scheduler.luck.random() < GOING_ON:
                scheduler.move(awake)
            elif not (scheduler.do_next() or self._poll() or self._sweep()):
                if awake:
                    scheduler.move(awake)
                elif (moment := self._next()) is None or moment > end:
                    return
                else:
                    scheduler.now = max(scheduler.now, moment)

    def invoke(
        self, door: str, work: Callable[[Any], Any], over: Over, lasts: Millis = DOOR
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
                self._warm[where].append(service[0])
            over(answer, error)

        name = f"{door}.{next(self._numbers)}"
        self.scheduler.begin(name, run, ended, lasts=lasts, commits=self.world.commits)

    def deploy(self, version: int) -> None:
        """New sandboxes have it from now on; for a while old ones come beside them."""
        self._before, self.version = self.version, version
        self._canary, self._deployed = self.scheduler.now + CANARY, True

    def restore(self, back: Millis) -> None:
        """The states and profiles of a while ago, as point-in-time recovery has them, while nothing runs; then what was
        archived since is told again. Entries and messages have been brought back already; nobody who was erased since is."""
        self.scheduler.kill_all()
        store, then = self.world.store, self.scheduler.now - back
        sequence = store.sequence_at(then)
        keys = [
            key
            for key in store.ever()
            if key[1] in (items.state_key("")["sk"]["S"], items.profile_key("")["sk"]["S"])
            and self._comes_back(key, sequence, then)
        ]
        backup = {key: store.at(key, sequence) for key in keys}
        places = [key for key in store.ever() if key[0].startswith("X#") and key not in store.items]
        gone = {
            key: found
            for key in places
            if (found := store.at(key, sequence)) and self._comes_back((f"C#{key[1]}", "S"), sequence, then)
        }
        erased = lambda who: (mark := self.world.mark(who)) is not None and until(mark) > then  # noqa: E731 - of this backup
        store.commit({key: old and stored(inherited(old.item, erased)) for key, old in backup.items()} | gone)
        self.scheduler.oldest = store.newest  # it is another table, which never was what this one was
        for line in self.world.archived():
            if line.get("event", {}).get("received", 0) > then - HOUR:
                self.world.put("events", json.dumps({"kairos": "event", **line}))

    def _comes_back(self, key: tuple[str, str], sequence: int, then: Millis) -> bool:
        """Nobody of whom something was left when they were erased; who is somebody new since stays so, with their devices."""
        state_now = lambda who: (found := self.world.store.items.get((f"C#{who}", "S"))) and found.item  # noqa: E731 - of here
        who = key[0].removeprefix("C#")
        heir = heir_of(state_now(who) or {}, state_now)
        return all(
            (mark := self.world.mark(each)) is None
            or (until(mark) <= then and self.world.store.at((f"C#{each}", "S"), sequence) is not None)
            for each in (who, heir)
            if each
        )

    def _meddle(self, worker: Worker) -> Millis:
        """Before a claim: its customer opts out, or does what ends it, and there is just time for that to be committed."""
        _, operation, request = worker.call
        if not worker.name.startswith("deliver") or operation != "TransactWriteItems":
            return 0
        if not self.scheduler.strikes(self.scheduler.weather.meddling * 3):
            return 0
        key = request["TransactItems"][0]["Update"]["Key"]
        if (found := self.world.store.items.get((key["pk"]["S"], key["sk"]["S"]))) is None:  # of who was forgotten
            return 0
        message = items.to_message(found.item)
        address = self.world.profile(message.owner).address("email")
        self.outside.do(meddling(self.scheduler.luck, message, address, self.scheduler.now))
        return self.scheduler.luck.randint(0, 2_000)

    def _settle(self) -> None:
        self.scheduler.calm()
        if not self.world.paused:  # who is called to a paused channel lets it go on; and somebody has to be called
            self.outside.resume_all()

    def _sandbox(self, door: str) -> tuple[tuple[str, int], Any]:
        """A warm one, or a new one; while a canary runs, of either deployment."""
        luck, scheduler = self.scheduler.luck, self.scheduler
        version = luck.choice((self._before, self.version)) if scheduler.now < self._canary else self.version
        warm = self._warm.setdefault((door, version), [])
        if warm and luck.random() < 0.9:
            return (door, version), warm.pop()
        skew = scheduler.skew()
        clock = lambda: scheduler.now + skew  # noqa: E731 - of this sandbox
        return (door, version), Doors(
            self.world.clients(), catalogs()[version], clock, lambda: f"id-{next(self._numbers)}"
        )

    def _poll(self) -> bool:
        """Lets one queue invoke its function, if there is anything to invoke it with."""
        ready = [s for s in sources() if self._busy[s.queue] < AT_ONCE and self.world.waiting(s.queue)]
        if not ready:
            return False
        source = self.scheduler.luck.choice(ready)
        batch = mapping.take(self.world.sqs, source)
        if batch is None:
            return True
        self._busy[source.queue] += 1
        received = [Item(m.id, m.body, m.receipts, m.sent) for m in batch.messages]
        door = DOORS[source.function]
        over = lambda answer, error: self._worked_off(source, batch, answer, error)  # noqa: E731 - of this batch
        self.invoke(door, lambda service: _BATCHES[door](service, received), over, LASTS[door])
        return True

    def _worked_off(self, source: Source, batch: Batch, answer: Any, error: BaseException | None) -> None:
        """Whoever died answers nothing: what they had is seen again when its time is over."""
        self._busy[source.queue] -= 1
        if error is None:
            failed = [{"itemIdentifier": id} for id in answer]
            mapping.settle(self.world.sqs, source, batch, {"batchItemFailures": failed})

    def _sweep(self) -> bool:
        luck, scheduler = self.scheduler.luck, self.scheduler
        if (moment := self._next_sweep()) is None or moment > scheduler.now:
            return False
        self._swept = scheduler.now
        self.world.table.expire(self.world.store.expired(scheduler.now // 1000))
        troubled = luck.random() < scheduler.weather.sweepless
        if troubled and luck.random() < 0.5:
            self._swept += luck.randint(HOUR, DAY)
            return True
        for _ in range(2 if troubled else 1):
            self.invoke("sweep", lambda sweep: sweep(), self._has_swept, LASTS["sweep"])
        return True

    def _has_swept(self, answer: Any, error: BaseException | None) -> None:
        self._deployed = self._deployed and error is not None
        if self.world.rings and not self._called:
            self._called = True
            self.scheduler.at(self.scheduler.now + self.scheduler.luck.randint(MINUTE, HOUR), self._operate)

    def _operate(self) -> None:
        """Whom the alarm of a paused channel has called has looked, and lets it go on."""
        self._called, self.operated = False, self.operated + 1
        self.outside.do(Deed(self.scheduler.now, "resume", "", None))

    def _next(self) -> Millis | None:
        """When something will be to do again; what could be done now already waits for workers that sleep."""
        moments = [*self.scheduler.moments, *self.world.visible, self._next_sweep()]
        return min((moment for moment in moments if moment is not None and moment > self.scheduler.now), default=None)

    def _next_sweep(self) -> Millis | None:
        """The minute in which a sweep will find something, or what was deployed looks into its calendar first."""
        due = self.scheduler.now if self._deployed else self.world.earliest_due()
        return None if due is None else max(due, self._swept + MINUTE)


def _references(received: Sequence[Item]) -> list[tuple[str, MessageRef]]:
    bodies = ((item.id, json.loads(item.body)) for item in received)
    return [(id, MessageRef(b["customer"], b["message"], b.get("campaign", ""), b.get("key", ""))) for id, b in bodies]


def _spread(service: Any, received: Sequence[Item]) -> list[str]:
    (item,) = received
    told = json.loads(item.body)
    service(FanOutRef(told["fan_out"]), told["hops"], lambda: 60_000)
    return []


def _forgets(service: Any, received: Sequence[Item]) -> list[str]:
    for item in received:
        service(ErasureRef(json.loads(item.body)["erasure"]), lambda: 10 * MINUTE)
    return []


_BATCHES: Final[Mapping[str, Callable[[Any, Sequence[Item]], list[str]]]] = {
    "evaluate": lambda service, received: service.batch(received),
    "deliver": lambda service, received: service.batch(_references(received)),
    "fan_out": _spread,
    "erase": _forgets,
}
"""What the handlers of the functions do."""
