"""`python -m tests.mutation`: mutmut on a seeded sample of the domain's mutants, each against the fast unit tests that reach it."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / "build" / "mutation"
COPIED: Final = ("campaigns", "events", "functions", "local", "tests", "docs", "template.yaml", "pyproject.toml")
TESTS: Final = ("tests/unit/domain", "tests/unit/catalog", "tests/unit/service")
"""The fast ones; what needs minutes and what needs AWS may notice more."""
PLUGINS: Final = (
    "-p", "no:cacheprovider", "-p", "tests.mutation.brief",
    "--deselect=tests/unit/catalog/test_bundle.py::test_the_layer_is_built_by_a_module_that_answers_with_its_exit_code",
)  # fmt: skip
"""That one starts a Python of its own where the layer lies, and the copy has no layers."""
SETUP: Final = """[mutmut]
source_paths=
    kairos
only_mutate=
    kairos/domain/*
pytest_add_cli_args_test_selection=
    {tests}
pytest_add_cli_args=
    {plugins}
also_copy=
    {copied}
timeout_multiplier=8
track_dependencies=false
"""
NOTICED: Final = frozenset({"killed", "hung"})


def main() -> int:
    """0 if enough of them were noticed."""
    parser = argparse.ArgumentParser(
        prog="mutants", description="How many planted errors of the domain its tests notice."
    )
    parser.add_argument("--sample", type=int, default=200, help="how many")
    parser.add_argument("--seed", type=int, default=1848)
    parser.add_argument("--least", type=float, default=85, help="per cent")
    asked = parser.parse_args()
    _lay_out()
    said = _run("mutmut", "run", "no.such.mutant")  # makes them all, and learns which test reaches which function
    if not (WORK / "mutants" / "mutmut-stats.json").exists():
        raise SystemExit(f"the tests do not pass in the copy, so that no mutant can be tried:\n{said[-4000:]}")
    names = sorted(_mutants())
    sample = Random(asked.seed).sample(names, min(asked.sample, len(names)))
    return _told(len(names), _tried(sample), asked.least)


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
    (WORK / "setup.cfg").write_text(
        SETUP.format(tests=lines.join(TESTS), plugins=lines.join(PLUGINS), copied=lines.join(COPIED))
    )


def _run(module: str, *arguments: str, folder: Path = WORK, **environment: str) -> str:
    """What it said; its exit code is no sign, as tests are meant to fail."""
    command = [sys.executable, "-m", module, *arguments]
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return ran.stdout


def _mutants() -> Iterator[str]:
    for file in (WORK / "mutants" / "kairos" / "domain").rglob("*.meta"):
        yield from json.loads(file.read_text())["exit_code_by_key"]


def _tried(sample: list[str]) -> dict[str, str]:
    """What became of each."""
    mutants, verdicts = WORK / "sample.txt", WORK / "verdicts.txt"
    mutants.write_text("\n".join(sample))
    said = _run(
        "pytest", "--quiet", "--rootdir=.", *PLUGINS, "-p", "tests.mutation.forks", *TESTS, folder=WORK / "mutants",
        MUTANTS=str(mutants), VERDICTS=str(verdicts), MUTANT_UNDER_TEST="",
    )  # fmt: skip
    if not verdicts.exists():
        raise SystemExit(f"no mutant was tried:\n{said[-4000:]}")
    return {name: word for name, _, word in (line.partition(" ") for line in verdicts.read_text().splitlines())}


def _told(all: int, words: dict[str, str], least: float) -> int:
    for name, word in sorted(words.items()):
        if word not in NOTICED:
            print(f"{word}  {name}")
    noticed = sum(word in NOTICED for word in words.values())
    score = 100 * noticed / len(words)
    print(f"{noticed} of {len(words)} sampled out of {all}: {score:.1f} %  {dict(Counter(words.values()))}")
    return int(score < least)


if __name__ == "__main__":
    sys.exit(main())
