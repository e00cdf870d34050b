"""The language is documented word for word in docs/campaigns.md; test_truths.py asks for the proof of each."""

import re
from pathlib import Path

import pytest

from kairos.domain.language import conditions, steps, triggers
from kairos.domain.sources import bounds, own, parts
from kairos.service import inflating
from tests.unit.domain.truths.gates import GATES

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "campaigns.md"

LIMITS = [
    ("a request, as it comes and inflated", inflating.LARGEST), ("events in a list or batch", bounds.MOST_EVENTS),
    ("an event, as it is queued", bounds.LARGEST_EVENT), ("a text", bounds.LONGEST_TEXT),
    ("the name of a field", bounds.LONGEST_NAME), ("a type, source, topic, address", parts.TEXT),
    ("an id", own.LONGEST_ID), ("levels of objects and lists", bounds.DEPTH),
    ("fields and elements of lists, all together", bounds.MOST_VALUES),
]  # fmt: skip


@pytest.mark.parametrize(("what", "most"), LIMITS)
def test_a_limit_is_documented_as_it_is(what: str, most: int) -> None:
    [row] = [
        line for line in (ROOT / "docs" / "contracts.md").read_text().splitlines() if line.startswith(f"| {what} |")
    ]
    assert f"{most:,}" in row


WORDS = [
    *(pytest.param("condition", word, id=f"condition {word}") for word in conditions.KINDS),
    *(pytest.param("trigger", word, id=f"trigger {word}") for word in (*triggers.KINDS, "absent")),
    *(pytest.param("step", word, id=f"step {word}") for word in steps.KINDS),
    *(pytest.param("gate", word, id=f"gate {word}") for word in GATES),
]


@pytest.mark.parametrize(("kind", "word"), WORDS)
def test_a_word_of_the_language_has_a_row_in_the_manual(kind: str, word: str) -> None:
    rows = [line for line in MANUAL.read_text().splitlines() if line.startswith("|")]
    assert any(re.search(rf"`{re.escape(word)}\b", row.split("|")[1]) for row in rows), f"no row for the {kind} {word}"
