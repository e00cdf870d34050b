"""Which seeds find which planted bug: kept in a file, found anew by one command when stories or decisions have changed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants import MUTANTS, Mutant

FILE: Final = Path(__file__).with_name("mutants.json")
PAGE: Final = Path(__file__).parents[2] / "docs/reliability.md"
MARKS: Final = ("<!-- planted bugs: written by make simulate MUTANTS=1 -->\n", "<!-- end -->")
WITHIN: Final = 2_000
"""Every planted bug is found by one of so many seeds."""

ENOUGH: Final = 3
"""So many are kept of each: one may find its bug no more when something has changed."""


@dataclass(frozen=True, slots=True)
class Caught:
    """Seeds with which a bug breaks its promise, the shortest run first, among how many that were tried."""

    seeds: tuple[int, ...]
    of: int


def known() -> Mapping[str, Caught]:
    """By the bug's name, as they were found last."""
    told: Mapping[str, Any] = json.loads(FILE.read_text())
    return {name: Caught(tuple(one["seeds"]), one["of"]) for name, one in told.items()}


def runs(mutant: Mutant, folder: Path, seeds: Iterable[int], *, enough: int = 1) -> tuple[list[tuple[int, int]], int]:
    """The runs (steps, seed) of a stack with the bug in it that broke its promise, and how many there were until they were
    enough."""
    mutant.plant(folder)
    command = [sys.executable, "-m", "tests.simulation.planted", mutant.breaks, str(enough), *map(str, seeds)]
    env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}.", "PYTHONHASHSEED": "0"}
    told = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [tuple(json.loads(line)) for line in told[:-1]], int(told[-1])


def find(names: Sequence[str], workers: int) -> int:
    """Tries seeds until each bug is found often enough, and writes them down; 0 if all were found.

    Where all that are known still find their bug, no others are looked for.
    """
    wanted = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    found = dict(known()) if FILE.exists() else {}
    with ThreadPoolExecutor(workers) as pool:
        tasks = {pool.submit(_caught, mutant, found.get(mutant.name)): mutant for mutant in wanted}
        for task in as_completed(tasks):
            mutant, caught = tasks[task], task.result()
            found[mutant.name] = caught
            _keep(found)
            print(f"{mutant.name}: {mutant.breaks} breaks in {len(caught.seeds)} of {caught.of} seeds", flush=True)
    return int(any(not found[mutant.name].seeds for mutant in wanted))


def _keep(found: Mapping[str, Caught]) -> None:
    told = {mutant.name: found[mutant.name] for mutant in MUTANTS if mutant.name in found}
    lines = (f"  {json.dumps(name)}: {json.dumps(_fields(one))}" for name, one in told.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    before, behind = (PAGE.read_text().partition(mark) for mark in MARKS)
    PAGE.write_text("".join((before[0], before[1], table(told), *behind[1:])))


def table(found: Mapping[str, Caught]) -> str:
    """As it stands in docs/reliability.md."""
    head = "| bug | breaks | with seed | in |\n|---|---|---|---|\n"
    promises = {mutant.name: mutant.breaks for mutant in MUTANTS}
    return head + "".join(
        f"| {name} | `{promises[name]}` | {min(one.seeds, default='none')} | {len(one.seeds)} of {one.of} |\n"
        for name, one in found.items()
    )


def _caught(mutant: Mutant, before: Caught | None) -> Caught:
    if before and before.seeds:
        with tempfile.TemporaryDirectory() as folder:
            if len(runs(mutant, Path(folder), before.seeds, enough=len(before.seeds))[0]) == len(before.seeds):
                return before
    with tempfile.TemporaryDirectory() as folder:
        broke, tried = runs(mutant, Path(folder), range(WITHIN), enough=ENOUGH)
    return Caught(tuple(seed for _, seed in sorted(broke)), tried)


def _fields(caught: Caught) -> Mapping[str, Any]:
    return {"seeds": caught.seeds, "of": caught.of}


def _tell(promise: str, enough: int, seeds: Iterator[int]) -> None:
    """In the process that has the bug: a line for each run that broke the promise, and how many were run."""
    from tests.simulation.run import quietly, run

    quietly()
    tried = 0
    for seed in seeds:
        tried += 1
        ran = run(seed)
        if any(how.startswith(f"{promise}:") for how in ran.broken):
            print(json.dumps((ran.steps, seed)), flush=True)
            enough -= 1
        if not enough:
            break
    print(tried)


if __name__ == "__main__":
    _tell(sys.argv[1], int(sys.argv[2]), map(int, sys.argv[3:]))
