"""The templates of a campaign folder, found, checked and compiled to what the renderer reads."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kairos.catalog import jinja_source
from kairos.catalog.layouts import Layouts
from kairos.catalog.problems import Problem
from kairos.catalog.template_files import Fields, Piece, Reader, Templates

_NAME: Final = re.compile(
    r"(?P<template>[a-z0-9][a-z0-9_-]*)(?:\.(?P<locale>[a-z]{2,3}(?:-[A-Z]{2})?))?"
    r"\.(?P<kind>email\.mjml|email\.html|email\.txt|sms\.txt|push\.yaml|show\.html|show\.json|whatsapp\.yaml)"
)
_KINDS: Final = (
    "NAME[.LOCALE].email.mjml, .email.html, .email.txt, .sms.txt, .push.yaml, .whatsapp.yaml, .show.html or .show.json"
)


@dataclass(frozen=True, slots=True)
class Folder:
    """The compiled templates of one campaign, what they read of the event, and what is wrong with them."""

    templates: Templates
    event_paths: tuple[str, ...]
    hosts: frozenset[str]  # that are written out in them
    problems: tuple[Problem, ...]


def compile_folder(folder: Path, layouts: Layouts | None = None) -> Folder:
    """The templates beside a `campaign.yaml`, placed into these layouts."""
    reader = Reader(layouts or Layouts())
    files = _files(folder, reader)
    for (template, locale), kinds in sorted(files.items()):
        for channel, fields in _channels(kinds, locale, reader):
            if fields is not None:
                reader.templates.setdefault(template, {}).setdefault(channel, {})[locale] = fields
    for template, channel in sorted({(t, kind.split(".")[0]) for (t, _), kinds in files.items() for kind in kinds}):
        variants = {locale: kinds for (t, locale), kinds in files.items() if t == template}
        if not any(kind.startswith(channel) for kind in variants.get("", ())):
            file = next(iter(next(iter(variants.values())).values()))
            reader.wrong(file, 1, f"{template} has no {channel} without a locale",
                         expected="a default for all other locales")  # fmt: skip
    paths = jinja_source.covering(frozenset(reader.paths))
    return Folder(reader.templates, paths, frozenset(reader.hosts), tuple(reader.problems))


def _files(folder: Path, reader: Reader) -> dict[tuple[str, str], dict[str, Path]]:
    """(template, locale) → kind → file."""
    files: dict[tuple[str, str], dict[str, Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.name in ("campaign.yaml", "README.md") or path.name.startswith("."):
            continue
        name = _NAME.fullmatch(path.name)
        if name is None or not path.is_file():
            reader.wrong(path, 1, "not a template's name", expected=_KINDS)
            continue
        files.setdefault((name["template"], name["locale"] or ""), {})[name["kind"]] = path
    return files


def _channels(kinds: Mapping[str, Path], locale: str, reader: Reader) -> Iterator[tuple[str, Fields | None]]:
    """Each channel of one template in one locale."""
    sources = {kind: path.read_text("utf-8") for kind, path in kinds.items()}
    bodies = [kind for kind in ("email.mjml", "email.html") if kind in kinds]
    if len(bodies) == 2:
        reader.wrong(kinds["email.html"], 1, "both MJML and HTML", expected="one of them")
    elif bodies:
        file = kinds[bodies[0]]
        beside = kinds.get("email.txt", file.with_name(file.name.removesuffix(file.suffix) + ".txt"))
        yield "email", reader.mail(file, sources[bodies[0]], locale, sources.get("email.txt"), beside)
    elif "email.txt" in kinds:
        reader.wrong(kinds["email.txt"], 1, "a text part alone", expected="its .email.mjml or .email.html beside it")
    if "sms.txt" in kinds:
        text = sources["sms.txt"].strip()
        sound = reader.jinja(kinds["sms.txt"], [Piece("", text, 1)])
        yield "sms", {"file": kinds["sms.txt"].name, "text": text} if sound else None
    if "push.yaml" in kinds:
        yield "push", reader.push(kinds["push.yaml"], sources["push.yaml"])
    if "whatsapp.yaml" in kinds:
        yield "whatsapp", reader.whatsapp(kinds["whatsapp.yaml"], sources["whatsapp.yaml"])
    shown = [kind for kind in ("show.html", "show.json") if kind in kinds]
    if len(shown) == 2:
        reader.wrong(kinds["show.json"], 1, "both HTML and JSON", expected="one of them")
    elif shown:
        yield "show", reader.show(kinds[shown[0]], sources[shown[0]])
