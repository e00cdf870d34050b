"""What lies at a path of an item, and an item with only what lies at some paths."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.aws.syntax import Path
from tests.simulation.aws.values import Item, Typed, copied, copy_of


def at(item: Mapping[str, Typed], path: Path) -> Typed | None:
    """The value there, or None."""
    parts = path.parts
    found: Typed | None = item.get(str(parts[0]))
    for part in parts[1:]:
        if found is None:
            return None
        found = step(found, part)
    return found


def step(value: Typed, part: str | int) -> Typed | None:
    """One step down."""
    if isinstance(part, str):
        held: Mapping[str, Typed] = value.get("M", {})
        return held.get(part)
    members: Sequence[Typed] = value.get("L", ())
    return members[part] if part < len(members) else None


def overlap(one: Path, other: Path) -> bool:
    """Whether one of them lies in the other, or they are the same."""
    return all(a == b for a, b in zip(one.parts, other.parts, strict=False))


def only(item: Item, paths: Sequence[Path] | None) -> Item:
    """A copy of what lies at these paths; of everything without any."""
    if paths is None:
        return copied(item)
    if all(len(path.parts) == 1 for path in paths):
        names: Any = (path.parts[0] for path in paths)
        return {name: copy_of(item[name]) for name in names if name in item}
    tree: dict[Any, Any] = {}
    for path in paths:
        if at(item, path) is not None:
            branch = tree
            for part in path.parts:
                branch = branch.setdefault(part, {})
    return {name: _pruned(item[name], branch) for name, branch in tree.items()}


def _pruned(value: Typed, tree: dict[Any, Any]) -> Typed:
    if not tree:
        return copy_of(value)
    if "M" in value:
        return {"M": {name: _pruned(value["M"][name], branch) for name, branch in tree.items()}}
    return {"L": [_pruned(value["L"][position], tree[position]) for position in sorted(tree)]}
