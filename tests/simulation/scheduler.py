"""One thread, many workers: each stands still at every call it makes until it is let go on, or dies there."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from heapq import heappop, heappush
from typing import Any, Final

from greenlet import getcurrent, greenlet

from kairos.domain.events import Millis
from tests.simulation.aws.faults import Fault
from tests.simulation.weather import CALM, Crashed, Troubles, Weather

Deed = Callable[[], object]
Call = tuple[str, str, Mapping[str, Any]]
"""Service, operation, request."""

GOING_ON: Final = 0.8
"""How often a worker moves, where something new could begin as well."""


@dataclass(slots=True)
class Worker:
    """An invocation under way."""

    name: str
    end: Millis  # when its time is over
    run: greenlet
    began: int  # how many commits there had been
    call: Call = ("", "", {})  # before which it stands
    dead: bool = False  # it only leaves what it was in
    wakes: Millis = 0  # until then its call is on its way, or its garbage being collected


class Scheduler(Troubles):
    """Draws from a seed who moves next, how much time passes, and what goes wrong."""

    def __init__(self, seed: str, weather: Weather, now: Millis) -> None:
        super().__init__(random.Random(seed), weather)
        self.now = now
        self.steps = 0
        self.workers: list[Worker] = []
        self._hub: greenlet = getcurrent()
        self._coming: list[tuple[Millis, int, Deed]] = []
        self._count = 0
        self._trace = sha256()
        self.lines: list[str] | None = None  # the trace in words, where somebody wants to read it
        self.moving: Worker | None = None
        self.meddle: Callable[[Worker], Millis] = lambda worker: 0
        self.accepts: Callable[[str, str, Mapping[str, Any]], object] = lambda service, operation, request: None

    def clock(self) -> Millis:
        return self.now

    def at(self, moment: Millis, deed: Deed) -> None:
        """Something to be done then."""
        self._count += 1
        heappush(self._coming, (moment, self._count, deed))

    @property
    def moments(self) -> list[Millis]:
        """When something is to be done, and when each worker wakes."""
        return [*(moment for moment, _, _ in self._coming[:1]), *(worker.wakes for worker in self.workers)]

    def begin(
        self, name: str, work: Callable[[], Any], over: Callable[[Any, BaseException | None], object],
        *, lasts: Millis, commits: int,
    ) -> None:  # fmt: skip
        """A worker on its way to its first call; `over` hears its answer, or what ended it."""

        def run() -> None:
            answer, error = None, None
            try:
                answer = work()
            except (Crashed, Exception) as ended:  # a Lambda's end in any way that it has
                error = ended
            self.workers.remove(worker)
            self.note(f"{name} over {type(error).__name__ if error else 'well'}")
            self.at(self.now, lambda: over(answer, error))

        worker = Worker(name, self.now + lasts, greenlet(run), commits)
        self.workers.append(worker)
        self.note(f"{name} begins")
        self.moving = worker
        worker.call = worker.run.switch() or worker.call

    def call(self, service: str, operation: str, request: Mapping[str, Any]) -> Fault | None:
        """Where workers stand still. What the scheduler itself asks is answered at once."""
        if getcurrent() is self._hub:
            return None
        assert self.moving
        if self.moving.dead:  # what would be done on the way out is not done by a process that is gone
            return Fault(Crashed())
        fault: Fault | None = self._hub.switch((service, operation, request))
        self.moving.dead = fault is not None and isinstance(fault.error, Crashed)
        if fault is None or fault.applied:
            self.accepts(service, operation, request)
        return fault

    def between(self, operation: str) -> None:
        if getcurrent() is not self._hub:
            self._hub.switch(("", operation, {}))

    @property
    def awake(self) -> list[Worker]:
        """Those who can move now."""
        return [worker for worker in self.workers if worker.wakes <= self.now]

    def move(self, awake: Sequence[Worker]) -> None:
        """Lets one of these workers make its call."""
        worker = self.luck.choice(awake)
        self.now += self.luck.randint(0, 20)
        self.steps += 1
        service, operation, _ = worker.call
        self.moving = worker
        fault = self.fault(service, operation) if service else None
        if self.now > worker.end and service:
            fault = Fault(Crashed())
        told = f" {fault.error if isinstance(fault.error, str) else 'dies'} {fault.applied}" if fault else ""
        self.note(f"{worker.name} {operation}{told}")
        stands = worker.run.switch(fault)
        if stands is not None:
            worker.call = stands
            worker.wakes = self.now + (self.meddle(worker) or self.pause())

    def kill_all(self) -> None:
        """Everybody dies where they stand."""
        for worker in list(self.workers):
            while worker in self.workers:
                self.moving = worker
                worker.run.switch(Fault(Crashed()))

    def do_next(self) -> bool:
        """Whatever is to be done by now, the earliest first; says whether there was anything."""
        if not self._coming or self._coming[0][0] > self.now:
            return False
        heappop(self._coming)[2]()
        return True

    def calm(self) -> None:
        """From now on everything goes right."""
        self.weather = CALM

    def note(self, line: str) -> None:
        """Into the trace, whose hash tells two runs apart."""
        text = f"{self.now} {line}"
        self._trace.update(text.encode())
        if self.lines is not None:
            self.lines.append(text)

    @property
    def trace(self) -> str:
        """The hash of all that has happened."""
        return self._trace.hexdigest()[:16]
