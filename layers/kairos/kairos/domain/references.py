"""Patterns whose values may be references into the event or the customer."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

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
        try:
            return compile_pattern(_filled(pattern, view))(document)
        except InvalidPattern:  # a value that no pattern can hold, such as a number out of range
            return False

    return matches


_NOTHING: Final = "\udfff"
"""Stands where a reference leaves nothing to match: half a character, which no value that is heard has in it."""


def _filled(pattern: Json, view: View) -> dict[str, Any]:
    """The pattern with its references replaced."""
    filled: dict[str, Any] = {}
    for name, part in pattern.items():
        if isinstance(part, list):
            filled[name] = [one for each in part for one in _read(each, view)] or [_NOTHING]
        else:
            filled[name] = _filled(part, view) if isinstance(part, Mapping) else part
    return filled


def _read(part: Any, view: View) -> list[Any]:
    """What an element of a leaf, or a branch of `$or`, stands for; of `anything-but` nothing where a reference leads nowhere."""
    if not isinstance(part, Mapping):
        return [part]
    if set(part) == {"ref"}:
        value = view.read(tuple(part["ref"]))
        # only plain values: a mapping would be read as an operator of the pattern
        return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | int | float)]
    if isinstance(part.get("anything-but"), list):
        named = [_read(one, view) for one in part["anything-but"]]
        return [{"anything-but": [one for values in named for one in values]}] if all(named) else []
    return [_filled(part, view)]


def _note_references(node: Any, found: list[Path], within: bool = False) -> None:
    """Adds the paths of all references; they stand in lists only, and a field may be called `ref`."""
    if isinstance(node, list):
        for part in node:
            _note_references(part, found, within=True)
    elif within and isinstance(node, Mapping) and set(node) == {"ref"}:
        found.append(tuple(node["ref"]))
    elif isinstance(node, Mapping):
        for part in node.values():
            _note_references(part, found)


def leaves(pattern: Json, path: Path = ()) -> Iterator[Path]:
    """The paths of a pattern's leaves; a name with dots in it is a path, or a name all the same."""
    for name, part in pattern.items():
        if name == "$or":
            for branch in part:
                yield from leaves(branch, path)
            continue
        for spelled in {(name,), tuple(name.split("."))}:
            if isinstance(part, Mapping):
                yield from leaves(part, (*path, *spelled))
            else:
                yield (*path, *spelled)
