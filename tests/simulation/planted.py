"""Which seeds find which planted bug: kept in a file, found anew by one command when stories or decisions have changed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants import MUTANTS, Mutant

FILE: Final = Path(__file__).with_name("mutants.json")
WITHIN: Final = 2_000
"""Every planted bug is found by one of so many seeds."""

ENOUGH: Final = 4
"""So many are kept of each: one may be found no more when something has changed."""


@dataclass(frozen=True, slots=True)
class Caught:
    """Seeds that find a bug, the shortest run first, among how many that were tried, and which promise broke first."""

    seeds: tuple[int, ...]
    of: int
    promise: str = ""


def known() -> Mapping[str, Caught]:
    """By the bug's name, as they were found last."""
    told: Mapping[str, Any] = json.loads(FILE.read_text())
    return {name: Caught(tuple(one["seeds"]), one["of"], one["promise"]) for name, one in told.items()}


def runs(mutant: Mutant, folder: Path, seeds: Iterable[int], *, enough: int = 1) -> tuple[list[dict[str, Any]], int]:
    """The runs of a stack with the bug in it that broke a promise, and how many there were until they were enough."""
    mutant.plant(folder)
    command = [sys.executable, "-m", "tests.simulation.planted", str(enough), *map(str, seeds)]
    env = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}.", "PYTHONHASHSEED": "0"}
    told = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return [json.loads(line) for line in told[:-1]], int(told[-1])


def find(names: Sequence[str], workers: int) -> int:
    """Tries seeds until each bug is found often enough, and writes them down; 0 if all were found."""
    wanted = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    found = dict(known()) if FILE.exists() else {}
    with ThreadPoolExecutor(workers) as pool:
        for mutant, caught in zip(wanted, pool.map(_caught, wanted), strict=True):
            found[mutant.name] = caught
            print(
                f"{mutant.name}: {len(caught.seeds)} of {caught.of} seeds, {caught.promise or 'not found'}", flush=True
            )
    told = {m.name: found[m.name] for m in MUTANTS if m.name in found}
    lines = (f"  {json.dumps(name)}: {json.dumps(_fields(one))}" for name, one in told.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return int(any(not caught.seeds for caught in told.values()))


def _caught(mutant: Mutant) -> Caught:
    with tempfile.TemporaryDirectory() as folder:
        broke, tried = runs(mutant, Path(folder), range(WITHIN), enough=ENOUGH)
    broke.sort(key=lambda ran: int(ran["steps"]))
    return Caught(tuple(ran["seed"] for ran in broke), tried, broke[0]["promise"] if broke else "")


def _fields(caught: Caught) -> Mapping[str, Any]:
    return {"seeds": caught.seeds, "of": caught.of, "promise": caught.promise}


def _tell(enough: int, seeds: Iterator[int]) -> None:
    """In the process that has the bug: a line for each run that broke a promise, and how many were run."""
    from tests.simulation.run import quietly, run

    quietly()
    tried = 0
    for seed in seeds:
        tried += 1
        ran = run(seed)
        if ran.broken:
            told = {"seed": seed, "steps": ran.steps, "promise": ran.broken[0].partition(":")[0]}
            print(json.dumps(told), flush=True)
            enough -= 1
        if not enough:
            break
    print(tried)


if __name__ == "__main__":
    _tell(int(sys.argv[1]), map(int, sys.argv[2:]))
