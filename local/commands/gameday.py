"""`kairos gameday`: a stack on this machine, broken on purpose, and the runbook beside it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.reach import ports

if TYPE_CHECKING:
    from local.gameday.scenarios import Repair, Scenario
    from local.stack import Stack

START = "2026-05-04T08:00:00Z"


@click.command("gameday")
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
@click.option("--list", "only_list", is_flag=True, help="Says which there are.")
@click.option("--play", is_flag=True, help="Shows how it is put right, without asking.")
@ports
@click.option("--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"))
def command(names: Sequence[str], only_list: bool, play: bool, port: int, aws_port: int, campaigns: Path) -> None:
    """Breaks a stack, scenario by scenario; you put it right by docs/runbook.md from another terminal.

    Exits 1 if in the end somebody got nothing, or something twice, or an alarm is still on.
    """
    from local.gameday.scenarios import SCENARIOS  # here: `kairos --help` need not wait for moto

    known = {scenario.name: scenario for scenario in SCENARIOS}
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"there is no scenario {unknown[0]}; there are {', '.join(known)}")
    if only_list:
        for scenario in SCENARIOS:
            click.echo(f"{scenario.name:<18}{scenario.alarm:<18}{scenario.story}")
        return
    outer = dict(os.environ)
    wrong = [name for name in names or known if not _day(known[name], play, (port, aws_port), campaigns, outer)]
    if wrong:
        raise click.ClickException(f"not put right: {', '.join(wrong)}")


def _day(
    scenario: "Scenario", play: bool, ports: tuple[int, int], campaigns: Path, outer: Mapping[str, str]
) -> bool:  # fmt: skip
    """One scenario; whether it ended well."""
    from local.clock import VirtualClock, parse_moment
    from local.gameday.alarms import Alarms
    from local.server import PortTaken, Server
    from local.stack import Stack

    try:
        server = Server(*ports)
    except PortTaken as taken:
        raise click.ClickException(f"{taken}; choose others with --port and --aws-port") from taken
    stack = Stack.start(campaigns=campaigns, clock=VirtualClock(parse_moment(START)), log=lambda line: None)
    alarms = Alarms(stack)
    try:
        click.echo(f"\n── {scenario.name}: {scenario.story}")
        scenario.breaks(stack)
        server.start(stack)
        click.echo(f"   ALARM {', '.join(alarms.ringing()) or 'none'} · docs/runbook.md#{scenario.alarm.lower()}")
        _put_right(scenario, stack, play, server.aws_url, outer)
        stack.advance(scenario.after)
        wrong = [*scenario.check(stack), *(f"{name} is still on" for name in Alarms(stack).ringing())]
        click.echo("   " + ("nothing lost, nothing twice" if not wrong else "\n   ".join(wrong)))
        return not wrong
    finally:
        server.stop()
        stack.stop()


def _put_right(
    scenario: "Scenario", stack: "Stack", play: bool, aws_url: str, outer: Mapping[str, str]
) -> None:  # fmt: skip
    repairs = [step for step in scenario.remedy if not isinstance(step, tuple)]
    if play:
        for step in scenario.remedy:
            _do(step, stack, aws_url, outer)
        return
    click.echo(f"   in another terminal: export AWS_ENDPOINT_URL={aws_url}; then `kairos …` as the runbook says")
    for repair in repairs:
        click.pause(f"   Enter when you would {repair.caption} …")
        repair.act(stack)
    click.pause("   Enter when it is put right …")


def _do(step: "tuple[str, ...] | Repair", stack: "Stack", aws_url: str, outer: Mapping[str, str]) -> None:
    if not isinstance(step, tuple):
        click.echo(f"   {step.caption}")
        step.act(stack)
        return
    click.echo(f"   $ kairos {' '.join(step)}")
    environment = {**outer, "AWS_ENDPOINT_URL": aws_url}
    ran = subprocess.run([sys.executable, "-m", "local", *step], env=environment, capture_output=True, text=True)
    for line in (ran.stdout + ran.stderr).splitlines():
        click.echo(f"     {line}")
    if ran.returncode:
        raise click.ClickException(f"kairos {' '.join(step)} failed")
