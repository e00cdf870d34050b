"""Jinja in HTML replaced by marks, which MJML, CSS and text tools leave alone, and put back afterwards."""

import re
from dataclasses import dataclass
from typing import Final

from kairos.catalog.jinja_source import environment

BARE: Final = r"kj\d+x"
MARK: Final = re.compile(r"kj(\d+)x")
_RESTORE: Final = re.compile(r'(?:<!--|&lt;!--)?kj(\d+)x(?:-->|--&gt;|="")?')
_EXPRESSION: Final = re.compile(r"(\{\{[-+]?)(.*?)([-+]?\}\})", re.DOTALL)


class Broken(Exception):
    """It cannot be compiled; `line` is the source's, 0 if unknown."""

    def __init__(self, found: str, line: int = 0, hint: str = "") -> None:
        super().__init__(found)
        self.found, self.line, self.hint = found, line, hint


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression, statement or comment of Jinja, and the line it starts on."""

    text: str
    line: int
    expression: bool

    def through(self, name: str) -> "Piece":
        """The same value through a filter."""
        return Piece(_EXPRESSION.sub(rf"\1 (\2) | {name} \3", self.text, count=1), self.line, self.expression)


@dataclass(frozen=True, slots=True)
class Compiled:
    """Source that is ready to render; `lines` pairs its lines that hold Jinja with those of the file."""

    source: str
    lines: tuple[tuple[int, int], ...] = ()


def mark_of(number: int) -> str:
    return f"kj{number}x"


def protect(source: str) -> tuple[str, list[Piece]]:
    """The source with a mark for every piece of Jinja, and the pieces."""
    marked: list[str] = []
    pieces: list[Piece] = []
    opened: list[str] = []
    for line, kind, value in environment().lex(source):
        if kind in ("variable_begin", "block_begin", "comment_begin"):
            opened, start = [value], line
        elif kind in ("variable_end", "block_end", "comment_end"):
            marked.append(mark_of(len(pieces)))
            pieces.append(Piece("".join([*opened, value]), start, kind == "variable_end"))
            opened = []
        elif opened:
            opened.append(value)
        elif kind.startswith("raw_"):
            marked.append(mark_of(len(pieces)))
            pieces.append(Piece(value, line, expression=False))
        else:
            marked.append(value)
    return "".join(marked), pieces


def restore(marked: str, pieces: list[Piece]) -> Compiled:
    """Jinja where its marks are, and on which line each piece now stands."""
    lines: dict[int, int] = {}
    parts: list[str] = []
    line, end = 1, 0
    for found in _RESTORE.finditer(marked):
        piece = pieces[int(found[1])]
        line += marked.count("\n", end, found.start())
        for offset in range(piece.text.count("\n") + 1):
            lines.setdefault(line + offset, piece.line + offset)
        line += piece.text.count("\n")
        parts += [marked[end : found.start()], piece.text]
        end = found.end()
    return Compiled("".join([*parts, marked[end:]]), tuple(sorted(lines.items())))
