"""What tells one import from another: all that is said of it, and nothing of the process that carries it."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from local.importing.columns import columns, target
from local.importing.people import Lines, Words
from local.importing.progress import fingerprint

HEADER = ("id", "born", "staff")
MAP = {"born": "attributes.birthday:date(%d.%m.%Y)", "staff": "attributes.staff:number"}
LINES = Lines("people.csv", "f" * 64, HEADER, columns(HEADER, MAP, ()))


def mine():
    return fingerprint(LINES, "utf-8", ",", False, ("shop", False, "eu-west-1"))


def test_a_process_that_comes_later_goes_on_with_what_another_has_left():
    program = "from tests.unit.local.importing.test_progress import mine; print(mine())"
    for seed in ("1", "2"):
        told = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        ran = subprocess.run([sys.executable, "-c", program], env=told, check=True, capture_output=True, text=True)
        assert ran.stdout.strip() == mine()


OTHERS: dict[str, dict[str, Any]] = {
    "file": {"file": "0" * 64},
    "column": {"columns": columns(HEADER, MAP | {"staff": "-"}, ())},
    "kind": {"columns": columns(HEADER, MAP | {"staff": "attributes.staff:boolean"}, ())},
    "form": {"columns": columns(HEADER, MAP | {"born": "attributes.birthday:date(%m.%d.%Y)"}, ())},
    "value": {"always": [(target("attributes.of", ()), "old shop")]},
    "word": {"words": Words(nothing=frozenset({"pending"}))},
    "moment": {"as_of": "2026-01-01"},
    "country": {"country": "DK"},
    "empty": {"clear": True},
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_would_be_read_otherwise_is_another_import(other):
    assert fingerprint(replace(LINES, **OTHERS[other])) != fingerprint(LINES)
