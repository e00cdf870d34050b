"""`kairos dev`: the whole system on this machine."""

import signal
import threading
from pathlib import Path
from typing import Any

import click

from local.clock import RealClock, VirtualClock, parse_moment
from local.reach import ports


def _moment(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else parse_moment(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no ISO 8601 moment") from error


@click.command("dev")
@ports
@click.option("--campaigns", type=click.Path(path_type=Path), default=Path("campaigns"), show_default=True)
@click.option("--clock", type=click.Choice(["real", "virtual"]), default="real", show_default=True)
@click.option("--start", callback=_moment, metavar="ISO", help="Where the virtual clock starts; default now.")
@click.option("--state", type=click.Path(path_type=Path, file_okay=False), help="Where to go on, and to leave off.")
def command(port: int, aws_port: int, campaigns: Path, clock: str, start: int | None, state: Path | None) -> None:
    """Runs the whole system on this machine: HTTP API, AWS endpoint, no account, no Docker."""
    if start is not None and clock == "real":
        raise click.UsageError("--start is for --clock virtual")
    if not campaigns.is_dir():
        raise click.UsageError(f"--campaigns: there is no folder {campaigns}")
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    _serve(port, aws_port, campaigns, _clock_kind(clock, start, state), state, stopped)


def _clock_kind(clock: str, start: int | None, state: Path | None) -> RealClock | VirtualClock:
    if clock == "real":
        return RealClock()
    from local.state import saved_moment

    left = saved_moment(state) if state else None
    return VirtualClock(max(moment for moment in (start, left, 0) if moment is not None) or RealClock()())


def _serve(port: int, aws_port: int, campaigns: Path, clock: Any, state: Path | None, stopped: threading.Event) -> None:
    from kairos.catalog.bundle import InvalidCampaigns
    from kairos.catalog.problems import InvalidEvents
    from local.server import PortTaken, Server  # here: `kairos --help` need not wait for moto
    from local.stack import Stack
    from local.state import load, save

    try:
        server = Server(port, aws_port)
    except PortTaken as taken:
        raise click.ClickException(f"{taken}; choose others with --port and --aws-port") from taken
    try:
        stack = Stack.start(campaigns=campaigns, clock=clock, base_url=server.url)
    except (InvalidCampaigns, InvalidEvents) as invalid:
        click.echo(str(invalid), err=True)
        raise SystemExit(1) from invalid
    if state:
        load(stack, state)
    server.start(stack)
    for line in (server.url, f"AWS_ENDPOINT_URL={server.aws_url}", "ready"):
        click.echo(line)
    stopped.wait()
    server.stop()
    if state:
        save(stack, state)
    stack.stop()
