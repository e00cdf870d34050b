"""Jinja in a template's source: what is well-formed, which names and which event fields it uses, and where."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, meta, nodes

from kairos.catalog.problems import nearest

SCOPE: Final = frozenset(
    {
        "customer", "event", "campaign", "coupon", "brand", "now", "locale",
        "link", "answer", "unsubscribe_url", "preferences_url", "confirm_url", "money", "date",
    }
)  # fmt: skip
"""What every template may name; the renderer provides exactly these, besides Jinja's own."""

FILTERS: Final = ("money", "date")
"""Helpers that also work as filters: `{{ event.properties.total | money }}`."""

REMOVED: Final = {
    "attr": "customer['…'] reads a name that is computed",
    "pprint": "it would show a value as a program writes it",
    "random": "a message is the same however often it is rendered",
    "safe": "values are always escaped",
    "urlize": "a customer's text would become a link",
    "xmlattr": "write the attributes, the values in quotes",
}
"""Filters of Jinja's that messages do without, and why; the renderer has them as little."""

_CONFIRMED: Final = frozenset({"type", "properties.topic", "properties.channel"})
"""What a confirmation reads of the event that asked for it."""

_REPORTED: Final = frozenset({"browser"})
"""By this the renderer knows that nobody vouches for an event: any text of it may lead away, in a text message too."""

_FOREIGN: Final = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in a piece of Jinja; `line` counts from 1 within the piece."""

    line: int
    found: str
    hint: str = ""


def environment() -> Environment:
    """An environment that parses as the renderer's does; it renders nothing."""
    # bandit: nothing is rendered here, so there is nothing to escape
    made = Environment(undefined=StrictUndefined, autoescape=True)
    made.filters = {name: used for name, used in made.filters.items() if name not in REMOVED}
    made.filters.update(dict.fromkeys(FILTERS, str))
    return made


_ENVIRONMENT: Final = environment()


def check(source: str) -> Iterator[Flaw]:
    """What is wrong with a piece of Jinja: syntax, unknown filters and names, and what a mail cannot do."""
    try:
        tree = _ENVIRONMENT.parse(source)
        if removed := [used for used in tree.find_all(nodes.Filter) if used.name in REMOVED]:
            yield from (Flaw(used.lineno, f"the filter {used.name}", REMOVED[used.name]) for used in removed)
            return
        _ENVIRONMENT.compile(source)
    except TemplateSyntaxError as wrong:
        yield Flaw(wrong.lineno, wrong.message or "syntax error")
        return
    allowed = sorted(SCOPE | set(_ENVIRONMENT.globals))
    for name in sorted(meta.find_undeclared_variables(tree) - SCOPE - set(_ENVIRONMENT.globals)):
        line = next((n.lineno for n in tree.find_all(nodes.Name) if n.name == name), 1)
        yield Flaw(line, f"{name!r} is not in scope", nearest(name, allowed) or "there is: " + ", ".join(sorted(SCOPE)))
    for node in tree.find_all(_FOREIGN):
        yield Flaw(
            node.lineno,
            f"{type(node).__name__.lower()} is not possible here",
            "what mails share is in layout.email.mjml",
        )
    for scoped in tree.find_all(nodes.ScopedEvalContextModifier):
        yield Flaw(scoped.lineno, "autoescape", "values are always escaped")
    for loop in tree.find_all(nodes.For):
        if loop.recursive:
            yield Flaw(loop.lineno, "a loop that calls itself", "a loop for each level")


def calls(source: str, names: Collection[str]) -> bool:
    """Whether an expression is nothing but one of these names, or a call of one."""
    output = _ENVIRONMENT.parse(source).find(nodes.Output)
    node = output.nodes[0] if output and len(output.nodes) == 1 else None
    named = node.node if isinstance(node, nodes.Call) else node
    return isinstance(named, nodes.Name) and named.name in names


def event_paths(source: str) -> frozenset[str]:
    """The fields of `event` that a piece of Jinja reads, as dotted paths; "" is the whole event."""
    tree = _ENVIRONMENT.parse(source)
    confirms = any(node.name == "confirm_url" for node in tree.find_all(nodes.Name))
    read = frozenset(".".join(path) for path in _paths(tree)) | (_CONFIRMED if confirms else frozenset())
    return read | _REPORTED if read else read


def covering(paths: frozenset[str]) -> tuple[str, ...]:
    """The same fields without those that lie within another."""
    return tuple(sorted(p for p in paths if not any(p != q and (not q or p.startswith(q + ".")) for q in paths)))


def _paths(node: nodes.Node) -> Iterator[tuple[str, ...]]:
    """Every maximal chain of constant keys that starts at `event`."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):  # a method is not a field
        yield from _paths(node.node.node)
        for argument in (*node.args, *node.kwargs):
            yield from _paths(argument)
        return
    chain = _chain(node)
    if chain is not None:
        yield chain
    if isinstance(node, nodes.Getitem):
        yield from _paths(node.arg)  # a computed key may itself read the event
    if chain is None:
        for child in node.iter_child_nodes():
            yield from _paths(child)


def _chain(node: nodes.Node) -> tuple[str, ...] | None:
    if isinstance(node, nodes.Name):
        return () if node.name == "event" and node.ctx == "load" else None
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return None
    base = _chain(node.node)
    if base is None or _steps(node.node) != len(base):  # an index or a computed key ended the chain below
        return base
    key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    return (*base, key) if isinstance(key, str) and "." not in key else base


def _steps(node: nodes.Node) -> int:
    """How many accesses lie between this node and the name it starts at."""
    return 1 + _steps(node.node) if isinstance(node, nodes.Getattr | nodes.Getitem) else 0
