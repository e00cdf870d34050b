"""Every word of the language has its truth table, and every table shows each answer that its word can give."""

import importlib
from pathlib import Path

import pytest

from kairos.domain.language import conditions, steps, triggers
from tests.unit.domain.truths.gates import AFTER, ENTRY, SEND
from tests.unit.domain.truths.table import Table

ROOT = Path(__file__).parents[2]
TRUTHS = ROOT / "tests" / "unit" / "domain" / "truths"
LEAST = 4

UNSETTLED = ("all", "any", "not", "did", "did_not", "score", "grade", "segment", "received")
"""Conditions that can be unknown: they count, or hold such as count."""


def _needed() -> dict[tuple[str, str], set[str]]:
    needed = {("condition", word): {"holds", "does not hold"} for word in conditions.KINDS}
    for word in UNSETTLED:
        needed["condition", word] |= {"unknown"}
    needed |= {("trigger", word): {"entered", "silent"} for word in (*triggers.KINDS, "absent")}
    needed["trigger", "inbound"] = {"offered", "silent"}
    needed |= {("step", word): {"finished"} for word in steps.KINDS}
    needed["step", "exit"] = {"exit"}
    needed["step", "send"] |= {"holdout"}
    needed |= {("counting", "goal"): {"silent"}, ("counting", "exit"): {"exited", "finished"}}
    needed["deployment", "definition_changed"] = {"definition_changed", "finished", "exited", "paused"}
    needed |= {("gate of entry", word): {word, "entered"} for word in ENTRY}
    needed |= {("gate of a send", word): {word, "goes"} for word in SEND}
    needed |= {("gate afterwards", word): {word, "goes"} for word in AFTER}
    return needed


def _tables() -> list[Table]:
    names = [f"tests.unit.domain.truths.{file.stem}" for file in sorted(TRUTHS.glob("test_*.py"))]
    return [
        value for name in names for value in vars(importlib.import_module(name)).values() if isinstance(value, Table)
    ]


TABLES = _tables()
NEEDED = _needed()


@pytest.mark.parametrize(("kind", "word"), [pytest.param(*known, id=" ".join(known)) for known in NEEDED])
def test_a_word_of_the_language_has_a_truth_table(kind: str, word: str) -> None:
    tables = [table for table in TABLES if (table.kind, table.word) == (kind, word)]
    assert tables, f"no truth table for the {kind} {word}"
    assert sum(len(table.rows) for table in tables) >= LEAST
    missing = NEEDED[kind, word] - {reason for table in tables for reason in table.reasons}
    assert not missing, f"no row of the {kind} {word} ends in {', '.join(sorted(missing))}"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.kind} {table.word}")
def test_a_truth_table_is_of_a_word_and_each_row_is_its_own(table: Table) -> None:
    assert (table.kind, table.word) in NEEDED
    whys = [row[0] for row in table.rows]
    assert len(set(whys)) == len(whys) and all(whys)
    told = [row[1:-1] for row in table.rows]
    assert len(set(told)) == len(told), "the same story twice"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.kind} {table.word}")
def test_every_row_of_a_table_is_played(table: Table) -> None:
    played = [mark for file in TRUTHS.glob("test_*.py") for mark in _rows_of(f"tests.unit.domain.truths.{file.stem}")]
    assert all(any(row is one for one in played) for row in table.rows)


def _rows_of(module: str) -> list[object]:
    """What the tests of a module are parametrized with."""
    functions = [value for value in vars(importlib.import_module(module)).values() if hasattr(value, "pytestmark")]
    values = [one for f in functions for mark in f.pytestmark if mark.name == "parametrize" for one in mark.args[1]]
    return [part for one in values for part in (one, *getattr(one, "values", ()))]


@pytest.mark.parametrize("word", steps.KINDS)
def test_a_step_shows_what_the_held_out_get_of_it(word: str) -> None:
    rows = [row for table in TABLES if (table.kind, table.word) == ("step", word) for row in table.rows]
    assert any("holdout: 100%" in part for row in rows for part in row[:-1])
