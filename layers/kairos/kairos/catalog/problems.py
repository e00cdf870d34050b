"""What is wrong with a file of `campaigns/`, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or, as a warning, well-formed but without effect; line and column count from 1."""

    file: str
    line: int
    column: int
    key: str = ""
    found: str = ""
    expected: str = ""
    hint: str = ""
    severity: str = "error"  # or warning

    def __str__(self) -> str:
        """`file:line:col: key: found …, expected … (hint)`; a warning says so before the key."""
        what = ", ".join(part for part in (self.found, self.expected and f"expected {self.expected}") if part)
        mark = "warning" if self.severity == "warning" else ""
        text = ": ".join(part for part in (mark, self.key, what) if part)
        return f"{self.file}:{self.line}:{self.column}: {text}" + (f" ({self.hint})" if self.hint else "")


class InvalidEvents(ValueError):
    """Nothing of the folder `events` is compiled while anything is wrong; the text names files, lines and keys."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))


def nearest(found: Any, allowed: list[str]) -> str:
    """`did you mean …?` with the nearest right spelling, or nothing."""
    close = get_close_matches(str(found), allowed, n=1, cutoff=0.65)
    return f"did you mean {close[0]!r}?" if close else ""
