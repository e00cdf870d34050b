"""Campaigns compiled to what the functions load: to decide with, to render with, and for the pages that customers see."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kairos.catalog import hosts, pages
from kairos.catalog.problems import Problem
from kairos.catalog.validate import read_directory


class InvalidCampaigns(ValueError):
    """Nothing is compiled while anything is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files as data; the first two carry the same hash."""

    catalog: dict[str, Any]
    templates: dict[str, Any]
    pages: dict[str, Any]
    warnings: tuple[Problem, ...] = ()

    def write(self, folder: Path) -> None:
        """Writes `catalog.json`, `templates.json` and `pages.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "catalog.json").write_text(_canonical(self.catalog), "utf-8")
        (folder / "templates.json").write_text(_canonical(self.templates), "utf-8")
        (folder / "pages.json").write_text(_canonical(self.pages), "utf-8")


def compile_directory(path: str | Path) -> Bundle:
    """The bundle of a directory of campaigns. Raises InvalidCampaigns with all problems."""
    found = read_directory(Path(path))
    if found.errors or found.policy is None:
        raise InvalidCampaigns(found.problems)
    policy = found.policy.bundle()
    campaigns = {
        name: {**campaign.bundle(), "event_paths": list(found.folders[name].event_paths)}
        for name, campaign in found.campaigns.items()
    }
    templates = {
        "brand": policy["brand"], "locale": policy["locale"], "timezone": policy["timezone"],
        "currency": policy["currency"], "precedence": policy["attributes"]["precedence"],
        "hosts": hosts.known(found.policy.brand, (found.folders[name].hosts for name in found.campaigns)),
        "campaigns": {name: found.folders[name].templates for name in found.campaigns},
    }  # fmt: skip
    definitions = {"format": 1, "policy": policy, "campaigns": campaigns}
    digest = hashlib.sha256(_canonical([definitions, templates]).encode()).hexdigest()[:16]
    looks = pages.compiled(found.policy, Path(path), templates["campaigns"].values())
    return Bundle({"hash": digest, **definitions}, {"hash": digest, **templates}, looks, tuple(found.problems))


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
