"""Which events are meant, and which moments."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from kairos.domain.language.references import EventPath, check_event_path, reference_in
from kairos.domain.language.scope import nearby, wrong
from kairos.domain.language.values import LONGEST, UNITS, Model, Texts, parts_of_span
from kairos.domain.pattern import OPERATORS, InvalidPattern, compile_pattern

Pattern = dict[str, Any]
P = TypeVar("P", dict[str, Any], list[Any])


def _has_reference(node: Any) -> bool:
    if isinstance(node, dict):
        return any(map(_has_reference, (*node, *node.values())))
    return any(map(_has_reference, node)) if isinstance(node, list) else _refers(node)


def _hint(invalid: InvalidPattern) -> str:
    if invalid.message.startswith("Unrecognized match type "):
        near = nearby(invalid.message.rsplit(" ", 1)[1].lower(), OPERATORS)
        return near or "one of " + ", ".join(OPERATORS)
    return "the leaves of a pattern are lists" if invalid.message.endswith("must be an object or an array") else ""


def _compiled(pattern: Pattern) -> Pattern:
    try:
        compile_pattern(pattern)
    except InvalidPattern as invalid:
        raise wrong(f"invalid pattern: {invalid.message}", hint=_hint(invalid), path=invalid.path) from invalid
    return pattern


def check_leaf(leaf: list[Any]) -> list[Any]:
    """The list at a leaf of a pattern."""
    try:
        compile_pattern({"value": leaf})
    except InvalidPattern as invalid:
        raise wrong(f"invalid pattern: {invalid.message}", hint=_hint(invalid), path=invalid.path[1:]) from invalid
    return leaf


def plain_values(part: P) -> P:
    """A pattern, or a list of its values, without references."""
    if _has_reference(part):
        raise wrong("a reference", "plain values", "references are for attributes and event conditions of an audience")
    return part


def _of_event(pattern: Pattern, path: tuple[str | int, ...] = ()) -> Pattern:
    for name, part in pattern.items():
        if name == "$or":
            for number, branch in enumerate(part):
                _of_event(branch, (*path, name, number))
        else:
            try:
                check_event_path(name)
            except ValueError as error:
                about = getattr(error, "context", {})
                raise wrong(about["found"], about["expected"], about["hint"], (*path, name)) from error
    return pattern


def _is_of_event(pattern: Pattern) -> Pattern:
    return _of_event(pattern)


def _referring(pattern: Any, info: ValidationInfo) -> Any:
    """References become `{"ref": […]}`; what is left is checked as if a text stood there."""
    if not isinstance(pattern, dict):
        return pattern
    _compiled(_mapped(pattern, lambda text, path: ""))
    return _mapped(pattern, lambda text, path: _alone(reference_in(text, info), path))


Place = tuple[str | int, ...]


def _mapped(node: Any, change: Callable[[str, Place], Any], path: Place = ()) -> Any:
    """The pattern with its references changed, which stand in the lists of leaves and of anything-but, and nowhere else."""
    if isinstance(node, list):
        return [
            change(part, (*path, n)) if _refers(part) else _mapped(part, change, (*path, n))
            for n, part in enumerate(node)
        ]
    if not isinstance(node, dict):
        return node
    for name, part in node.items():
        if _refers(name):
            raise wrong("a reference as a name", "the name itself", path=(*path, name))
        compared = path and isinstance(path[-1], int) and name in OPERATORS and name != "anything-but"
        if _refers(part) or (compared and _has_reference(part)):
            raise wrong(
                "a reference", "the reference alone in the list of a leaf, or of anything-but", path=(*path, name)
            )
    return {name: _mapped(part, change, (*path, name)) for name, part in node.items()}


def _refers(node: Any) -> bool:
    return isinstance(node, str) and "{{" in node


def _alone(reference: Any, path: Place) -> Any:
    if "ref" not in reference:
        raise wrong("a reference within a text", "the reference alone", path=path)
    return reference


EventPattern = Annotated[Pattern, AfterValidator(plain_values), AfterValidator(_compiled), AfterValidator(_is_of_event)]
ReferringPattern = Annotated[Pattern, BeforeValidator(_referring, json_schema_input_type=Pattern)]
ReferringEventPattern = Annotated[
    Pattern, BeforeValidator(_referring, json_schema_input_type=Pattern), AfterValidator(_is_of_event)
]


class Offset(Model):
    """Calendar days, and the rest in milliseconds."""

    days: int
    ms: int


def _offset(text: Any) -> Any:
    sign = -1 if isinstance(text, str) and text.startswith("-") else 1
    try:
        parts = parts_of_span(text[1:] if isinstance(text, str) and text[:1] in ("-", "+") else text)
    except ValueError as error:
        raise wrong(repr(text), "an offset such as 1d or -3d") from error
    days = parts["w"] * 7 + parts["d"]
    seconds = parts["h"] * 3600 + parts["m"] * 60 + parts["s"]
    if days * UNITS["d"] + seconds * 1000 > LONGEST:
        raise wrong(repr(text), "an offset of at most 100 years")
    return {"days": sign * days, "ms": sign * seconds * 1000}


_OFFSET_TEXT = Annotated[str, Field(pattern=r"^[+-]?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$", examples=["-3d"])]
OffsetText = Annotated[Offset, BeforeValidator(_offset, json_schema_input_type=_OFFSET_TEXT)]


def moment(path: list[str], offset: Offset | None, at: int | None) -> dict[str, Any]:
    """A moment as the bundle has it."""
    return {"path": path, "offset": offset.model_dump() if offset else {"days": 0, "ms": 0}, "at": at}


class Selector(Model):
    """Events by type and pattern."""

    event: Texts
    match: EventPattern | None = None

    def selector(self) -> dict[str, Any]:
        """As the bundle has it."""
        return {"event": self.event, "match": self.match, "same": getattr(self, "same", None)}


class SameSelector(Selector):
    """Events that also equal the trigger event at one path."""

    same: EventPath | None = None


def timed(text: Any) -> bool:
    """Whether a text is meant as a time of day rather than a path."""
    return isinstance(text, str) and re.match(r"\d", text) is not None
