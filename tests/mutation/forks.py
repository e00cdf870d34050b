"""A pytest plugin: collects once, then tries each mutant in a process of its own, with the tests that reach its function.

mutmut's own worker names tests on pytest's command line, where ids that are sentences with `::` or brackets are not understood.
"""

import json
import os
import resource
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

BUDGET: Final = 15.0
"""Seconds of tests for one mutant, the quickest first, as they took when all was well."""
CPU: Final = 45
"""Seconds after which it is taken for one that does not come back."""
SIDE_BY_SIDE: Final = 2


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Instead of the tests: the mutants that the file MUTANTS names, and what became of them in VERDICTS."""
    known = json.loads(Path("mutmut-stats.json").read_text())
    took, reached = known["duration_by_test"], known["tests_by_mangled_function_name"]
    items = {item.nodeid: item for item in session.items}
    running: dict[int, str] = {}
    with Path(os.environ["VERDICTS"]).open("w") as verdicts:

        def wait() -> None:
            pid, status = os.wait()
            verdicts.write(f"{running.pop(pid)} {_word(status)}\n")
            verdicts.flush()

        for mutant in Path(os.environ["MUTANTS"]).read_text().split():
            tests = [test for test in reached.get(mutant.rpartition("__mutmut_")[0], ()) if test in items]
            chosen = [items[test] for test in _affordable(tests, took)]
            if not chosen:
                verdicts.write(f"{mutant} unreached\n")
                continue
            if pid := os.fork():
                running[pid] = mutant
            else:
                _try(mutant, chosen)
            if len(running) >= SIDE_BY_SIDE:
                wait()
        while running:
            wait()
    return True


def _affordable(tests: list[str], took: Mapping[str, float]) -> Iterator[str]:
    left = BUDGET
    for test in sorted(tests, key=lambda test: took.get(test, 0)):
        left -= took.get(test, 0)
        if left < 0:
            return
        yield test


def _word(status: int) -> str:
    if os.WIFSIGNALED(status):
        return "hung"
    return {0: "survived", 1: "killed"}.get(os.waitstatus_to_exitcode(status), "killed")


def _try(mutant: str, items: list[pytest.Item]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    os.environ["MUTANT_UNDER_TEST"] = mutant
    try:
        for item in items:
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
                os._exit(1)
    except BaseException:
        os._exit(1)
    os._exit(0)
