"""Template variables that no event or attribute supplies: mistakes that would only show when a message is due."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from kairos.catalog.definitions import Definitions
from kairos.catalog.problems import Problem, nearest
from kairos.catalog.reads import Chain, Reads
from kairos.catalog.supply import Supply, Tree, grow, missing, named, plant, read_samples
from kairos.domain.language.policy import Policy
from kairos.domain.language.references import EVENT_FIELDS
from kairos.domain.language.scope import Scope, eventless
from kairos.domain.language.triggers import EVENTLESS

_ANSWER: Final = re.compile(r"""\banswer\(\s*(["'])(?P<name>[^"']+)\1""")
_ALWAYS: Final = ("locale", "timezone")
_MEND: Final = "or a default, or is it missing in the samples?"
_WORDS: Final = {"inactivity": "inactive"}  # kinds of trigger that are written otherwise than in the bundle


def problems(found: Definitions, policy: Policy, directory: Path) -> Iterator[Problem]:
    """Each variable that a template needs and nothing has, once per file. Of what no sample shows, nothing is said."""
    supply = read_samples(directory)
    yield from supply.problems
    bundles = {name: campaign.bundle() for name, campaign in found.campaigns.items()}
    customers = _customers(supply, policy, bundles, found) if supply.customers else {}
    for name, bundle in bundles.items():
        said: set[tuple[str, Chain]] = set()
        for fields in _variants(found.folders[name].templates):
            for chain in _reads(fields).needed():
                about = _customer(chain, customers) if chain[0] == "customer" else _event(chain, bundle, supply)
                if about is not None and (fields["file"], chain) not in said:
                    said.add((fields["file"], chain))
                    yield _problem(directory / name / fields["file"], chain, *about)


def _customer(chain: Chain, known: Tree) -> tuple[str, str, str] | None:
    lost = missing(known, chain[1:])
    if lost is None:
        return None
    return f"no customer is known to have {lost[0]!r}", "one of " + ", ".join(lost[1]), nearest(*lost) or _MEND


def _event(chain: Chain, bundle: Mapping[str, Any], supply: Supply) -> tuple[str, str, str] | None:
    trigger, rest = bundle["trigger"], chain[1:]
    kind = _WORDS.get(trigger["kind"], trigger["kind"])
    if kind in EVENTLESS:
        return "no event", "customer.…", eventless(Scope(eventless=kind))
    if rest and rest[0] not in EVENT_FIELDS:
        return f"an event has no {rest[0]!r}", "one of " + ", ".join(EVENT_FIELDS), nearest(rest[0], list(EVENT_FIELDS))
    types = trigger.get("on", {}).get("event", ())
    shown = [supply.events[type] for type in types if type in supply.events]
    if not shown or rest[:1] not in (("properties",), ("context",)):
        return None
    known: Tree = {}
    for tree in shown:
        grow(known, tree)
    for path in named(bundle, "event"):
        plant(known, path)
    lost = missing(known, rest)
    if lost is None:
        return None
    found = f"no sample of {' or '.join(type for type in types if type in supply.events)} has {lost[0]!r}"
    return found, "one of " + ", ".join(lost[1]), nearest(*lost) or _MEND


def _customers(supply: Supply, policy: Policy, bundles: Mapping[str, Any], found: Definitions) -> Tree:
    """Every attribute that a sample has, or that a definition or an answer names."""
    known: Tree = {}
    grow(known, supply.customers)
    for name in (*_ALWAYS, *policy.attributes.indexed):
        plant(known, (name,))
    rules = {name: part for name, part in policy.bundle().items() if name != "attributes"}  # which says how, not which
    for node in (*bundles.values(), rules):
        for path in named(node, "attributes"):
            plant(known, path)
    for folder in found.folders.values():
        for fields in _variants(folder.templates):
            for text in _pieces(fields):
                for answer in _ANSWER.finditer(text):
                    plant(known, (answer["name"],))
    return known


def _variants(templates: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The compiled fields of every template, channel and locale."""
    for channels in templates.values():
        for locales in channels.values():
            yield from locales.values()


def _reads(fields: Mapping[str, Any]) -> Reads:
    reads = Reads()
    for text in _pieces(fields):
        reads.add(text)
    return reads


def _pieces(value: Any) -> Iterator[str]:
    """The pieces of Jinja among compiled fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name not in ("file", "lines"):
                yield from _pieces(part)
    elif isinstance(value, list):
        for part in value:
            yield from _pieces(part)


def _problem(file: Path, chain: Chain, found: str, expected: str, hint: str) -> Problem:
    """A problem where the file names the variable; a mail may have it from its layout."""
    written = re.compile(
        r"\s*".join(rf"(?:\.{re.escape(key)}|\[\s*[\"']{re.escape(key)}[\"']\s*\])" for key in chain[1:])
    )
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        for match in re.finditer(rf"\b{chain[0]}\b", line):
            if written.match(line, match.end()):
                return Problem(str(file), number, match.start() + 1, ".".join(chain), found, expected, hint)
    return Problem(str(file), 1, 1, ".".join(chain), found, expected, hint)
