"""Jinja2 as campaigns get it: sandboxed, strict about what is missing, bounded in time and size."""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from time import monotonic
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kairos.adapters.rendering import addresses, bounds
from kairos.service.ports import BrokenTemplate

SECONDS: Final = 2.0
_LOOK: Final = 200  # pieces between looks at the clock
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Controls, and what turns the direction of the text around it (Unicode's Trojan Source): no reader could see them."""
_SUSPECTS: Final = tuple(
    filter(_UNSEEN.match, map(chr, (*range(0xA0), *range(0x2000, 0x2070), *range(0xFEFF, 0xFFFC))))
)

Scope = Mapping[str, Any]


class Environment(ImmutableSandboxedEnvironment):
    """A mapping has its keys and nothing else (`items` is a field of the event, not a method); null is missing."""

    intercepted_binops = frozenset({"*", "**", "+", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and (value := obj.get(attribute)) is not None:  # nearly always
            return value
        return self._field(obj, attribute) if isinstance(obj, _MAPPINGS) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._field(obj, argument) if isinstance(obj, _MAPPINGS) else super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str) and attr not in bounds.STRING_METHODS:
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """No `str.format`: what it pads has no bound."""
        return None

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return bounds.operated(operator, left, right, self.binop_table[operator])

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return bounds.bounded(super()._parse(source, name, filename))

    def _field(self, obj: Mapping[Any, Any], name: Any) -> Any:
        value = obj.get(name)
        undefined: Undefined = self.undefined(obj=obj, name=name) if value is None else value
        return undefined


_MAPPINGS: Final = (dict, Mapping)  # the first is what nearly everything is, and asked in no time


def environment(*, html: bool) -> Environment:
    """The environment of one kind of output: HTML escapes, plain text does not."""
    made = Environment(autoescape=html, undefined=StrictUndefined, cache_size=0, auto_reload=False)
    made.globals = {name: made.globals[name] for name in ("range", "dict", "namespace", "cycler", "joiner")}
    made.filters = {**bounds.filters(html=html), **addresses.FILTERS}
    for name in ("money", "date"):  # also as filters
        made.filters[name] = _filter(name)
    return made


def _filter(name: str) -> Callable[..., Any]:
    @pass_context
    def helper(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
        return context[name](value, *arguments, **named)

    return helper


def render(template: Template, scope: Scope, where: str, lines: Mapping[int, str]) -> str:
    """The output, without what nobody could see. Raises BrokenTemplate naming `where`, the line in its file and what is wrong, never a value."""
    parts: list[str] = []
    left, until = bounds.SIZE, monotonic() + SECONDS
    try:
        stream = iter(template.root_render_func(template.new_context({**scope, bounds.LEFT: [bounds.WORK]})))
        while some := list(islice(stream, _LOOK)):
            parts.append("".join(some))
            left -= len(parts[-1])
            if left < 0 or monotonic() > until:
                raise SecurityError("too large" if left < 0 else "too slow")
    except Exception as wrong:  # whatever a template does wrong, the message fails, not the batch
        line = _line(wrong)
        raise BrokenTemplate(f"{lines.get(line, f'{where}:{line}')}: {_what(wrong)}") from None
    return visible("".join(parts))


def visible(text: str) -> str:
    """The text without what nobody could see; looked for one by one, which is several times quicker than a pattern."""
    if any(map(text.__contains__, _SUSPECTS)):
        return _UNSEEN.sub("", text)
    try:
        if not text.isascii():
            text.encode()
    except UnicodeEncodeError:  # half a character
        return _UNSEEN.sub("", text)
    return text


def compiled(made: Environment, source: str, where: str) -> Template:
    """A template ready to run. Raises BrokenTemplate."""
    try:
        return made.from_string(source)
    except TemplateSyntaxError as wrong:
        raise BrokenTemplate(f"{where}:{wrong.lineno}: {wrong.message}") from None


def _line(wrong: BaseException) -> int:
    """The line of the innermost frame that is the template's."""
    trace, line = wrong.__traceback__, 1
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line


def _what(wrong: BaseException) -> str:
    """What went wrong, in words that hold names but no values."""
    if isinstance(wrong, BrokenTemplate | SecurityError):
        return str(wrong)
    if isinstance(wrong, UndefinedError):  # "'dict object' has no attribute 'x'": names only
        return (wrong.message or "undefined").replace("'dict object' has no attribute", "missing:")
    return type(wrong).__name__ if not isinstance(wrong, TemplateError) else str(wrong.message)
