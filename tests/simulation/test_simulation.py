"""The simulator in small: no promise breaks, the same seed is the same run; `make simulate SEEDS=…` runs it in large."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.run import Ran, quietly, run
from tests.simulation.shrink import shrink
from tests.simulation.stack import Stack
from tests.simulation.story import story

SMALL = range(150)
FOUND_SOMETHING = (213, 1245, 1899)
"""Seeds that once broke a promise."""


def test_no_promise_is_broken() -> None:
    with ProcessPoolExecutor(2, initializer=quietly) as pool:
        ran: list[Ran] = list(pool.map(run, (*SMALL, *FOUND_SOMETHING), chunksize=10))
    assert [one for one in ran if one.broken] == []


def test_the_same_seed_is_the_same_run() -> None:
    quietly()
    assert run(7) == run(7)
    assert run(7).trace != run(8).trace


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    """By the seed that is known for it, or any of the next; all are within the first 2,000."""
    mutant.plant(tmp_path)
    command = [
        sys.executable,
        "-m",
        "tests.simulation",
        "--workers",
        "1",
        "--until-broken",
        "--first",
        str(mutant.seed),
    ]
    env = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}.", "PYTHONHASHSEED": "0"}
    found = subprocess.run([*command, "--seeds", "100"], env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "broke:" in found.stdout, found.stderr
    assert mutant.seed < 2_000


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
