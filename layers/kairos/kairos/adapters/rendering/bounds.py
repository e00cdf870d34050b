"""What keeps a template small: every loop is paid for, and nothing is repeated, joined or padded beyond a mail's size.

Source of the attacks: sandboxed expressions still multiply, concatenate and pad (Jinja's own notes on sandboxing say so).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from jinja2 import nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, markup_join, str_join
from jinja2.visitor import NodeTransformer

SIZE: Final = 1_000_000
"""Characters a part may have; clients cut mails long before."""
WORK: Final = 4_000_000
"""Characters of template that loops and macros may go through for one part, output or not."""
REMOVED: Final = frozenset({"attr", "pprint", "random", "safe", "urlize", "xmlattr"})
"""Filters that would show a value unescaped, make a link of it, or render a message differently each time."""
STRING_METHODS: Final = frozenset(
    {
        "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal",
        "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines",
        "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
"""Methods of a text whose result is no longer than the text."""
LEFT: Final = "_left"
"""The name in scope under which a render keeps what is left of WORK; no template can write it."""
_ITERATION: Final = 20  # what going round once costs, however little is in the loop
_REPEAT: Final = 100_000  # of a sequence by `*` and `+`
_POWER: Final = 64
_BITS: Final = 4096  # of a whole number
_WIDTH: Final = 1_000
_WIDE: Final = re.compile(r"%[^a-zA-Z%]*(?:\d{4}|\*)")

Operator = Callable[[Any, Any], Any]


def bounded(tree: nodes.Template) -> nodes.Template:
    """The same template, its loops, macros, joined and captured texts going through the filters below."""
    made: nodes.Template = _Bounded().visit(tree)
    return made


class _Bounded(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - the name is how Jinja finds it
        weight = _weight(node)
        self.generic_visit(node)
        node.iter = _filter(node.iter, "_paced", nodes.Const(weight))
        return node

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802 - the name is how Jinja finds it
        weight = _weight(node)
        self.generic_visit(node)
        paid = _filter(nodes.List([nodes.Const(0)]), "_paced", nodes.Const(weight))
        node.body.insert(0, nodes.ExprStmt(paid))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - the name is how Jinja finds it
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "_joined")

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node:  # noqa: N802 - the name is how Jinja finds it
        self.generic_visit(node)
        node.filter = _filter(node.filter, "_sized")
        return node


def _weight(node: nodes.Node) -> int:
    return _ITERATION + sum(len(text.data) for text in node.find_all(nodes.TemplateData))


def _filter(node: Any, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno if node is not None else 1)


def filters(*, html: bool) -> Mapping[str, Callable[..., Any]]:
    """Jinja's filters without those that are REMOVED, each that can make much of little with its bound."""
    kept = {name: made for name, made in FILTERS.items() if name not in REMOVED}
    return kept | {
        "_paced": paced,
        "_sized": sized,
        "_joined": _joined(markup_join if html else str_join),
        **{name: _checked(name, check) for name, check in _CHECKS.items()},
    }


@pass_context
def paced(context: Context, items: Any, weight: int) -> Any:
    """The items of a loop, each paid for; those that have no length are counted as they come."""
    left: list[int] = context[LEFT]
    try:
        rounds = len(items)
    except TypeError:
        return _counted(items, left, weight)
    _pay(left, rounds * weight)
    return items


def _counted(items: Iterable[Any], left: list[int], weight: int) -> Iterator[Any]:
    for item in items:
        _pay(left, weight)
        yield item


def _pay(left: list[int], cost: int) -> None:
    left[0] -= cost
    if left[0] < 0:
        raise SecurityError("too slow")


def sized(text: str) -> str:
    if len(text) > SIZE:
        raise SecurityError("too large")
    return text


def _joined(join: Callable[[Iterable[Any]], str]) -> Callable[[list[Any]], str]:
    return lambda parts: sized(join(parts))


def _checked(name: str, check: Callable[..., int]) -> Callable[..., Any]:
    inner = FILTERS[name]
    told = [mark for mark in ("jinja_pass_arg",) if hasattr(inner, mark)]

    def bounded_filter(*arguments: Any, **named: Any) -> Any:
        values = arguments[1:] if told else arguments
        if name in _MATERIALIZED:
            values = (list(values[0]), *values[1:])
        if check(*values, **named) > SIZE:
            raise SecurityError("too large")
        return inner(*((arguments[0],) if told else ()), *values, **named)

    for mark in told:
        setattr(bounded_filter, mark, getattr(inner, mark))
    return bounded_filter


_MATERIALIZED: Final = ("join", "sum")


def _replaced(text: Any, old: Any, new: Any, *_: Any, **__: Any) -> int:
    return len(str(text)) + str(text).count(str(old)) * len(str(new))


def _join(items: list[Any], d: Any = "", *_: Any, **__: Any) -> int:
    return sum(len(str(item)) + len(str(d)) for item in items)


def _indented(text: Any, width: Any = 4, *_: Any, **__: Any) -> int:
    return len(str(text)) + (str(text).count("\n") + 1) * (width if isinstance(width, int) else len(str(width)))


def _wrapped(text: Any, width: int = 79, *more: Any, wrapstring: Any = "", **_: Any) -> int:
    longest = max([len(str(wrapstring)), *(len(str(one)) for one in more)])
    return len(str(text)) * (1 + longest if longest > 1 else 1)


def _padded(text: Any, width: int = 80, *_: Any, **__: Any) -> int:
    return SIZE + 1 if width > _WIDTH else 0


def _formatted(text: Any, *_: Any, **__: Any) -> int:
    return SIZE + 1 if _WIDE.search(str(text)) else 0


def _added(items: list[Any], *more: Any, start: Any = 0, **_: Any) -> int:
    return 0 if all(isinstance(one, int | float | str | None) for one in (*more, start)) else SIZE + 1


_CHECKS: Final[Mapping[str, Callable[..., int]]] = {
    "replace": _replaced, "join": _join, "indent": _indented, "wordwrap": _wrapped, "center": _padded,
    "batch": _padded, "slice": _padded, "tojson": lambda value, indent=0: _padded("", indent or 0),
    "format": _formatted, "sum": _added,
}  # fmt: skip


def operated(operator: str, left: Any, right: Any, work: Operator) -> Any:
    """What `*`, `+`, `%` and `**` make of two values. Raises SecurityError where it would be much more than them."""
    if operator == "**" and not (isinstance(right, int | float) and abs(right) <= _POWER):
        raise SecurityError("the exponent is too large")
    if operator == "%" and isinstance(left, str) and _WIDE.search(left):
        raise SecurityError("too large")
    lengths = [len(side) for side in (left, right) if hasattr(side, "__len__")]
    counts = [side for side in (left, right) if isinstance(side, int)]
    if operator == "*" and lengths and counts and lengths[0] * counts[0] > _REPEAT:
        raise SecurityError("repeated too often")
    if operator == "+" and sum(lengths) > _REPEAT:
        raise SecurityError("too large")
    if len(counts) == 2 and sum(count.bit_length() for count in counts) > _BITS:
        raise SecurityError("the number is too large")
    return work(left, right)
