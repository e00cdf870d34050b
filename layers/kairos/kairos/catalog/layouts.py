"""The layout that mails are placed into: `campaigns/layout.email.mjml` and its locale variants."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kairos.catalog import hosts, html_source, jinja_source
from kairos.catalog.jinja_marks import Broken
from kairos.catalog.problems import Problem

_NAME: Final = re.compile(r"layout(?:\.(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?))?\.email\.mjml")
_CONTENT: Final = re.compile(r"[ \t]*<!--[ \t]*content[ \t]*-->[ \t]*")
_DOCUMENT: Final = re.compile(r"<mjml\b")
_SAMPLE: Final = "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section>"

Origin = tuple[str, int]
"""The file a line comes from and its number there; the name is empty for the template itself."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A whole document, and where each of its lines comes from."""

    source: str
    origins: tuple[Origin, ...]

    @classmethod
    def alone(cls, body: str, above: int) -> "Placed":
        """A document without a layout, `above` lines down its file."""
        return cls(body, tuple(("", above + number) for number in range(1, body.count("\n") + 2)))

    @property
    def within(self) -> bool:
        """Whether there is a layout around it."""
        return any(name for name, _ in self.origins)

    def origin(self, line: int) -> Origin:
        """Where a line of the document comes from; what has no line belongs to the template's first."""
        first = next((found for found in self.origins if not found[0]), ("", 1))
        return self.origins[line - 1] if 1 <= line <= len(self.origins) else first


@dataclass(frozen=True, slots=True)
class _Layout:
    name: str
    lines: tuple[str, ...]
    content: int  # the index of the line that the content takes


@dataclass(frozen=True, slots=True)
class Layouts:
    """The layouts of a directory by locale ("" is the default), what they read of the event, and what is wrong."""

    by_locale: Mapping[str, _Layout] = field(default_factory=dict)
    event_paths: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    def place(self, body: str, locale: str, above: int) -> Placed | None:
        """A mail's body, `above` lines down its file, as a whole document; None if it needs a layout and has none."""
        alone = Placed.alone(body, above)
        if _DOCUMENT.search(body):
            return alone
        chain = (locale, locale.split("-")[0], "")
        layout = next((self.by_locale[name] for name in chain if name in self.by_locale), None)
        if layout is None:
            return None
        around = tuple((layout.name, number) for number in range(1, len(layout.lines) + 1))
        at = layout.content
        whole = (*layout.lines[:at], body, *layout.lines[at + 1 :])
        return Placed("\n".join(whole), (*around[:at], *alone.origins, *around[at + 1 :]))


def read_layouts(directory: Path) -> Layouts:
    """The layouts in a directory of campaigns, each checked by itself."""
    found: dict[str, _Layout] = {}
    paths: set[str] = set()
    written: set[str] = set()
    problems: list[Problem] = []
    for path in sorted(directory.glob("layout*")):
        name = _NAME.fullmatch(path.name)
        if name is None:
            what = "layout[.LOCALE].email.mjml"
            problems.append(Problem(str(path), 1, 1, found="not a layout's name", expected=what))
            continue
        source = path.read_text("utf-8")
        wrong = _problems(path, source)
        problems += wrong
        if not wrong:
            lines = tuple(source.split("\n"))
            at = next(index for index, line in enumerate(lines) if _CONTENT.fullmatch(line))
            found[name["locale"] or ""] = _Layout(path.name, lines, at)
            paths |= jinja_source.event_paths(source)
            written |= hosts.written(source)
    if found and "" not in found and not problems:
        file = str(directory / next(iter(found.values())).name)
        problems.append(Problem(file, 1, 1, found="no layout without a locale", expected="layout.email.mjml"))
    return Layouts(found, frozenset(paths), frozenset(written), tuple(problems))


def _problems(path: Path, source: str) -> list[Problem]:
    """What is wrong with one layout, whatever is placed into it."""
    places = [number for number, line in enumerate(source.split("\n"), 1) if _CONTENT.fullmatch(line)]
    if len(places) != 1:
        line = places[1] if places else 1
        what = f"{len(places) or 'no'} lines <!-- content -->"
        return [Problem(str(path), line, 1, found=what, expected="one, where the mail goes")]
    flaws = [Problem(str(path), flaw.line, 1, found=flaw.found, hint=flaw.hint) for flaw in jinja_source.check(source)]
    if flaws:
        return flaws
    lines = source.split("\n")
    lines[places[0] - 1] = _SAMPLE
    try:
        html_source.compile_html("\n".join(lines), mjml=True)
    except Broken as broken:
        return [Problem(str(path), broken.line or 1, 1, found=broken.found, hint=broken.hint)]
    return []
