"""The corpus of hostile values, as rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FILE = Path(__file__).parent / "data" / "hostile.yaml"


class Row(NamedTuple):
    """A value, where it goes, and what is to become of it."""

    where: str
    value: str
    outcome: str  # refused | neutralised
    reason: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) < 40 else f"{self.value[:30]}…{len(self.value)}"
        return f"{self.where} {shown!r}"


def rows(*where: str) -> list[Row]:
    """The rows of these places, or all of them."""
    return [row for row in _rows(yaml.safe_load(FILE.read_text("utf-8"))) if not where or row.where in where]


def _rows(corpus: dict[str, list[list[Any]]]) -> Iterator[Row]:
    for where, listed in corpus.items():
        for value, outcome, reason in listed:
            text = value["of"] * value["times"] if isinstance(value, dict) else value
            yield Row(where, text, outcome, reason)
