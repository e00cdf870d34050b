"""Plays time: what is due fires in order, each followed by all it causes."""

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from local.aws.gateway import lock
from local.aws.lambdas import FunctionError, Lambdas
from local.aws.schedule import Schedule
from local.aws.sources import Poller
from local.aws.tables import Key, Places
from local.clock import MINUTE, AnyClock, VirtualClock

PATIENCE: Final = 60
"""Minutes at most between two tries at something that stays due."""
Due = frozenset[tuple[Key, Decimal]]


class Player:
    """Works the queues and runs the schedules, by the clock it is given."""

    def __init__(
        self,
        clock: AnyClock,
        poller: Poller,
        schedules: Sequence[Schedule],
        lambdas: Lambdas,
        places: Callable[[], Places],
    ) -> None:
        self.clock, self.poller, self.schedules, self.lambdas, self.places = clock, poller, schedules, lambdas, places
        self.playing = threading.RLock()
        self._tried: Due = frozenset()
        self._patience = 1
        self._begun = False

    def settle(self) -> None:
        """Returns when every queue, and everything due by now, has been worked off."""
        with self.playing:
            self.poller.drain()
            while (due := self._due()) and due != self._tried:
                self._tried = due
                self._fire(self.schedules)
                self.poller.drain()

    def advance(self, clock: VirtualClock, target: int) -> None:
        """Moves the clock to the target, through every minute in which something is due."""
        with self.playing:
            self.settle()
            if not self._begun:  # each has run in the minute that is over; from here on no empty one is played
                self._begun = True
                self._fire(self.schedules)
                self.poller.drain()
            while (moment := self._next(clock.now)) is not None and moment <= target:
                clock.now = moment
                self._play()
            clock.now = max(clock.now, target)
            self.settle()

    def minute(self, now: int) -> None:
        """Runs the schedules that are due in this minute of the wall clock."""
        with self.playing:
            self._fire([schedule for schedule in self.schedules if now // MINUTE * MINUTE % schedule.every == 0])

    def _play(self) -> None:
        before = self._due()
        self.poller.drain()
        if before:
            self._tried = before
            self._fire(self.schedules)
            self.poller.drain()
        self._patience = min(self._patience * 2, PATIENCE) if before and self._due() == before else 1
        self.settle()

    def _next(self, now: int) -> int | None:
        with lock:
            due = self.places().next_due()
        moments = [moment for moment in [self.poller.next_visible()] if moment is not None]
        if due is not None:
            minute = -(-due // MINUTE) * MINUTE
            moments.append(minute if minute > now else (now // MINUTE + self._patience) * MINUTE)
        return max(min(moments), now) if moments else None

    def _due(self) -> Due:
        with lock:
            return self.places().due_by(self.clock())

    def _fire(self, schedules: Sequence[Schedule]) -> None:
        for schedule in schedules:
            try:
                self.lambdas.invoke(schedule.function, schedule.event(self.clock()))
            except FunctionError as error:
                self.lambdas.log(f"{schedule.name}: {error}")
