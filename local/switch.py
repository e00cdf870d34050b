"""The kill switch of the stack that `kairos stop` and `kairos resume` speak to."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from kairos import bootstrap
from kairos.service.control import Switch
from kairos.service.ports import Control
from local.clock import iso
from local.reach import Reached, where

Command = TypeVar("Command", bound=Callable[..., Any])

CHANNELS: Final = ("email", "sms", "push", "whatsapp")


def options(command: Command) -> Command:
    """What both commands understand."""
    for option in (
        click.option("--channel", type=click.Choice(CHANNELS), help="Only this channel."),
        click.option("--campaign", help="Only this campaign."),
    ):
        command = option(command)
    return where(command)


def switch(stack: str | None, region: str | None) -> tuple[Switch, int]:
    """The kill switch of a deployed stack, or of the running `kairos dev`, and what time it is there. Exits 1 if there is none."""
    reached = Reached(stack, region)
    return bootstrap.switch(reached.physical("Table"), reached.physical("SendQueue")), reached.now()


def held(control: Control, now: int) -> list[str]:
    """What is stopped, by name, and which circuits are open."""
    circuits = (f"circuit:{name} until {iso(until)}" for name, until in control.circuits.items() if until > now)
    return [*sorted(control.stops), *sorted(circuits)]
