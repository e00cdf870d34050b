"""Pages of customers onto a stack's queue `bulk`: several at once, in bounded memory, no faster than they are worked off."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from kairos.domain.events import Json
from kairos.domain.sources.bounds import LARGEST_EVENT
from kairos.service.fan_out import WAITING
from local.importing.people import BadLine, Lines
from local.importing.progress import Notebook, Progress, Report
from local.importing.table import Table

PAGE: Final = 25
"""Customers in one message: ten of them are 250 commits, which `evaluate` does within seconds."""

AT_ONCE: Final = 10
"""Messages in one request."""

HANDS: Final = 4
AHEAD: Final = 8
"""Requests that may be under way: all that is held of a file, however long it is."""

LOOK: Final = 0.5
"""Seconds between two looks at what waits, and between two writings of the state file."""


class Bulk(Protocol):
    """The queue that providers' feedback is on, too: it must not stand behind hours of an import."""

    def put_pages(self, bodies: "list[Json]") -> None:
        """Raises QueueRefused."""

    def backlog(self, queue: Any = ...) -> int:
        """About how many messages wait."""


@dataclass(slots=True)
class Sending:
    """One import on its way."""

    bulk: Bulk
    quiet: bool
    progress: Progress
    notebook: Notebook
    report: Report
    moved: Callable[[Progress], object] = lambda _: None  # told after each line
    sleep: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic
    hands: Callable[[], Executor] = lambda: ThreadPoolExecutor(HANDS)
    page: int = PAGE
    at_once: int = AT_ONCE
    ahead: int = AHEAD
    _under_way: deque[tuple[Future[None], Progress]] = field(default_factory=deque)
    _looked: float = -1.0
    _written: float = -1.0

    def __call__(self, table: Table, lines: Lines) -> Progress:
        """Everything from where it was left; then nothing is left to go on with, but bad lines.

        Raises what the queue, the table and the disk raise; what is done then stands in the notebook.
        """
        lines = replace(lines, began=self.progress.began)
        self.notebook.write(self.progress)  # whoever goes on must know when it began
        with self.hands() as hands:
            try:
                for pages, so_far in self._requests(table, lines):
                    if len(self._under_way) == self.ahead:
                        self._done(self._under_way.popleft())
                    self._wait()
                    self._under_way.append((hands.submit(self.bulk.put_pages, pages), so_far))
                while self._under_way:
                    self._done(self._under_way.popleft())
            finally:
                self.notebook.write(self.progress)
        self.report.close(keep=self.progress.bad > 0)
        self.notebook.close()
        return self.progress

    def _requests(self, table: Table, lines: Lines) -> Iterator[tuple[list[Json], Progress]]:
        """What goes out at once, and how far the file is done when it is out."""
        pages: list[Json] = []
        page: list[Json] = []
        held, filled = 0, self.progress
        for person, seen in self._people(table, lines):
            size = len(json.dumps(person))
            if page and (len(page) == self.page or held + size > LARGEST_EVENT):
                pages.append(self._body(page))
                page, held = [], 0
                if len(pages) == self.at_once:
                    yield pages, filled
                    pages = []
            if person:
                page.append(person)
                held += size
            filled = seen
        yield [*pages, *([self._body(page)] if page else [])], filled

    def _people(self, table: Table, lines: Lines) -> Iterator[tuple[Json, Progress]]:
        """Each line that is not done yet: the customer, or nobody."""
        seen, done = self.progress, self.progress.rows
        for number, row in enumerate(table.rows(), 1):
            if number <= done:
                continue
            person: Json = {}
            try:
                person = lines(row)
                seen = replace(seen, rows=number, taken=seen.taken + 1)
            except BadLine as bad:
                self.report.add(row, bad)
                seen = replace(seen, rows=number, bad=seen.bad + 1, reported=self.report.size())
            self.moved(seen)
            yield person, seen

    def _body(self, page: list[Json]) -> Mapping[str, Any]:
        return {"kairos": "customers", "customers": page, **({"quiet": True} if self.quiet else {})}

    def _done(self, sent: tuple[Future[None], Progress]) -> None:
        """Only what is on the queue counts, in the order of the file."""
        future, so_far = sent
        future.result()
        self.progress = so_far
        if self.elapsed() - self._written >= LOOK:
            self.notebook.write(so_far)
            self._written = self.elapsed()

    def _wait(self) -> None:
        """Until no more waits than a fan-out would let wait."""
        while self.elapsed() - self._looked >= LOOK:
            crowded = self.bulk.backlog("bulk") > WAITING
            if not crowded:
                self._looked = self.elapsed()
                return
            self.sleep(LOOK)
