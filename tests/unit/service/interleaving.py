"""Every order in which workers may take their steps: each call of a port is one step, and none is skipped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from greenlet import getcurrent, greenlet

from tests.fakes import World

Result = TypeVar("Result")
Work = Callable[[], object]
TAKEN = ("FakeArchive.", "FakeQueues.")
"""What is put there is only taken: whether before or after another's step, nobody sees."""


@dataclass
class Stepwise(World):
    """A world in which whoever works lets the others go first, before each call of a port."""

    step_by_step: bool = False
    alone: bool = False  # whether only those count as steps that others may notice
    numbers: Iterator[int] = field(default_factory=count)

    def ids(self) -> str:
        return f"id-{next(self.numbers)}"

    def call(self, work: Callable[[], Result]) -> Result:
        if self.step_by_step and not (self.alone and work.__qualname__.startswith(TAKEN)):
            scheduler = getcurrent().parent
            assert scheduler is not None, "nobody to give way to"
            scheduler.switch()
        return super().call(work)


@dataclass
class Schedule:
    """One way through: who went on at each step, and who could have."""

    taken: list[int] = field(default_factory=list)
    could: list[list[int]] = field(default_factory=list)

    def others(self, fixed: int) -> Iterator[list[int]]:
        """The beginnings of the ways that part from this one behind its first `fixed` steps."""
        for step in range(fixed, len(self.taken)):
            for other in self.could[step]:
                if other > self.taken[step]:
                    yield [*self.taken[:step], other]


def run(workers: Sequence[Work], first: Sequence[int]) -> Schedule:
    """Runs them to their ends, step by step, in this order as far as it says; then always the first that can go on."""
    schedule, living = Schedule(), {number: greenlet(work) for number, work in enumerate(workers)}
    for one in living.values():
        one.switch()  # up to the first call
    while living := {number: one for number, one in living.items() if not one.dead}:
        step = len(schedule.taken)
        number = first[step] if step < len(first) else min(living)
        schedule.taken.append(number)
        schedule.could.append(sorted(living))
        living[number].switch()
    return schedule


def every(play: Callable[[Sequence[int]], Schedule]) -> int:
    """Plays every order there is, each once; how many there were. `play` runs one that begins as it is told."""
    waiting: list[list[int]] = [[]]
    played = 0
    while waiting:
        first = waiting.pop()
        waiting += play(first).others(len(first))
        played += 1
    return played
