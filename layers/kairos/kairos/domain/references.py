"""Patterns whose values may be references into the event or the customer."""

from collections.abc import Callable, Mapping
from typing import Any

from kairos.domain.definitions import Path
from kairos.domain.events import Json
from kairos.domain.needs import Needs
from kairos.domain.pattern import InvalidPattern, compile_pattern
from kairos.domain.view import View


def referring(pattern: Json, needs: Needs) -> Callable[[View, Json], bool]:
    """A pattern whose values may be references; without any it is compiled once."""
    references: list[Path] = []
    _note_references(pattern, references)
    if not references:
        compiled = compile_pattern(pattern)
        return lambda view, document: compiled(document)
    for path in references:
        needs.reference(path)

    def matches(view: View, document: Json) -> bool:
        filled = _fill(pattern, view)
        try:
            return filled is not None and compile_pattern(filled)(document)
        except InvalidPattern:  # a value that no pattern can hold, such as a number out of range
            return False

    return matches


def _fill(pattern: Any, view: View) -> Any:
    """The pattern with its references replaced; None if one of them leaves nothing to match."""
    if isinstance(pattern, Mapping):
        filled = {name: _fill(value, view) for name, value in pattern.items()}
        return None if None in filled.values() else filled
    if not isinstance(pattern, list):
        return pattern
    leaves: list[Any] = []
    for leaf in pattern:
        if isinstance(leaf, Mapping) and "ref" in leaf:
            value = view.read(tuple(leaf["ref"]))
            # only plain values: a mapping would be read as an operator of the pattern
            leaves += [
                one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int | float)
            ]
        else:
            leaves.append(leaf)
    return leaves or None


def _note_references(node: Any, found: list[Path]) -> None:
    if isinstance(node, Mapping):
        if set(node) == {"ref"} and isinstance(node["ref"], list):
            found.append(tuple(node["ref"]))
        else:
            for value in node.values():
                _note_references(value, found)
    elif isinstance(node, list):
        for value in node:
            _note_references(value, found)


def names(pattern: Json, found: set[str]) -> None:
    """Adds the names of attributes that a pattern reads."""
    for name, value in pattern.items():
        if name == "$or":
            for part in value:
                names(part, found)
        else:
            found.add(name)


def leaves(pattern: Json, path: Path, found: set[Path]) -> None:
    """Adds the paths of a pattern's leaves."""
    for name, value in pattern.items():
        if name == "$or":
            for part in value:
                leaves(part, path, found)
        elif isinstance(value, Mapping):
            leaves(value, (*path, name), found)
        else:
            found.add((*path, name))
