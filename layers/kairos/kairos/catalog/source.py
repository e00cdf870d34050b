"""A YAML file as plain data, with the place of every key and value. YAML 1.2 core: `NO` and `21:00` are strings."""

import re
from dataclasses import dataclass, field
from math import isinf
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kairos.catalog.problems import Problem
from kairos.domain.sources.bounds import LARGEST_NUMBER, LEAST_NUMBER

Path_ = tuple[str | int, ...]
DEEP: Final = 50

_INTEGER: Final = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL_OR_HEX: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_LONGEST: Final = 24  # characters of a whole number of 64 bits, in eights
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_ENDLESS: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?", re.ASCII)
_WORDS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written; line and column count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Source:
    """What a file says, where it says it, and what is wrong with how."""

    file: str
    data: Any = None
    keys: dict[Path_, Place] = field(default_factory=dict)
    values: dict[Path_, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, loc: Path_) -> Path_:
        """The longest written path of a model's path, which also names what only the model has."""
        path: Path_ = ()
        for part in loc:
            if (*path, part) in self.values:
                path = (*path, part)
        return path

    def wrong(self, place: Place, key: str, found: str, expected: str = "", hint: str = "") -> None:
        """Notes one problem."""
        self.problems.append(Problem(self.file, place.line, place.column, key, found, expected, hint))

    def problem(
        self, loc: Path_, found: str, expected: str = "", hint: str = "", *, warning: bool = False
    ) -> Problem:  # fmt: skip
        """A problem at the longest written path of a model's path."""
        path = self.resolve(loc)
        place = self.values.get(path, Place(1, 1))
        severity = "warning" if warning else "error"
        return Problem(self.file, place.line, place.column, dotted(path), found, expected, hint, severity)


def read(path: Path, shown: str) -> Source:
    """Reads a file; `shown` is what messages call it."""
    source = Source(shown)
    try:
        text = path.read_text("utf-8")
        yaml = YAML(typ="rt", pure=True)
        root = yaml.compose(text)
    except OSError as error:
        source.wrong(Place(1, 1), "", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        source.wrong(Place(1, 1), "", "not UTF-8")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        line = text.splitlines()[place.line - 1 : place.line]
        hint = "a value that starts with {{ needs quotes" if "{{" in text else ""
        hint = "indent with spaces" if line and "\t" in line[0] else hint
        source.wrong(place, "", f"not YAML: {error.problem or error.context}", hint=hint)
    except YAMLError as error:
        source.wrong(Place(1, 1), "", f"not YAML: {str(error).splitlines()[0]}")
    else:
        if root is None:
            source.wrong(Place(1, 1), "", "an empty file", "a mapping")
        else:
            source.data = _construct(root, (), source)
            if not isinstance(source.data, dict):
                source.wrong(source.values[()], "", "not a mapping", "keys and their values")
    return source


def _construct(node: Node, path: Path_, source: Source) -> Any:
    place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
    source.values[path] = place
    if len(path) > DEEP:
        source.wrong(place, dotted(path[:5]), f"nested deeper than {DEEP}")
        return None
    if isinstance(node, MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, SequenceNode):
        return [_construct(item, (*path, number), source) for number, item in enumerate(node.value)]
    return _scalar(getattr(node, "style", None), str(node.value), path, source)


def _mapping(node: MappingNode, path: Path_, source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        place = Place(key.start_mark.line + 1, key.start_mark.column + 1)
        if not isinstance(key, ScalarNode):
            source.wrong(place, dotted(path), "a key that is not text", hint="a value that starts with {{ needs quotes")
            continue
        here = (*path, str(key.value))
        if any("\ud800" <= char <= "\udfff" for char in key.value):
            source.wrong(place, dotted(path), "half a character in a key", "whole ones")
            continue
        if key.value in found:
            first = source.keys[here]
            source.wrong(place, dotted(here), "repeated key", "each key once", f"first on line {first.line}")
            continue
        source.keys[here] = place
        found[key.value] = _construct(value, here, source)
    return found


def _scalar(style: str | None, text: str, path: Path_, source: Source) -> Any:
    if any("\ud800" <= char <= "\udfff" for char in text):
        source.wrong(source.values[path], dotted(path), "half a character", "whole ones")
        return ""
    if style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    place = source.values[path]
    if _LEADING_ZERO.fullmatch(text):
        source.wrong(place, dotted(path), f"leading zero in {text}", f'a number without it, or the text "{text}"')
        return text
    based = 10 if _INTEGER.fullmatch(text) else 0 if _OCTAL_OR_HEX.fullmatch(text) else None
    if based is not None:
        number = int(text, based) if len(text) <= _LONGEST else LARGEST_NUMBER + 1
        if LEAST_NUMBER <= number <= LARGEST_NUMBER:
            return number
        source.wrong(place, dotted(path), "a whole number of more than 64 bits", "a shorter one, or the text in quotes")
        return text
    if _ENDLESS.fullmatch(text) or (_FLOAT.fullmatch(text) and isinf(float(text))):
        source.wrong(place, dotted(path), text, "a finite number")
        return text
    return float(text) if _FLOAT.fullmatch(text) else text


def dotted(path: Path_) -> str:
    """A path as people write it: `steps[2].send.template`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
