"""The list of faults is whole: each has a test that exists, each test of theirs is in it, and the page prints it."""

import re
from pathlib import Path

import pytest

from tests.faults.table import FAULTS, Fault, printed

ROOT = Path(__file__).parents[2]
WRITTEN = {
    name: file
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE)
}
ASKED = """
duplicate × N, same id with another body, reordered, late, future time, clock ± 10 min, poison message, throttling of every service,
ambiguous write, provider 429, provider 5xx, provider timeout, paused account, rejected message, opted-out number, partial batches,
Lambda timeout mid-batch, visibility expiry mid-run, every wake-up lost, sweep twice, sweep late, sweep absent for a day,
DLQ redriven after 13 days, archive replay, wake-up for an ended run, provider feedback an hour late, 50 workers on one customer,
one hot customer with 10;000 events among others, state near its bound, broken template, template bomb, definition changed under way,
definition paused under way, definition deleted under way, DST gap and repeat, customer moves time zone, leap day,
unsubscribe at each sender step, feedback early, feedback unknown, feedback duplicated, 1 MiB + 1 body, hostile JSON, key rotation,
restore from backup
"""
"""What must be there, whatever else comes to be."""


def test_every_fault_that_was_asked_for_has_a_row() -> None:
    asked = {" ".join(name.split()).replace(";", ",") for name in ASKED.split(",")}
    assert asked - {fault.name for fault in FAULTS} == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_tests_that_exist(fault: Fault) -> None:
    assert fault.tests and fault.outcome
    assert [test for test in fault.tests if test not in WRITTEN] == []


def test_every_test_of_a_fault_is_in_the_list() -> None:
    named = {test for fault in FAULTS for test in fault.tests}
    mine = {name for name, file in WRITTEN.items() if file.parent.name == "faults"}
    assert mine - named == {"test_what_cannot_be_restored_says_why_and_stops_nothing"}


def test_the_page_prints_the_list() -> None:
    assert printed() in (ROOT / "docs" / "reliability.md").read_text(), "python -m tests.faults.table"
