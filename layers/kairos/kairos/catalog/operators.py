"""Patterns that are well-formed and hardly meant: an operator where the name of a field stands, outside of a list."""

from collections.abc import Iterator
from typing import Any, Final

from kairos.catalog.problems import Problem
from kairos.catalog.source import Path_, Source
from kairos.domain.pattern import OPERATORS

_PATTERNS: Final = ("match", "attributes", "declared", "backend", "behaviour", "event")
_NO_PATTERNS: Final = ("set", "emit")


def problems(source: Source) -> Iterator[Problem]:
    """Each such operator of a file."""
    yield from _look(source.data, (), source, within=False)


def _look(node: Any, path: Path_, source: Source, *, within: bool) -> Iterator[Problem]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            if not (within and isinstance(item, dict) and item.keys() <= OPERATORS.keys()):
                yield from _look(item, (*path, number), source, within=within)
    for name, part in node.items() if isinstance(node, dict) else ():
        if within and name in OPERATORS and isinstance(part, list):
            yield source.problem(
                (*path, name), f"a field called {name!r}", f"[{{{name}: …}}]", "an operator stands in a list", warning=True
            )  # fmt: skip
        elif name not in _NO_PATTERNS:
            yield from _look(part, (*path, name), source, within=within or name in _PATTERNS)
