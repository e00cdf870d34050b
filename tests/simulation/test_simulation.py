"""The simulator in small: no promise breaks, the same seed is the same run; `make simulate SEEDS=…` runs it in large."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.planted import PAGE, WITHIN, Greenhouse, known, table
from tests.simulation.promises import PROMISES
from tests.simulation.run import Ran, quietly, run
from tests.simulation.shrink import shrink
from tests.simulation.stack import Stack
from tests.simulation.story import story

SMALL = range(90)
FOUND_SOMETHING = (
    213, 301, 1245, 1693, 1899, 1969, 2306, 2449, 2745, 3705, 4314, 4861, 5287, 5977, 6706, 6822,
    6979, 9113, 50958, 103530, 107517, 109509, 109666, 110231,
)  # fmt: skip
"""Seeds that once broke a promise, or showed that the promise was wrong."""


def test_no_promise_is_broken() -> None:
    with ProcessPoolExecutor(2, initializer=quietly) as pool:
        ran: list[Ran] = list(pool.map(run, (*SMALL, *FOUND_SOMETHING), chunksize=10))
    assert [one for one in ran if one.broken] == []


def test_the_same_seed_is_the_same_run() -> None:
    quietly()
    assert run(7) == run(7)
    assert run(7).trace != run(8).trace


@pytest.fixture(scope="module")
def greenhouse() -> Iterator[Greenhouse]:
    with Greenhouse() as house:
        yield house


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_caught(mutant: Mutant, tmp_path: Path, greenhouse: Greenhouse) -> None:
    """By one of the seeds that are known for it; `make simulate MUTANTS=1` finds others when these find it no more."""
    caught = known()[mutant.name]
    assert caught.seeds
    assert max(caught.seeds) < WITHIN
    broke, _ = greenhouse.runs(mutant, tmp_path, caught.seeds)
    assert broke, "none of the seeds that once found it does"


def test_every_promise_is_broken_by_a_bug() -> None:
    assert {promise.__name__ for promise in PROMISES} == {mutant.breaks for mutant in MUTANTS}


def test_the_page_says_which_seed_finds_which_bug() -> None:
    found = known()
    assert [*found] == [mutant.name for mutant in MUTANTS]
    assert table(found) in PAGE.read_text()


def test_a_failing_seed_is_made_small() -> None:
    """Of all deeds only those are left that the failure needs."""
    quietly()
    told, skies, how = shrink(3, "in_the_story", judge=lambda stack: ("in_the_story: yes",) if _has_put(stack) else ())
    assert (len(told.deeds), [deed.kind for deed in told.deeds]) == (1, ["put"])
    assert len(story(3).deeds) > 1
    assert all(getattr(skies, name) == 0 for name in skies.__slots__)
    assert how == ("in_the_story: yes",)


def _has_put(stack: Stack) -> bool:
    return any(deed.kind == "put" for deed in stack.story.deeds)
