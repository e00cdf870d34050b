"""What a template reads of the customer and the event, and whether it minds if that is missing."""

from collections.abc import Iterator
from typing import Final

from jinja2 import nodes

from kairos.catalog import jinja_source

ROOTS: Final = ("customer", "event")
_ENVIRONMENT: Final = jinja_source.environment()
_GUARDS: Final = ("default", "d")
Chain = tuple[str, ...]


class Reads:
    """The fields read in some pieces of Jinja: those that must be there, by their dotted names."""

    def __init__(self) -> None:
        self.read: dict[Chain, None] = {}
        self.guarded: set[Chain] = set()

    def add(self, source: str) -> None:
        """Notes what one piece reads; a piece that names these things itself is left alone."""
        tree = _ENVIRONMENT.parse(source)
        stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx != "load"}
        if stored.isdisjoint(ROOTS):
            self.guarded.update(_guarded(tree))
            self.read.update(dict.fromkeys(_chains(tree)))

    def needed(self) -> Iterator[Chain]:
        """What is read without a default or a question whether it is there."""
        for chain in self.read:
            if not any(chain[: len(guard)] == guard for guard in self.guarded):
                yield chain


def _guarded(tree: nodes.Node) -> Iterator[Chain]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        asks = isinstance(node, nodes.Filter) and node.name in _GUARDS
        asks = asks or (isinstance(node, nodes.Test) and node.name in ("defined", "undefined"))
        chain = _chain(node.node) if asks and node.node is not None else None
        if chain is not None:
            yield chain


def _chains(node: nodes.Node) -> Iterator[Chain]:
    """Every maximal chain of constant keys."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):  # a method is not a field
        yield from _chains(node.node.node)
        for argument in (*node.args, *node.kwargs):
            yield from _chains(argument)
        return
    chain = _chain(node)
    if chain is not None:
        yield chain
        return
    for child in node.iter_child_nodes():
        yield from _chains(child)


def _chain(node: nodes.Node) -> Chain | None:
    """`customer.a["b"]` as its parts; None if anything in it is computed."""
    if isinstance(node, nodes.Name):
        return (node.name,) if node.name in ROOTS else None
    if isinstance(node, nodes.Getattr):
        key: object = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        key = node.arg.value
    else:
        return None
    base = _chain(node.node)
    return (*base, key) if base is not None and isinstance(key, str) else None
