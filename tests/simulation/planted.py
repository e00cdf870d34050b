"""Which seeds find which planted bug: kept in a file, found anew by one command when stories or decisions have changed."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

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
    """Seeds (or calls of a life) with which a bug breaks its promise, the shortest run first, among how many that were tried."""

    seeds: tuple[int, ...]
    of: int


def known() -> Mapping[str, Caught]:
    """By the bug's name, as they were found last."""
    told: Mapping[str, Any] = json.loads(FILE.read_text())
    return {name: Caught(tuple(one["seeds"]), one["of"]) for name, one in told.items()}


class Greenhouse:
    """A process that has imported what all engines share, and forks to import one with a bug in it. To be used with `with`."""

    def __enter__(self) -> Self:
        command, env = [sys.executable, "-m", "tests.simulation.planted"], os.environ | {"PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def runs(
        self, mutant: Mutant, folder: Path, seeds: Iterable[int], *, enough: int = 1
    ) -> tuple[list[tuple[int, int]], int]:
        """The runs (steps, seed) of a stack with the bug in it that broke its promise, and how many there were until they were
        enough. Raises ValueError if the engine with the bug cannot run at all."""
        mutant.plant(folder)
        asked, told = self._process.stdin, self._process.stdout
        assert asked
        assert told
        print(json.dumps((str(folder), mutant.breaks, mutant.life, enough, [*seeds])), file=asked)
        if not (line := told.readline()):
            raise ValueError(f"{mutant.name}: nothing runs with it")
        broke, tried = json.loads(line)
        return [(steps, seed) for steps, seed in broke], tried


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
    planted = {mutant.name: mutant for mutant in MUTANTS}
    return head + "".join(
        f"| {name} | `{planted[name].breaks}` | {planted[name].life and f'life `{planted[name].life}`, '}{min(one.seeds, default='none')} "
        f"| {len(one.seeds)} of {one.of} |\n"
        for name, one in found.items()
    )


def _caught(mutant: Mutant, before: Caught | None) -> Caught:
    with Greenhouse() as house, tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        if before and before.seeds:
            broke, _ = house.runs(mutant, Path(one), before.seeds, enough=len(before.seeds))
            if len(broke) == len(before.seeds):
                return before
        broke, tried = house.runs(mutant, Path(other), range(WITHIN), enough=ENOUGH)
    return Caught(tuple(seed for _, seed in sorted(broke)), tried)


def _fields(caught: Caught) -> Mapping[str, Any]:
    return {"seeds": caught.seeds, "of": caught.of}


SHARED: Final = (
    "tests.simulation.deployed",
    "local",
    "local.aws",
    *(f"local.aws.{n}" for n in ("template", "intrinsics", "names")),
)
"""Modules that have nothing of an engine in them."""


def _grow() -> None:
    """In the process: for each line that asks, a line from a fork that has another engine."""
    from tests.simulation.run import quietly, run

    quietly()
    run(0)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            folder, *asked = json.loads(line)
            for name in [name for name in sys.modules if name.partition(".")[0] in ("kairos", "local", "tests")]:
                if name not in SHARED:
                    del sys.modules[name]
            sys.path.insert(0, folder)
            print(json.dumps(_broke(*asked)), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


def _broke(promise: str, life: str, enough: int, seeds: Sequence[int]) -> tuple[list[tuple[int, int]], int]:
    import kairos
    from tests.simulation import deaths
    from tests.simulation.run import broken, lived

    assert kairos.__file__.startswith(sys.path[0])
    broke = []
    for tried, seed in enumerate(seeds, start=1):
        stack = deaths.lived(deaths.LIVES[life], seed)[0] if life else lived(seed)
        if any(how.startswith(f"{promise}:") for how in broken(stack)):
            broke.append((stack.scheduler.steps, seed))
        if len(broke) == enough:
            return broke, tried
    return broke, len(seeds)


if __name__ == "__main__":
    _grow()
