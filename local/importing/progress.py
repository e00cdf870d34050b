"""How far an import has come, in a file beside the one that is imported; and the lines that could not be taken."""

import csv
import hashlib
import json
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, fields
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from local.importing.columns import OURS
from local.importing.people import BadLine
from local.importing.table import Row


class Another(ValueError):
    """What was left unfinished is another import; the text says what differs."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done of an import: every line up to there is on the queue or in the report."""

    file: str
    plan: str  # columns, options and stack: with others it would be another import
    began: str = (
        ""  # when a line was so that does not say it: however late or often it is told, it overrules nothing newer
    )
    rows: int = 0
    taken: int = 0
    bad: int = 0
    reported: int = 0  # bytes of the report that are of these lines


def fingerprint(*parts: Any) -> str:
    """What differs as soon as one of these does, and is the same in every process."""
    return hashlib.sha256(json.dumps(parts, default=_plain).encode()).hexdigest()[:16]


def _plain(part: Any) -> Any:
    if isinstance(part, Set):  # each process has another order of its own
        return sorted(part)
    return {one.name: getattr(part, one.name) for one in fields(part) if one.compare}


@dataclass(slots=True)
class Notebook:
    """The state file."""

    path: Path

    def begin(self, fresh: Progress) -> Progress:
        """Where to go on: the beginning, unless this very import was left. Raises Another."""
        try:
            left = Progress(**json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return fresh
        except (ValueError, TypeError) as error:
            raise Another(f"{self.path} is no state of an import") from error
        if left.file != fresh.file:
            raise Another(f"the file has changed since {self.path} was written")
        if left.plan != fresh.plan:
            raise Another(f"{self.path} is of an import with other columns, options, or into another stack")
        return left

    def write(self, progress: Progress) -> None:
        """As a whole or not at all."""
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(asdict(progress)) + "\n", "utf-8")
        new.replace(self.path)

    def close(self) -> None:
        """All is done: there is nothing to go on with."""
        self.path.unlink(missing_ok=True)


class Report:
    """Bad lines as a table of their own: where, why, and the line as it was, to be corrected and imported."""

    def __init__(self, path: Path, header: Sequence[str], delimiter: str, keep: int = 0) -> None:
        """`keep` bytes are of lines before; what lies behind was not done, and comes again. Raises Another."""
        if keep and (not path.exists() or path.stat().st_size < keep):
            raise Another(f"{path} is no longer what it was when the import was left")
        self.path = path
        mine = [head for head in header if head.strip() not in OURS]
        self._places = [place for place, head in enumerate(header) if head.strip() not in OURS]
        self._raw = path.open("r+b" if keep else "wb")
        self._raw.truncate(keep)
        self._raw.seek(0, 2)
        self._text = TextIOWrapper(self._raw, "utf-8", newline="")
        self._writer = csv.writer(self._text, delimiter=delimiter)
        if not self._raw.tell():
            self._writer.writerow([*OURS, *mine])

    def add(self, row: Row, bad: BadLine) -> None:
        """One more."""
        cells = [row.cells[place] for place in self._places if place < len(row.cells)]
        self._writer.writerow([row.line, bad.column, bad.message, *(cells or row.cells)])

    def size(self) -> int:
        """Bytes that are safely written."""
        self._text.flush()
        return self._raw.tell()

    def close(self, *, keep: bool) -> None:
        """Without a bad line there is no report."""
        self._text.close()
        if not keep:
            self.path.unlink(missing_ok=True)
