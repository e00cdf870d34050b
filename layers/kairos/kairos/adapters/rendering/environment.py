"""Jinja2 as campaigns get it: sandboxed, strict about what is missing, bounded in time and size."""

from collections.abc import Callable, Mapping
from itertools import islice
from time import monotonic
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, pass_context
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from kairos.service.ports import BrokenTemplate

SIZE: Final = 1_000_000
"""Characters a part may have; clients cut mails long before."""
SECONDS: Final = 2.0
_LOOK: Final = 200  # pieces between looks at the clock
_REPEAT: Final = 100_000  # of a sequence by `*`
_POWER: Final = 64

Scope = Mapping[str, Any]


class Environment(ImmutableSandboxedEnvironment):
    """A mapping has its keys and nothing else (`items` is a field of the event, not a method); null is missing."""

    intercepted_binops = frozenset({"*", "**"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self._field(obj, attribute) if isinstance(obj, Mapping) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self._field(obj, argument) if isinstance(obj, Mapping) else super().getitem(obj, argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and not (isinstance(right, int | float) and abs(right) <= _POWER):
            raise SecurityError("the exponent is too large")
        sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
        counts = [side for side in (left, right) if isinstance(side, int)]
        if sizes and counts and sizes[0] * counts[0] > _REPEAT:
            raise SecurityError("repeated too often")
        return super().call_binop(context, operator, left, right)

    def _field(self, obj: Mapping[Any, Any], name: Any) -> Any:
        value = obj.get(name)
        undefined: Undefined = self.undefined(obj=obj, name=name) if value is None else value
        return undefined


def environment(*, html: bool) -> Environment:
    """The environment of one kind of output: HTML escapes, plain text does not."""
    made = Environment(autoescape=html, undefined=StrictUndefined, cache_size=0, auto_reload=False)
    made.globals = {name: made.globals[name] for name in ("range", "dict", "namespace", "cycler", "joiner")}
    for name in ("money", "date"):  # also as filters
        made.filters[name] = _filter(name)
    return made


def _filter(name: str) -> Callable[..., Any]:
    @pass_context
    def helper(context: Context, value: Any, *arguments: Any, **named: Any) -> Any:
        return context[name](value, *arguments, **named)

    return helper


def render(template: Template, scope: Scope, where: str, lines: Mapping[int, str]) -> str:
    """The output. Raises BrokenTemplate naming `where`, the line in its file and what is wrong, never a value."""
    parts: list[str] = []
    left, until = SIZE, monotonic() + SECONDS
    try:
        stream = iter(template.root_render_func(template.new_context(dict(scope))))
        while some := list(islice(stream, _LOOK)):
            parts.append("".join(some))
            left -= len(parts[-1])
            if left < 0 or monotonic() > until:
                raise SecurityError("too large" if left < 0 else "too slow")
    except Exception as wrong:  # whatever a template does wrong, the message fails, not the batch
        line = _line(wrong)
        raise BrokenTemplate(f"{lines.get(line, f'{where}:{line}')}: {_what(wrong)}") from None
    return "".join(parts)


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
