"""Where a value stands in HTML, and the filter it needs there; escaping alone makes no address and no style safe.

The filters are `kairos.adapters.rendering.addresses`'s. What no filter can make safe is refused: a value in a script, as
the name of an attribute, or as the host of an address.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from kairos.catalog import jinja_source
from kairos.catalog.jinja_marks import MARK, Broken, Piece, mark_of

_RAW: Final = re.compile(r"<(?P<raw>script|style)\b[^>]*>(?P<text>.*?)(?:</(?P=raw)\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"""<(?P<name>[a-zA-Z][\w:-]*)(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*)>""")
_OPENED: Final = re.compile(r"<[a-zA-Z][^<>]*")
_ATTRIBUTE: Final = re.compile(r"""(?P<name>[^\s"'<>/=]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_LED: Final = frozenset({"href", "xlink:href", "action", "formaction", "ping"})
_LOADED: Final = frozenset({"src", "srcset", "background", "poster", "data", "cite", "longdesc", "manifest"})
_HOST: Final = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#]*", re.IGNORECASE)
_NO_HOST: Final = re.compile(r"(?:https?:)?[/\\]*", re.IGNORECASE)
_PROGRAM: Final = re.compile(r"\s*(?:javascript|vbscript|data|file):", re.IGNORECASE)
_OURS: Final = frozenset({"link", "answer", "unsubscribe_url", "preferences_url", "confirm_url"})
_VALUE: Final = "\0"  # stands for a value in what comes before another


def guard(html: str, pieces: list[Piece]) -> str:
    """The HTML with a mark of its own for each value that needs a filter; the pieces grow by them. Raises Broken."""
    guards = _Guards(pieces)
    html = _RAW.sub(guards.raw, html)
    for opened in _OPENED.finditer(html):
        for piece in () if _TAG.match(html, opened.start()) else guards.values(opened[0]):
            raise Broken("a value in a tag whose quotes do not close", piece.line, "each quote in pairs")
    return _TAG.sub(guards.tag, html)


def guard_address(attribute: str, source: str, pieces: list[Piece]) -> str:
    """The same for text that is an address and nothing else, of the kind that this attribute has. Raises Broken."""
    return _Guards(pieces).address(attribute, source)


class _Guards:
    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces = pieces

    def raw(self, found: re.Match[str]) -> str:
        values = list(self.values(found["text"]))
        if values and found["raw"].lower() == "script":
            raise Broken("a value in a script", values[0].line, "a data- attribute can hold it")
        start, end = found.start("text") - found.start(), found.end("text") - found.start()
        return found[0][:start] + self.filtered(found["text"], lambda before: "_css") + found[0][end:]

    def tag(self, found: re.Match[str]) -> str:
        if found["name"].lower() == "script" and (values := list(self.values(found["rest"]))):
            raise Broken("a value in a script", values[0].line, "a data- attribute of another element can hold it")
        start = found.start("rest") - found.start()
        return found[0][:start] + _ATTRIBUTE.sub(self.attribute, found["rest"]) + ">"

    def attribute(self, found: re.Match[str]) -> str:
        name, value = found["name"], found["value"] or ""
        for piece in self.values(name):
            raise Broken("a value among attributes", piece.line, "write the attribute, the value in quotes")
        values = list(self.values(value))
        if values and value[0] not in "\"'":
            raise Broken(f"{name} without quotes", values[0].line, f'{name}="…"')
        name = name.lower()
        if values and (name.startswith("on") or name == "srcdoc"):
            raise Broken("a value in a script", values[0].line, "a data- attribute can hold it")
        if name == "style":
            return _instead(found, self.filtered(value, lambda before: "_css"))
        return _instead(found, self.address(name, value)) if name in _LED | _LOADED else found[0]

    def address(self, name: str, value: str) -> str:
        quote = value[:1] if value[:1] in ('"', "'") else ""
        if _PROGRAM.match(value.removeprefix(quote)) and name in _LED:
            raise Broken(
                "a program as a link", next((piece.line for piece in self.values(value)), 0), "an http(s) address"
            )
        return self.filtered(value, lambda before: self.of_address(name, before.removeprefix(quote)))

    def of_address(self, name: str, before: str) -> str:
        """The filter of a value behind this much of an address, in which browsers pass over blanks."""
        before = "".join(before.split())
        if not before:
            return "_href" if name in _LED else "_src"
        if "?" in before or "#" in before:
            return "_query"
        if before == "/":
            return "_below"
        if _HOST.fullmatch(before) or _NO_HOST.fullmatch(before):
            raise Broken("a value as the host of an address", 0, "the whole address, or a host that is written out")
        return "_rooted" if before.startswith(_VALUE) and "/" not in before else "_path"

    def filtered(self, text: str, behind: Callable[[str], str]) -> str:
        """The text, each of its values going through the filter that what comes before it asks for."""
        parts: list[str] = []
        before, end = "", 0
        for mark in MARK.finditer(text):
            piece = self.pieces[int(mark[1])]
            literal = text[end : mark.start()]
            before, end = before + literal, mark.end()
            parts += [literal, self.through(behind(before), piece, mark[0]) if piece.expression else mark[0]]
            before += _VALUE if piece.expression else ""
        return "".join([*parts, text[end:]])

    def through(self, name: str, piece: Piece, mark: str) -> str:
        """The mark of the same value through a filter; an address that is made by us is one already."""
        if name in ("_href", "_src") and jinja_source.calls(piece.text, _OURS):
            return mark
        self.pieces.append(piece.through(name))
        return mark_of(len(self.pieces) - 1)

    def values(self, text: str) -> Iterator[Piece]:
        return (piece for mark in MARK.finditer(text) if (piece := self.pieces[int(mark[1])]).expression)


def _instead(found: re.Match[str], value: str) -> str:
    """The attribute with another value."""
    return found[0][: found.start("value") - found.start()] + value
