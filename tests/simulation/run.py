"""One seed is one run: a story, a weather, and who moves when. The same seed is the same run, to the last byte."""

import logging
import random
from dataclasses import dataclass
from typing import Final

from tests.simulation.history import History
from tests.simulation.promises import PROMISES
from tests.simulation.stack import Stack
from tests.simulation.story import Story, story
from tests.simulation.weather import CALM, Weather

SUNNY: Final = 10
"""One run in so many has nothing go wrong: there everything must also be prompt."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run."""

    seed: int
    steps: int
    trace: str
    broken: tuple[str, ...]


def weather(seed: int) -> Weather:
    """What goes wrong with this seed."""
    return CALM if seed % SUNNY == 0 else Weather.of(random.Random(f"weather {seed}"))


def lived(seed: int, told: Story | None = None, skies: Weather | None = None, *, lines: bool = False) -> Stack:
    """The stack behind a run."""
    stack = Stack(f"run {seed}", story(seed) if told is None else told, weather(seed) if skies is None else skies)
    stack.scheduler.lines = [] if lines else None
    stack.run()
    return stack


def broken(stack: Stack) -> tuple[str, ...]:
    """Every promise that it has broken, with whom and how."""
    history = History(stack.world.store)
    return tuple(f"{promise.__name__}: {how}" for promise in PROMISES for how in promise(stack, history))


def run(seed: int) -> Ran:
    """One run, judged."""
    stack = lived(seed)
    return Ran(seed, stack.scheduler.steps, stack.scheduler.trace, broken(stack))


def quietly() -> None:
    """The services log what goes wrong; here that is what was asked for."""
    logging.getLogger("kairos").setLevel(logging.CRITICAL + 1)
