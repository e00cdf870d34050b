"""`python -m tests.simulation`: many seeds, what they broke, and how fast that went."""

import argparse
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.planted import find
from tests.simulation.run import Ran, lived, quietly, run
from tests.simulation.shrink import shrink


def main() -> int:
    """0 if no promise was broken."""
    parser = argparse.ArgumentParser(
        prog="simulate", description="Runs the stack under faults and checks its promises."
    )
    parser.add_argument("--seeds", type=int, default=200, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--replay", type=int, help="one seed, with every step told")
    parser.add_argument("--mutants", nargs="*", metavar="NAME", help="find seeds for planted bugs, all or these")
    asked = parser.parse_args()
    quietly()
    if asked.replay is not None:
        return replay(asked.replay)
    if asked.mutants is not None:
        return find(asked.mutants, asked.workers)
    return many(range(asked.first, asked.first + asked.seeds), asked.workers)


def replay(seed: int) -> int:
    """Tells every step of a run, and what it broke."""
    stack = lived(seed, lines=True)
    print("\n".join(stack.scheduler.lines or ()))
    ran = run(seed)
    print(f"seed {seed}: {ran.steps} steps, trace {ran.trace}")
    for how in ran.broken:
        print(f"  {how}")
    return bool(ran.broken)


def many(seeds: range, workers: int) -> int:
    """Runs them all, prints those that failed as they do, and the rate."""
    begun, steps, failed = time.perf_counter(), 0, 0
    for ran in _ran(seeds, workers):
        steps += ran.steps
        if ran.broken:
            failed += 1
            print(f"seed {ran.seed} (trace {ran.trace}) broke: {'; '.join(ran.broken[:3])}", flush=True)
            if failed == 1:
                _told_small(ran)
        if ran.seed % 500 == 499:
            print(f"… {ran.seed - seeds.start + 1} seeds, {failed} failed", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begun
    print(
        f"{len(seeds)} seeds, {steps} steps, {failed} with a broken promise; "
        f"{len(seeds) / seconds:.1f} schedules and {steps / seconds:,.0f} steps a second"
    )
    return int(failed > 0)


def _ran(seeds: range, workers: int) -> Iterable[Ran]:
    if workers == 1:
        yield from map(run, seeds)
        return
    with ProcessPoolExecutor(workers, initializer=quietly) as pool:
        yield from pool.map(run, seeds, chunksize=10)


def _told_small(ran: Ran) -> None:
    told, skies, how = shrink(ran.seed, ran.broken[0].partition(":")[0])
    print(f"  shrunk to {len(told.deeds)} deeds in {skies}")
    for deed in told.deeds:
        print(f"    {deed}")
    print(f"  {'; '.join(how)}", flush=True)


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # the order of sets is part of a run
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
            os.environ | {"PYTHONHASHSEED": "0"},
        )
    sys.exit(main())
