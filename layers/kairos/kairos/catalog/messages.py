"""What the models refuse, said so that whoever wrote the file can mend it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from kairos.catalog.problems import Problem, nearest
from kairos.catalog.source import Path_, Place, Source, dotted
from kairos.domain.language import conditions, steps, triggers
from kairos.domain.language.scope import Scope

_KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "condition": ("one condition of ", conditions.KINDS),
    "step": ("one step of ", steps.KINDS),
    "trigger": ("one trigger of ", triggers.KINDS),
    "wait": ("a duration, until: or event:", ("until", "event", "for")),
}
_ALL_KINDS: Final = {*conditions.KINDS, *steps.KINDS}
_ABOUT: Final = ("id", "when", "name", "weight")  # what stands beside the kind of a step or branch
_TRIGGERS: Final = {*triggers.KINDS, "absent"}
_SELECTORS: Final = ("Selector", "SameSelector", "Counted", "Absent", "Goal", "On", "Rule")
_TYPES: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "keys and their values",
    "model_type": "keys and their values",
    "model_attributes_type": "keys and their values",
    "list_type": "a list",
    "string_too_short": "some text",
    "too_short": "at least one",
}


def problems(refused: ValidationError, source: Source, scope: Scope) -> Iterator[Problem]:
    """Each error of a model, at its place in the file; one that several alternatives share is said once."""
    said: set[tuple[str, str]] = set()
    unread = {problem.key for problem in source.problems}  # what could not be read was said already
    for error in refused.errors(include_url=False):
        loc = tuple(part for part in error["loc"] if not str(part).startswith("<"))
        if error["type"] == "kairos":
            loc += tuple(error["ctx"]["path"])
        path = source.resolve(loc)
        place, key, found, expected, hint = _told(error, loc, path, source, scope)
        if key not in unread and (key, found) not in said:
            said.add((key, found))
            yield Problem(source.file, place.line, place.column, key, found, expected, hint)


def _told(error: Any, loc: Path_, path: Path_, source: Source, scope: Scope) -> tuple[Place, str, str, str, str]:
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "extra_forbidden":
        allowed = scope.allowed.get(id(_at(source.data, path[:-1])), [])
        others = [name for name in allowed if name != path[-1]]
        place = source.keys.get(path, source.values[path])
        if path[:-1] == ("trigger",) and path[-1] in _TRIGGERS:
            found = f"{path[-1]} beside {' and '.join(name for name in others if name in triggers.KINDS)}"
            return place, dotted(path), found, "exactly one kind of trigger", "another campaign may have the other"
        beside = [name for name in others if name not in _ABOUT]
        if path[-1] in _ALL_KINDS and set(allowed) & _ALL_KINDS and len(beside) == 1:
            found = f"{path[-1]} beside {beside[0]}"
            return place, dotted(path), found, "one kind in each item", "begin a new item of the list"
        return place, dotted(path), "unknown key", ", ".join(others), nearest(path[-1], others)
    place = source.values[path]
    if kind == "missing":
        return place, dotted((*path, loc[-1])), "missing", "this key", ""
    if kind == "kairos":
        return place, dotted(path), context["found"], context["expected"], context["hint"]
    if kind == "kind":
        return place, dotted(path), *_kind(error["msg"], value)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return place, dotted(path), _shown(value), "keys and their values", ""
    if kind == "literal_error":
        allowed = [
            {"True": "true"}.get(part.strip("' "), part.strip("' "))
            for part in context["expected"].replace(" or ", ", ").split(", ")
        ]
        return place, dotted(path), _shown(value), "one of " + ", ".join(allowed), nearest(value, allowed)
    if kind == "string_pattern_mismatch":
        return place, dotted(path), _shown(value), f"text like {context['pattern']}", ""
    limits = {"greater_than": ("gt", "above"), "greater_than_equal": ("ge", "at least"),
              "less_than": ("lt", "below"), "less_than_equal": ("le", "at most")}  # fmt: skip
    if kind in limits:
        name, word = limits[kind]
        return place, dotted(path), _shown(value), f"{word} {context[name]:g}", ""
    selector = isinstance(value, str) and context.get("class_name") in _SELECTORS
    near = f"such as {{event: {value}}}" if selector else ""
    return place, dotted(path), _shown(value), _TYPES.get(kind, error["msg"]), near


def _kind(what: str, value: Any) -> tuple[str, str, str]:
    expected, kinds = _KINDS[what]
    if expected.endswith(" of "):
        expected += ", ".join(kinds)
    if not isinstance(value, dict):
        return _shown(value), expected, nearest(value, list(kinds))
    unknown = [name for name in value if name not in kinds and name != "id"]
    hint = next((hint for name in unknown if (hint := nearest(name, list(kinds)))), "")
    return f"no {what} in {', '.join(value) or 'an empty mapping'}", expected, hint


def _at(data: Any, path: Path_) -> Any:
    for part in path:
        data = data[part]
    return data


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    if isinstance(value, dict | list):
        what = "list" if isinstance(value, list) else "mapping"
        return f"a {what}" if value else f"an empty {what}"
    return repr(value)
