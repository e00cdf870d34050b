"""What is known of customers and events: from the samples, and from all that the definitions themselves name."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kairos.catalog.problems import Problem
from kairos.domain.references import leaves

Tree = dict[str, Any]
"""Known keys; an empty tree below one is a value of which no more is known."""


@dataclass(slots=True)
class Supply:
    """What the samples hold, and what is wrong with them."""

    customers: Tree = field(default_factory=dict)
    events: dict[str, Tree] = field(default_factory=dict)  # by type: of `properties` and `context`
    problems: list[Problem] = field(default_factory=list)


def read_samples(directory: Path) -> Supply:
    """The customers and events of `samples/`."""
    supply = Supply()
    for file in sorted((directory / "samples").glob("*.json")):
        try:
            sample = json.loads(file.read_text("utf-8"))
        except ValueError as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            supply.problems.append(Problem(str(file), line, column, found=f"not JSON: {getattr(error, 'msg', error)}"))
            continue
        if not isinstance(sample, dict):
            supply.problems.append(Problem(str(file), 1, 1, found="not a sample", expected="customer and event"))
            continue
        grow(supply.customers, (sample.get("customer") or {}).get("attributes"))
        event = sample.get("event") or {}
        if event.get("type"):
            grow(supply.events.setdefault(event["type"], {}), {name: event.get(name) for name in _PARTS})
    return supply


_PARTS = ("properties", "context")


def grow(tree: Tree, value: Any) -> None:
    """Adds the keys of a value to those known."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            grow(tree.setdefault(name, {}), part)


def plant(tree: Tree, path: Iterable[str]) -> None:
    """Adds one path to those known."""
    for name in path:
        tree = tree.setdefault(name, {})


def missing(tree: Tree, path: tuple[str, ...]) -> tuple[str, list[str]] | None:
    """The first name on a path that is not known, and those that are; None if all are, as far as anything is."""
    for name in path:
        if not tree:
            return None
        if name not in tree:
            return name, sorted(tree)
        tree = tree[name]
    return None


def named(node: Any, root: str) -> Iterator[tuple[str, ...]]:
    """Paths below `attributes` or `event` that a part of the bundle names."""
    if isinstance(node, list):
        for part in node:
            yield from named(part, root)
    if not isinstance(node, Mapping):
        return
    for key, part in node.items():
        if key in ("ref", "path", "of") and isinstance(part, list) and part[:1] == [root]:
            yield tuple(part[1:])
        elif (key == root and isinstance(part, Mapping)) or (root == "event" and key == "match" and part):
            yield from leaves(part)
        elif root == "event" and key == "same" and isinstance(part, str):
            yield tuple(part.split("."))
        elif root == "attributes" and key == "values" and isinstance(part, Mapping):  # of a `set`
            yield from ((name,) for name in part.get("fields", part))
        else:
            yield from named(part, root)
