"""Paths into the event and the customer, and texts that refer to them."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo

from kairos.domain.language.scope import eventless, nearby, scope, wrong

_SEGMENT: Final = r"[A-Za-z_$][A-Za-z0-9_$-]*"
_PATH: Final = re.compile(rf"{_SEGMENT}(?:\.{_SEGMENT})*")
_REFERENCE: Final = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MARKS: Final = frozenset({"ref", "parts", "fields"})
EVENT_FIELDS: Final = ("id", "type", "source", "customer", "properties", "context")
STANDING: Final = ("score", "grade")
"""What of the customer is referred to by its bare name."""


def check_event_path(path: str, hint: str = "") -> str:
    """A dotted path below the event, beginning with a field that events have."""
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise wrong(repr(path), "a path into the event such as properties.cart_id", hint)
    first = path.split(".")[0]
    if first not in EVENT_FIELDS:
        raise wrong(
            f"an event has no {first!r}", "one of " + ", ".join(EVENT_FIELDS), nearby(first, EVENT_FIELDS) or hint
        )
    return path


def path_of(text: Any, info: ValidationInfo) -> list[str]:
    """`event.…` or `attributes.…` as its parts."""
    parts = text.split(".") if isinstance(text, str) and _PATH.fullmatch(text) else []
    if len(parts) < 2 or parts[0] not in ("event", "attributes"):
        near = nearby(parts[0], ("event", "attributes"), "." + ".".join(parts[1:])) if len(parts) > 1 else ""
        raise wrong(repr(text), "a path such as event.properties.x or attributes.x", near)
    if parts[0] == "event":
        if why := eventless(scope(info)):
            raise wrong(repr(text), "attributes.…", why)
        check_event_path(".".join(parts[1:]))
    return parts


def reference_of(text: Any, info: ValidationInfo) -> list[str]:
    """What stands in braces: a path, `score` or `grade`."""
    if text in STANDING:
        return [text]
    try:
        return path_of(text, info)
    except ValueError as error:
        about = getattr(error, "context", {})
        if "such as" not in about["expected"]:
            raise
        hint = nearby(text, STANDING) or about["hint"]
        raise wrong(about["found"], f"{about['expected']}, score or grade", hint) from error


def attribute_path(text: Any, before: str = "") -> list[str]:
    """`attributes.…` as its parts; `before` is what else would be allowed."""
    parts = text.split(".") if isinstance(text, str) and _PATH.fullmatch(text) else []
    if len(parts) < 2 or parts[0] != "attributes":
        near = nearby(parts[0], ("attributes",), "." + ".".join(parts[1:])) if len(parts) > 1 else ""
        raise wrong(repr(text), f"{before}a path such as attributes.tier", near)
    return parts


def parts_of_text(text: str, info: ValidationInfo) -> list[Any]:
    """A text with references as a list of plain parts and `{"ref": […]}`."""
    parts, at = list[Any](), 0
    for match in _REFERENCE.finditer(text):
        if match.start() > at:
            parts.append(text[at : match.start()])
        parts.append({"ref": reference_of(match[1], info)})
        at = match.end()
    if at < len(text):
        parts.append(text[at:])
    if any(isinstance(part, str) and ("{{" in part or "}}" in part) for part in parts):
        raise wrong(repr(text), 'references such as "{{ event.properties.x }}"')
    return parts


def with_references(value: Any, info: ValidationInfo) -> Any:
    """A value in which strings may hold references, as the bundle has it; a mapping that reads as one stands in `fields`."""
    if isinstance(value, dict):
        if any("{{" in str(name) for name in value):
            raise wrong("a reference as a name", "the name itself")
        filled = {name: with_references(part, info) for name, part in value.items()}
        return {"fields": filled} if filled.keys() & _MARKS else filled
    if isinstance(value, list):
        return [with_references(part, info) for part in value]
    return reference_in(value, info)


def reference_in(value: Any, info: ValidationInfo) -> Any:
    """A text as `{"ref": …}` if it is a reference, as `{"parts": …}` if it holds some; any other value as it is."""
    if not isinstance(value, str) or "{{" not in value:
        return value
    parts = parts_of_text(value, info)
    return parts[0] if len(parts) == 1 else {"parts": parts}


def _from_customer(text: Any) -> dict[str, list[str]]:
    return {"ref": attribute_path(text, "a number, or ")}


def _form(value: Any) -> str:
    return "<path>" if isinstance(value, str) else "<number>"


_ATTRIBUTE = Annotated[str, Field(pattern=r"^attributes\.", examples=["attributes.worth"])]
FromCustomer = Annotated[
    dict[str, list[str]], BeforeValidator(_from_customer, json_schema_input_type=_ATTRIBUTE), Tag("<path>")
]
Amount = Annotated[Annotated[float, Field(ge=0), Tag("<number>")] | FromCustomer, Discriminator(_form)]
"""A number, or the path of one among the customer's attributes."""
Chance = Annotated[Annotated[float, Field(ge=0, le=1), Tag("<number>")] | FromCustomer, Discriminator(_form)]
"""Such a number from 0 to 1."""
EventPath = Annotated[str, BeforeValidator(check_event_path, json_schema_input_type=str)]
ReferencePath = Annotated[list[str], BeforeValidator(path_of, json_schema_input_type=str)]
