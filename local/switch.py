"""The kill switch of the stack that `kairos stop` and `kairos resume` speak to."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from kairos import bootstrap
from kairos.service.control import Switch
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


def switch(stack: str | None, region: str | None) -> Switch:
    """The kill switch of a deployed stack, or of the running `kairos dev`. Exits 1 if there is none."""
    reached = Reached(stack, region)
    return bootstrap.switch(reached.physical("Table"), reached.physical("SendQueue"))
