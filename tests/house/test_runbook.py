"""Whoever is woken by an alarm finds its chapter, and commands that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules

import botocore.session
import click
import pytest
from botocore import xform_name
from samtranslator.yaml_helper import yaml_parse

from local import commands
from local.cli import kairos

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


def shell(page: Path) -> Iterator[str]:
    """Each line of a page's shell blocks, continued ones as one, without its comment."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            yield re.sub(r"(^|\s)#.*", "", line)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
KAIROS = [
    pytest.param(said, id=f"{page.stem} {said[:60]}")
    for page in PAGES
    for line in shell(page)
    for said in re.findall(r"(?:^|&& |/bin/)kairos ([a-z-][^|>&]*)", line)
]
AWS = [
    pytest.param(said, id=f"{page.stem} {said[:60]}")
    for page in PAGES
    for line in shell(page)
    for said in re.split(r"(?:^|[ (])aws (?=[a-z])", line)[1:]
]


@pytest.mark.parametrize("said", KAIROS)
def test_every_command_and_option_of_ours_on_any_page_exists(said: str) -> None:
    words = shlex.split(said)
    command: click.Command = kairos
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found, said
        command = found
    known = {option for parameter in command.params for option in parameter.opts} | {"--help", "--version"}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


OF_ALL = {"query", "output", "region", "max-items"}
TAIL = {"since", "filter-pattern", "follow", "format"}
"""`aws logs tail` is made by the command line itself: https://docs.aws.amazon.com/cli/latest/reference/logs/tail.html"""


@pytest.mark.parametrize("said", AWS)
def test_every_aws_command_on_any_page_exists_with_its_options_and_whatever_it_requires(said: str) -> None:
    service, named, *rest = said.split()
    options = set(re.findall(r"(?<=\s)--([a-z-]+)", said))
    if (service, named) == ("logs", "tail"):
        assert options <= TAIL
        return
    session = botocore.session.get_session()
    model = session.get_service_model(service)
    if named == "wait":
        waiters = session.get_waiter_model(service)
        [named] = [xform_name(waiters.get_waiter(name).operation, "-") for name in waiters.waiter_names
                   if xform_name(name, "-") == rest[0]]  # fmt: skip
    [operation] = [name for name in model.operation_names if xform_name(name, "-") == named]
    shape = model.operation_model(operation).input_shape
    members, required = (shape.members, shape.required_members) if shape else ({}, [])
    assert options - OF_ALL <= {xform_name(name, "-") for name in members}
    assert {xform_name(name, "-") for name in required} <= options


def test_its_links_lead_somewhere() -> None:
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in RUNBOOK.splitlines() if line.startswith("#")}
    assert set(re.findall(r"\]\(#([\w-]+)\)", RUNBOOK)) <= headings


def test_every_alarm_tells_somebody() -> None:
    assert all(RESOURCES[name]["Properties"]["AlarmActions"] for name in ALARMS)
