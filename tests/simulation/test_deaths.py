"""Whoever dies or hears no answer, at whatever call: what it was for is done in the end, and no promise is broken."""

from functools import cache

import pytest

from tests.simulation.deaths import LIVES, Death, Outcome, lived, outcome
from tests.simulation.run import broken, quietly
from tests.simulation.stack import Stack

PROMPT = "in_calm_weather_all_is_prompt"
"""A promise of lives in which nobody dies."""


@cache
def undisturbed(life: str) -> tuple[Outcome, int]:
    """How it goes when nobody dies, and in how many calls of the door."""
    stack, scheduler = lived(LIVES[life])
    assert _unkept(stack) == []
    assert all(len(scheduler.troubles[name]) < len(faults) for name, faults in LIVES[life].troubles.items())
    return outcome(stack), scheduler.calls


@pytest.mark.parametrize(
    ("life", "death"),
    [pytest.param(name, d, id=f"{name}-{d.name}") for name, life in LIVES.items() for d in life.deaths],
)
def test_a_worker_that_ends_badly_at_any_call_changes_nothing_for_anybody(life: str, death: Death) -> None:
    quietly()
    wanted, calls = undisturbed(life)
    assert calls
    for number in range(1, calls + 1):
        stack, scheduler = lived(LIVES[life], number, death)
        where = f"{life}: call {number} of {calls}, {scheduler.met and scheduler.met[1]}"
        assert _unkept(stack) == [], where
        ended = outcome(stack)
        doubted = {name for name, status in ended.items() if status == "given_up"}
        assert doubted == {name for name, status in wanted.items() if status == "given_up"} or _may_doubt(life), where
        assert ended == wanted | dict.fromkeys(doubted, "given_up"), where


def _unkept(stack: Stack) -> list[str]:
    return [how for how in broken(stack) if not how.startswith(PROMPT)]


def _may_doubt(life: str) -> bool:
    """Whoever dies around the call of a provider leaves it unknown whether that was made."""
    return LIVES[life].door == "deliver"
