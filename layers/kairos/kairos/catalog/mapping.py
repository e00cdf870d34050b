"""The mapping of another protocol's names, compiled."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kairos.catalog.problems import InvalidEvents, Problem
from kairos.catalog.source import Source, read
from kairos.catalog.validate import model_of
from kairos.domain.language.mapping import Mapping
from kairos.domain.language.scope import Scope

FILE: Final = "mapping/segment.yaml"
"""Where it is in `events/`."""


@dataclass(slots=True)
class Found:
    """What the file says, and what is wrong with it."""

    mapping: Mapping | None
    problems: list[Problem] = field(default_factory=list)


def read_mapping(events: Path) -> Found:
    """The mapping in a folder of events."""
    source, scope = read(events / FILE, str(events / FILE)), Scope()
    found = Found(None)
    found.mapping = model_of(Mapping, source, scope, found.problems)
    if found.mapping is not None:
        found.problems += _alike(found.mapping, source)
    return found


def compile_mapping(events: Path) -> dict[str, Any]:
    """The mapping as data. Raises InvalidEvents."""
    found = read_mapping(events)
    if found.problems or found.mapping is None:
        raise InvalidEvents(found.problems)
    return found.mapping.bundle()


def _alike(mapping: Mapping, source: Source) -> list[Problem]:
    """Names that differ by letter case only: which of them would count?"""
    first: dict[str, str] = {}
    problems = []
    for name in mapping.events:
        other = first.setdefault(name.casefold(), name)
        if other != name:
            problems.append(source.problem(("events", name), f"the same as {other!r}", "each name once, in any case"))
    return problems
