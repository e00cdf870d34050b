"""Whatever functions log or measure while any test runs is searched for people: their names, addresses, numbers and texts.

Every test's persons sing: no e-mail address but the brand's, no phone number, none of the names and texts of the samples and
fixtures may be in a line that a function prints, in a metric, or in a record of the engine's own loggers.
"""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from local.aws.logs import Logs

ROOT: Final = Path(__file__).parent.parent
ADDRESS: Final = re.compile(r"[\w.+-]+@(?!nordlys\.example|[\w.]*\.py)[\w-]+(?:\.[\w-]+)+")
NUMBER: Final = re.compile(r"(?<![\w.:+-])\+\d{8,15}\b")
TEXTS: Final = (
    "You get this because",
    "Du får denne mail",
    "Oak kite",
    "Storm lantern",
    "<!doctype",
    "Canaria",
    "Kanarievej",
)
"""Of what is sent: the layout's words and what is in the carts of the samples; and of who is put for nothing but this."""


def _names() -> Iterator[str]:
    for file in sorted((ROOT / "campaigns" / "samples").glob("*.json")):
        attributes = json.loads(file.read_text()).get("customer", {}).get("attributes", {})
        yield from (str(attributes[name]) for name in ("first_name", "last_name", "company") if attributes.get(name))


NAMES: Final = re.compile(rf"(?<![\w./-])(?:{'|'.join(sorted(map(re.escape, {*_names(), *TEXTS})))})(?![\w/-])")
_PATTERNS: Final = (ADDRESS, NUMBER, NAMES)


class Canaries(logging.Handler):
    """Hears every line, and keeps those in which somebody is."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.heard = 0
        self.caught: list[str] = []

    def line(self, text: str) -> None:
        """One line that a function printed, or a record."""
        self.heard += 1
        if found := sings(text):
            self.caught.append(f"{found!r} in: {text[:400]}")

    def emit(self, record: logging.LogRecord) -> None:
        self.line(self.format(record))

    def drain(self) -> list[str]:
        """What was caught since the last time."""
        caught, self.caught = self.caught, []
        return caught


def sings(text: str) -> str:
    """Whoever is in a text, or nobody."""
    found = next((found for pattern in _PATTERNS if (found := pattern.search(text))), None)
    return found[0] if found else ""


CANARIES: Final = Canaries()


def listen() -> None:
    """From now on: what functions print on the embedded stack, and what the engine logs anywhere."""
    Logs.listener = CANARIES.line
    engine: Any = logging.getLogger("kairos")
    engine.addHandler(CANARIES)
