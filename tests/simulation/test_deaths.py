"""Whoever dies or hears no answer, at whatever call: what it was for is done in the end, and no promise is broken."""

from functools import cache

import pytest

from tests.simulation.deaths import DEATHS, LIVES, Death, Outcome, lived, outcome
from tests.simulation.run import broken, quietly

PROMPT = "in_calm_weather_all_is_prompt"
"""A promise of lives in which nobody dies."""


@cache
def undisturbed(life: str) -> tuple[Outcome, int]:
    """How it goes, and in how many calls of the door."""
    door, deeds = LIVES[life]
    stack, scheduler = lived(deeds, door)
    assert broken(stack) == ()
    return outcome(stack), scheduler.calls


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.name)
@pytest.mark.parametrize("life", LIVES)
def test_a_worker_that_ends_badly_at_any_call_changes_nothing_for_anybody(life: str, death: Death) -> None:
    quietly()
    wanted, calls = undisturbed(life)
    door, deeds = LIVES[life]
    assert calls
    for number in range(1, calls + 1):
        stack, scheduler = lived(deeds, door, number, death)
        where = f"{life}: call {number} of {calls}, {scheduler.met and scheduler.met[1]}"
        assert [how for how in broken(stack) if not how.startswith(PROMPT)] == [], where
        ended = outcome(stack)
        doubted = {name for name, status in ended.items() if status == "given_up"}
        assert doubted == set() or door == "deliver", where
        assert ended == wanted | dict.fromkeys(doubted, "given_up"), where
