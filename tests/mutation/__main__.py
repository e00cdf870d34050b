"""`python -m tests.mutation`: mutmut on a seeded sample of the domain's mutants, each against the fast unit tests that reach it."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / "build" / "mutation"
COPIED: Final = ("campaigns", "events", "functions", "local", "tests", "docs", "template.yaml", "pyproject.toml")
TESTS: Final = (
    "tests/unit/domain/truths",
    "tests/unit/domain/sources",
    *sorted(f"tests/unit/domain/{path.name}" for path in (ROOT / "tests" / "unit" / "domain").glob("test_*.py")),
    "tests/unit/domain/properties/test_merge.py",
    "tests/unit/catalog/test_broken_campaigns.py",
)
"""The fast ones; what needs minutes and what needs AWS may notice more."""
SETUP: Final = """[mutmut]
source_paths=
    kairos
only_mutate=
    kairos/domain/*
pytest_add_cli_args_test_selection=
    {tests}
pytest_add_cli_args=
    -p
    no:cacheprovider
    -p
    tests.mutation.brief
also_copy=
    {copied}
timeout_multiplier=8
track_dependencies=false
"""
KILLED: Final = frozenset({1, 3, -24, 24, 152, 255, 36})
"""What mutmut writes for a mutant that a test noticed: by failing, by breaking, or by not coming back."""


def main() -> int:
    """0 if enough of them were noticed."""
    parser = argparse.ArgumentParser(
        prog="mutants", description="How many planted errors of the domain its tests notice."
    )
    parser.add_argument("--sample", type=int, default=300, help="how many")
    parser.add_argument("--seed", type=int, default=1848)
    parser.add_argument("--least", type=float, default=85, help="per cent")
    asked = parser.parse_args()
    _lay_out()
    mutmut("run", "no.such.mutant")  # makes them all, and learns which test reaches which function
    names = sorted(_verdicts())
    sample = Random(asked.seed).sample(names, min(asked.sample, len(names)))
    mutmut("run", "--max-children", str(os.cpu_count() or 1), *sample)
    return _told(len(names), sample, asked.least)


def _lay_out() -> None:
    """The engine beside the tests, so that its modules are called in the copy as they are here."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    for name in COPIED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, WORK / name)
        else:
            shutil.copy2(path, WORK / name)
    shutil.copytree(ROOT / "layers" / "kairos" / "kairos", WORK / "kairos")
    lines = "\n    "
    (WORK / "setup.cfg").write_text(SETUP.format(tests=lines.join(TESTS), copied=lines.join(COPIED)))


def mutmut(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=WORK, check=False, stdout=subprocess.DEVNULL)


def _verdicts() -> dict[str, int | None]:
    files = (WORK / "mutants" / "kairos" / "domain").rglob("*.meta")
    return {name: code for file in files for name, code in json.loads(file.read_text())["exit_code_by_key"].items()}


def _told(all: int, sample: list[str], least: float) -> int:
    codes = {name: code for name, code in _verdicts().items() if name in set(sample)}
    noticed = sum(code in KILLED for code in codes.values())
    for name in sorted(name for name, code in codes.items() if code not in KILLED):
        print(f"{'not run' if codes[name] is None else 'no test' if codes[name] == 33 else 'survived'}  {name}")
    score = 100 * noticed / len(codes)
    print(f"{noticed} of {len(codes)} sampled out of {all}: {score:.1f} %  {dict(Counter(codes.values()))}")
    return int(score < least)


if __name__ == "__main__":
    sys.exit(main())
