"""The files of one campaign's templates, each read to what the renderer needs of it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import TemplateSyntaxError

from kairos.catalog import hosts, html_source, jinja_source
from kairos.catalog.jinja_marks import Broken, Compiled
from kairos.catalog.layouts import Layouts, Placed
from kairos.catalog.problems import Problem, nearest

_FRONT: Final = re.compile(r"---[ \t]*\r?\n(?P<yaml>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_MAIL_KEYS: Final = ("subject", "preheader", "from", "reply_to")
_PUSH_KEYS: Final = ("title", "body", "link", "data")
_WHATSAPP_KEYS: Final = ("template", "language", "parameters", "image", "buttons")
_HOLDERS: Final[Mapping[str, tuple[type[yaml.Node], ...]]] = {
    "data": (yaml.MappingNode,),
    "parameters": (yaml.SequenceNode, yaml.MappingNode),
    "buttons": (yaml.SequenceNode,),
}

Fields = dict[str, Any]
Templates = dict[str, dict[str, dict[str, Fields]]]
"""Template → channel → locale ("" is the default) → what the renderer reads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of Jinja in a file, and the line it starts on."""

    key: str
    source: str
    line: int


class Reader:
    """Reads the files of one folder and collects what is wrong."""

    def __init__(self, layouts: Layouts) -> None:
        self.layouts = layouts
        self.templates: Templates = {}
        self.problems: list[Problem] = []
        self.paths: set[str] = set()
        self.hosts: set[str] = set()

    def wrong(
        self, file: Path, line: int, found: str, *, column: int = 1, key: str = "", expected: str = "", hint: str = ""
    ) -> None:
        self.problems.append(Problem(str(file), line, column, key, found, expected, hint))

    def jinja(self, file: Path, pieces: Iterable[Piece]) -> bool:
        """Checks pieces of Jinja and notes what they read; whether they are sound."""
        sound = True
        for piece in pieces:
            for flaw in jinja_source.check(piece.source):
                self.wrong(file, piece.line + flaw.line - 1, flaw.found, key=piece.key, hint=flaw.hint)
                sound = False
            if sound:
                self.paths |= jinja_source.event_paths(piece.source)
                self.hosts |= hosts.written(piece.source)
        return sound

    def mapping(self, file: Path, text: str, first: int, allowed: tuple[str, ...]) -> dict[str, tuple[Any, int]]:
        """A mapping of strings, each with its line; every scalar is a string, as YAML 1.2 leaves NO alone.

        Of what may hold several, a mapping or list of them.
        """
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            hint = "a value that starts with {{ needs quotes" if "{{" in text else ""
            line, column = (mark.line, mark.column) if mark else (0, 0)
            self.wrong(file, first + line, error.problem or "not YAML", column=column + 1, hint=hint)
            return {}
        if not isinstance(root, yaml.MappingNode):
            self.wrong(file, first, "not a mapping", expected="keys " + ", ".join(allowed))
            return {}
        found: dict[str, tuple[Any, int]] = {}
        for key, value in root.value:
            name, line, column = str(key.value), first + key.start_mark.line, key.start_mark.column + 1
            if name not in allowed:
                self.wrong(file, line, "unknown key", column=column, key=name,
                           expected=", ".join(allowed), hint=nearest(name, list(allowed)))  # fmt: skip
            elif name in found:
                self.wrong(file, line, "repeated key", column=column, key=name)
            elif isinstance(value, _HOLDERS.get(name, ())) and _is_flat(value):
                found[name] = (_held(value, first), line)
            elif name in _HOLDERS or not isinstance(value, yaml.ScalarNode):
                mark = value.start_mark
                self.wrong(file, first + mark.line, "not text", column=mark.column + 1, key=name,
                           hint="a value that starts with {{ needs quotes")  # fmt: skip
            else:
                found[name] = (value.value, first + value.start_mark.line)
        return found

    def mail(self, file: Path, source: str, locale: str, text: str | None, text_file: Path) -> Fields | None:
        """A mail from its MJML or HTML, within its layout, and, if there is one, its own text part."""
        front = _FRONT.match(source)
        head = self.mapping(file, front["yaml"], 2, _MAIL_KEYS) if front else {}
        if "subject" not in head:
            self.wrong(file, 1, "no subject", key="subject", expected="front matter between --- lines with a subject")
            return None
        above = source[: front.end()].count("\n") if front else 0
        body = source[front.end() :] if front else source
        pieces = [Piece(name, value, line) for name, (value, line) in head.items()]
        if not self.jinja(file, [*pieces, Piece("", body, above + 1)]):
            return None
        mjml = file.suffix == ".mjml"
        placed = self.layouts.place(body, locale, above) if mjml else Placed.alone(body, above)
        if placed is None and self.layouts.problems:  # said once, of the layout
            return None
        if placed is None:
            self.wrong(file, above + 1, "no <mjml> and no layout", expected=f"{file.parent.parent}/layout.email.mjml")
            return None
        if placed.within:
            self.paths |= self.layouts.event_paths
            self.hosts |= self.layouts.hosts
        words = {"title": head["subject"][0], "preheader": head.get("preheader", ("", 0))[0]}
        try:
            html, plain = html_source.compile_html(placed.source, mjml=mjml, **words)
        except Broken as broken:
            name, line = placed.origin(broken.line)
            self.wrong(file.parent.parent / name if name else file, line, broken.found, hint=broken.hint)
            return None
        fields: Fields = {name: value for name, (value, _) in head.items()}
        fields |= {"file": file.name, "html": html.source, "lines": {"html": _places(html, placed)}}
        if text is not None:
            return fields | {"text": text} if self.jinja(text_file, [Piece("", text, 1)]) else None
        try:
            jinja_source.event_paths(plain.source)
        except TemplateSyntaxError as error:
            _, line = placed.origin(dict(plain.lines).get(error.lineno, 0))
            self.wrong(file, line, "no text part can be derived", hint=f"write {text_file.name}")
            return None
        fields["lines"]["text"] = _places(plain, placed)
        return fields | {"text": plain.source}

    def show(self, file: Path, source: str) -> Fields | None:
        """Content of a page: HTML as it is, or JSON whose texts are templates."""
        if file.suffix == ".html":
            if not self.jinja(file, [Piece("", source, 1)]):
                return None
            try:
                return {"file": file.name, "html": html_source.compile_page(source)}
            except Broken as broken:
                self.wrong(file, broken.line or 1, broken.found, hint=broken.hint)
                return None
        try:
            data = json.loads(source)
        except ValueError as error:
            self.wrong(file, getattr(error, "lineno", 1), f"not JSON: {getattr(error, 'msg', error)}")
            return None
        pieces = [Piece(key, text, 1) for key, text in _texts(data)]
        return {"file": file.name, "json": data} if self.jinja(file, pieces) else None

    def push(self, file: Path, source: str) -> Fields | None:
        """A push message: title, body, and where it leads."""
        found = self.mapping(file, source, 1, _PUSH_KEYS)
        for name in ("title", "body"):
            if name not in found:
                self.wrong(file, 1, f"no {name}", key=name)
        data: Mapping[str, tuple[str, int]] = found.pop("data", ({}, 0))[0]
        pieces = [Piece(name, value, line) for name, (value, line) in (*found.items(), *data.items())]
        if not self.jinja(file, pieces) or not {"title", "body"} <= set(found):
            return None
        fields: Fields = {name: value for name, (value, _) in found.items()}
        if "link" in fields:
            try:
                fields["link"] = html_source.compile_address(fields["link"])
            except Broken as broken:
                self.wrong(file, found["link"][1], broken.found, key="link", hint=broken.hint)
                return None
        return fields | {"file": file.name, "data": {name: value for name, (value, _) in data.items()}}

    def whatsapp(self, file: Path, source: str) -> Fields | None:
        """A template that WhatsApp approved, and what it is filled with."""
        found = self.mapping(file, source, 1, _WHATSAPP_KEYS)
        for name in ("template", "language"):
            if name not in found:
                self.wrong(file, 1, f"no {name}", key=name, expected=f"the {name} that WhatsApp approved")
        held = {name: found.pop(name)[0] for name in ("parameters", "buttons") if name in found}
        pieces = [Piece(name, value, line) for name, (value, line) in found.items()]
        for name, several in held.items():
            named = several.items() if isinstance(several, Mapping) else enumerate(several)
            pieces += [Piece(f"{name}.{key}", value, line) for key, (value, line) in named]
        if not self.jinja(file, pieces) or not {"template", "language"} <= set(found):
            return None
        fields: Fields = {name: value for name, (value, _) in found.items()}
        for name, several in held.items():
            fields[name] = {k: v for k, (v, _) in several.items()} if isinstance(several, Mapping) else [
                value for value, _ in several
            ]  # fmt: skip
        try:
            if "image" in fields:
                fields["image"] = html_source.compile_address(fields["image"], "src")
            if "buttons" in fields:
                fields["buttons"] = [html_source.compile_address(f"/{ending}")[1:] for ending in fields["buttons"]]
        except Broken as broken:
            self.wrong(file, broken.line or 1, broken.found, hint=broken.hint)
            return None
        return fields | {"file": file.name}


def _texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in data, with where it stands."""
    if isinstance(node, str):
        yield key, node
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        yield from _texts(part, f"{key}.{name}" if key else str(name))


def _is_flat(node: yaml.Node) -> bool:
    values = [value for _, value in node.value] if isinstance(node, yaml.MappingNode) else node.value
    return all(isinstance(value, yaml.ScalarNode) for value in values)


def _held(node: yaml.Node, first: int) -> Any:
    """The texts that a mapping or list holds, each with its line."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: (value.value, first + value.start_mark.line) for key, value in node.value}
    return [(value.value, first + value.start_mark.line) for value in node.value]


def _places(compiled: Compiled, placed: Placed) -> list[list[Any]]:
    """Where each line with Jinja comes from: (compiled line, line of the file), and the layout's name if it is its."""
    found = [(line, placed.origin(source)) for line, source in compiled.lines]
    return [[line, source, name] if name else [line, source] for line, (name, source) in found]
