"""Whoever imports a file: the real importer on a disk of theirs, in a process that may be killed wherever it stands."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any, Final, NamedTuple
from weakref import finalize

from botocore.exceptions import BotoCoreError

from kairos.domain.events import Millis
from local.clock import iso
from local.importing.columns import columns
from local.importing.people import BadLine, Lines
from local.importing.progress import Notebook, Progress, Report, fingerprint
from local.importing.sending import Bulk, Sending
from local.importing.table import Row, Table, digest
from tests.simulation.aws.client import Client, Request
from tests.unit.domain.shop import HOUR

FILE: Final = "people.csv"
REPORT: Final = "bad.csv"
TOPICS: Final = ("offers",)
LUNCH: Final[Millis] = 2 * HOUR
"""After which whoever has not read that all is done gives the same command again."""

LOOK: Final = 0.3
"""Seconds from one look at the time to the next: progress is written, and the queue looked at, every other request."""


class Imported(NamedTuple):
    """What an import said in the end, and the files that were left."""

    done: Progress
    left: Mapping[str, str]


class Disk(Client):
    """What stands beside the file; each writing is a call before or behind which a process may be gone, or that fails."""

    @cached_property
    def folder(self) -> Path:
        """Gone with the disk."""
        path = mkdtemp()
        finalize(self, rmtree, path)
        return Path(path)

    def left(self) -> dict[str, str]:
        """All files that are there."""
        return {path.name: path.read_text("utf-8") for path in self.folder.iterdir()}

    def does(self, what: str, work: Callable[[], object]) -> None:
        """Raises OSError."""

        def carry_out(request: Request) -> None:
            work()

        try:
            self._call(what, {}, carry_out)
        except BotoCoreError as error:
            raise OSError(what) from error


@dataclass(slots=True)
class _Notebook(Notebook):
    disk: Disk

    def write(self, progress: Progress) -> None:
        self.path.with_suffix(".new").write_text('{"file": "what a writing that was not ended lea', "utf-8")
        self.disk.does("WriteProgress", lambda: Notebook.write(self, progress))

    def close(self) -> None:
        self.disk.does("ForgetProgress", lambda: Notebook.close(self))


class _Report(Report):
    def __init__(self, disk: Disk, path: Path, table: Table, keep: int) -> None:
        self._disk = disk
        disk.does("OpenReport", lambda: Report.__init__(self, path, table.header, table.delimiter, keep))

    def add(self, row: Row, bad: BadLine) -> None:
        self._disk.does("WriteReport", lambda: self._add(row, bad))

    def _add(self, row: Row, bad: BadLine) -> None:
        Report.add(self, row, bad)
        self.size()

    def close(self, *, keep: bool) -> None:
        self._disk.does("CloseReport", lambda: Report.close(self, keep=keep))


class _Hands(Executor):
    """Requests under way, of which the last is the first to be made."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future = _Awaited(self)
        self._waiting.append((future, lambda: work(*args, **more)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        while self._waiting:
            self.move()

    def move(self) -> None:
        future, work = self._waiting.pop()
        try:
            future.set_result(work())
        except Exception as error:
            future.set_exception(error)


class _Awaited(Future[Any]):
    def __init__(self, hands: _Hands) -> None:
        super().__init__()
        self._hands = hands

    def result(self, timeout: float | None = None) -> Any:
        while not self.done():
            self._hands.move()
        return super().result(timeout)


@dataclass(frozen=True, slots=True)
class Importer:
    """One process of `kairos import`, as often as it is asked."""

    bulk: Bulk
    clock: Callable[[], Millis]

    def __call__(self, disk: Disk) -> Progress:
        """What is told of the file when all of it is out."""
        file = disk.folder / FILE
        with Table(file) as table:
            lines = Lines(file.name, digest(file), table.header, columns(table.header, {}, TOPICS))
            lines.check()
            notebook = _Notebook(file.with_name("import.json"), disk)
            begun = notebook.begin(Progress(lines.file, fingerprint(lines), iso(self.clock())))
            report = _Report(disk, file.with_name(REPORT), table, begun.reported)
            sending = Sending(
                self.bulk, False, begun, notebook, report, sleep=_no_time, elapsed=count(0, LOOK).__next__,
                hands=_Hands, page=2, at_once=1, ahead=2,
            )  # fmt: skip
            return sending(table, lines)


def _no_time(seconds: float) -> None:
    """Nobody waits here."""
