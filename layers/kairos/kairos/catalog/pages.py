"""What the pages that customers see need of the policy, compiled: the brand, its logo, what topics are called."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from babel import Locale, UnknownLocaleError

from kairos.catalog.problems import Problem
from kairos.catalog.source import Source
from kairos.domain.language.policy import Policy

_KINDS: Final = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
}  # fmt: skip
LARGEST: Final = 48 * 1024
"""Bytes of a logo: it comes with every page, so that nothing is asked of anybody else."""


def compiled(policy: Policy, directory: Path, templates: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`pages.json`; the languages are the policy's, else those that its messages are written in."""
    written = {
        locale for named in templates for channels in named.values() for made in channels.values() for locale in made
    }
    spoken = policy.languages or sorted({_language(locale) for locale in (policy.locale, *written) if locale})
    brand = policy.brand
    return {
        "brand": {
            "name": brand.name, "color": brand.color, "website": brand.website, "postal_address": brand.postal_address
        },
        "logo": _embedded(directory / brand.logo) if brand.logo else "",
        "locale": policy.locale,
        "languages": {name: _own_name(name) for name in spoken},
        "order": [name for name, rule in policy.topics.items() if not rule.transactional],
        "topics": {
            name: {"title": dict(rule.title), "description": dict(rule.description)}
            for name, rule in policy.topics.items()
        },
    }  # fmt: skip


def problems(policy: Policy, source: Source, directory: Path) -> Iterator[Problem]:
    """A logo that cannot come with the page, and languages that are none."""
    if policy.brand.logo:
        yield from _logo(policy.brand.logo, directory, source)
    for number, name in enumerate(policy.languages or ()):
        if not _own_name(name):
            yield source.problem(("languages", number), repr(name), "a language such as da or en")


def _logo(name: str, directory: Path, source: Source) -> Iterator[Problem]:
    at, file = ("brand", "logo"), directory / name
    if file.suffix.lower() not in _KINDS:
        yield source.problem(at, repr(file.name), "a file of " + ", ".join(_KINDS))
    elif not file.is_file() or file.name != name:
        yield source.problem(at, f"no file {name}", "a picture beside policy.yaml")
    elif (size := file.stat().st_size) > LARGEST:
        yield source.problem(at, f"{size:,} bytes", f"at most {LARGEST:,}", "it comes with every page")


def _embedded(file: Path) -> str:
    return f"data:{_KINDS[file.suffix.lower()]};base64,{b64encode(file.read_bytes()).decode()}"


def _language(locale: str) -> str:
    return locale.split("-")[0]


def _own_name(language: str) -> str:
    """What its speakers call a language; empty if there is none of that code."""
    try:
        return Locale.parse(language).get_display_name(language) or ""
    except (UnknownLocaleError, ValueError):
        return ""
