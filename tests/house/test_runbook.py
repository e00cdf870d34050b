"""Whoever is woken by an alarm finds its chapter, and commands that exist."""

import re
from pathlib import Path
from pkgutil import iter_modules

import pytest
from samtranslator.yaml_helper import yaml_parse

from local import commands

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
RESOURCES = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
ALARMS = {name for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
CHAPTERS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
chapter = pytest.mark.parametrize("name", sorted(CHAPTERS))


def test_every_alarm_has_a_chapter_and_every_chapter_an_alarm() -> None:
    assert set(CHAPTERS) == ALARMS


@chapter
def test_a_chapter_says_what_it_means_how_to_look_and_what_to_do_with_a_command(name: str) -> None:
    text = CHAPTERS[name]
    assert re.search(r"\*\*Means:\*\* .+\n\*\*Look:\*\* .+\n\*\*Do:\*\* .+\n", text)
    assert re.search(r"```sh\n.+?```", text, re.DOTALL)


@chapter
def test_its_commands_and_resources_exist(name: str) -> None:
    known = {module.name.replace("_", "-") for module in iter_modules(commands.__path__)}
    assert set(re.findall(r"^kairos (\S+)", CHAPTERS[name], re.MULTILINE)) <= known
    named = set(re.findall(r"physical (\w+)", CHAPTERS[name]))
    assert named <= RESOURCES.keys() | {"SweepFunctionMinute"}, "which SAM makes of the function's event"


def test_its_links_lead_somewhere() -> None:
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in RUNBOOK.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK)) <= headings


def test_every_alarm_tells_somebody() -> None:
    assert all(RESOURCES[name]["Properties"]["AlarmActions"] for name in ALARMS)
