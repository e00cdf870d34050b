"""What functions print: metrics to whoever counts, warnings and errors to whoever runs the stack."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

HEARD: Final = frozenset({"WARNING", "ERROR", "CRITICAL"})


class Logs:
    """Stands in for stdout while a function runs, for its thread alone."""

    listener: ClassVar[Callable[[str], None] | None] = None
    """Hears every line that any function prints, and every error that ends one: all that would be in its log."""

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self.metrics: Callable[[dict[str, Any]], None] | None = None
        self._stdout: Any = sys.stdout
        self._owner: int | None = None
        self._part = ""

    @contextmanager
    def capture(self) -> Iterator[None]:
        """What this thread prints within is the function's."""
        if self._owner is not None:
            yield
            return
        self._owner, self._stdout = threading.get_ident(), sys.stdout
        sys.stdout = self
        try:
            yield
        finally:
            sys.stdout, self._owner = self._stdout, None

    def write(self, text: str) -> int:
        """Takes whole lines; those of other threads go where they were going."""
        if self._owner is not None and threading.get_ident() != self._owner:
            return int(self._stdout.write(text))
        *lines, self._part = (self._part + text).split("\n")
        for line in lines:
            self.said(line)
            told = _told(line)
            if told.get("level") in HEARD:
                self._log(line)
            elif self.metrics and "_aws" in told:
                self.metrics(told)
        return len(text)

    def said(self, text: str) -> None:
        """Something for a function's log."""
        if listener := type(self).listener:
            listener(text)

    def flush(self) -> None:
        """There is nothing to flush."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stdout, name)


def _told(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
