"""All that is wrong with a directory of campaigns, at once."""

import re
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from kairos.catalog import checks, messages
from kairos.catalog.definitions import Definitions
from kairos.catalog.layouts import Layouts, read_layouts
from kairos.catalog.problems import Problem
from kairos.catalog.source import Source, read
from kairos.catalog.templates import compile_folder
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.language.scope import Scope
from kairos.domain.language.triggers import EVENTLESS, kind_of
from kairos.domain.language.values import Model

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_BESIDE: Final = ("samples",)
M = TypeVar("M", bound=Model)


def read_directory(directory: Path) -> Definitions:
    """Reads policy, campaigns and templates."""
    found = Definitions()
    if not directory.is_dir():
        found.problems.append(Problem(str(directory), 1, 1, found="no such directory"))
        return found
    names = [path.name for path in sorted(directory.iterdir()) if path.is_dir() and _is_campaign(path, found.problems)]
    policy = read(directory / "policy.yaml", str(directory / "policy.yaml"))
    scope = _outer_scope(policy.data, names)
    found.sources[""] = policy
    found.policy = model_of(Policy, policy, scope, found.problems)
    layouts = read_layouts(directory)
    found.problems += layouts.problems
    for name in names:
        _read_campaign(directory / name, scope, layouts, found)
    found.problems += checks.problems(found, directory)
    found.problems.sort(key=lambda problem: (problem.file, problem.line, problem.column))
    return found


def _read_campaign(folder: Path, outer: Scope, layouts: Layouts, found: Definitions) -> None:
    source = read(folder / "campaign.yaml", str(folder / "campaign.yaml"))
    templates = found.folders[folder.name] = compile_folder(folder, layouts)
    found.problems += templates.problems
    data = source.data if isinstance(source.data, dict) else {}
    kind, topic = kind_of(data.get("trigger")) or "", data.get("topic")
    broken = {Path(problem.file).name.split(".")[0] for problem in templates.problems}
    scope = Scope(
        campaigns=outer.campaigns,
        topics=outer.topics,
        segments=outer.segments,
        templates=None if broken else {name: list(channels) for name, channels in templates.templates.items()},
        topic=topic if isinstance(topic, str) else None,
        dimensions=outer.dimensions,
        grades=outer.grades,
        eventless=kind if kind in EVENTLESS else "",
        inbound=kind == "inbound",
    )
    campaign = model_of(Campaign, source, scope, found.problems)
    if campaign is not None:
        found.campaigns[folder.name] = campaign
        found.sources[folder.name] = source


def model_of(kind: type[M], source: Source, scope: Scope, problems: list[Problem]) -> M | None:
    """The model of a file; what the file or the model refuses goes to `problems`."""
    model = None
    if isinstance(source.data, dict):
        try:
            model = kind.model_validate(source.data, context=scope)
        except ValidationError as refused:
            problems += messages.problems(refused, source, scope)
    problems += source.problems
    return None if source.problems else model


def _outer_scope(policy: Any, campaigns: list[str]) -> Scope:
    def names(key: str) -> list[str] | None:
        value = policy.get(key, {}) if isinstance(policy, dict) else None
        return list(value) if isinstance(value, dict) else None

    grades = policy.get("grades", []) if isinstance(policy, dict) else None
    return Scope(
        campaigns=campaigns,
        topics=names("topics"),
        segments=names("segments"),
        dimensions=names("interest"),
        grades=[str(rule.get("grade")) for rule in grades if isinstance(rule, dict)]
        if isinstance(grades, list)
        else None,
        in_segment=True,
    )


def _is_campaign(folder: Path, problems: list[Problem]) -> bool:
    if folder.name in _BESIDE or folder.name.startswith("."):
        return False
    if not _NAME.fullmatch(folder.name):
        file = str(folder / "campaign.yaml")
        expected = "small letters, digits and hyphens"
        problems.append(Problem(file, 1, 1, "", f"the folder name {folder.name!r}", expected))
        return False
    return True
