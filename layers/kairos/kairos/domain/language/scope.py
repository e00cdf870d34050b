"""What surrounds the file that is being read, so that names in it can be checked where they stand."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError


@dataclass(slots=True)
class Scope:
    """The names that exist beside this file; None: unknown, so not checked."""

    campaigns: Collection[str] | None = None
    topics: Collection[str] | None = None
    segments: Collection[str] | None = None
    dimensions: Collection[str] | None = None  # of interest
    grades: Collection[str] | None = None
    templates: Mapping[str, Collection[str]] | None = None  # template -> its channels
    topic: str | None = None  # of the campaign itself
    in_segment: bool = False
    eventless: str = ""  # the kind of trigger that brings no event, if it is one
    inbound: bool = False  # whether it answers when a slot is asked for
    ids: set[str] = field(default_factory=set)  # step ids met so far
    allowed: dict[int, list[str]] = field(default_factory=dict)  # id of a mapping -> keys it may have


def scope(info: ValidationInfo) -> Scope:
    """The scope a model is validated in."""
    return info.context if isinstance(info.context, Scope) else Scope()


def eventless(here: Scope) -> str:
    """Why there is no event here, or nothing if there is one."""
    if here.in_segment:
        return "segments and grades have no event"
    article = "an" if here.eventless[:1] in ("a", "e", "i", "o", "u") else "a"
    return f"{article} {here.eventless} trigger has no event" if here.eventless else ""


def wrong(found: str, expected: str = "", hint: str = "", path: tuple[str | int, ...] = ()) -> PydanticCustomError:
    """An error that says what was found and what is allowed; `path` leads further into the value."""
    about: dict[str, Any] = {"found": found, "expected": expected, "hint": hint, "path": path}
    return PydanticCustomError("kairos", "{found}", about)


def nearby(name: str, names: Iterable[str], rest: str = "") -> str:
    """`did you mean …?` with the nearest of some names, or nothing; `rest` is what stands behind it."""
    listed = list(names)
    close = [other for other in listed if other.casefold() == name.casefold()] or get_close_matches(name, listed, n=1)
    return f"did you mean {close[0] + rest!r}?" if close else ""


def known(kind: str, name: str, names: Collection[str] | None) -> str:
    """The name, if there is such a thing."""
    if names is None or name in names:
        return name
    expected = "one of " + ", ".join(sorted(names)) if names else f"none, because there is no {kind}"
    raise wrong(f"unknown {kind} {name!r}", expected, nearby(name, names))
