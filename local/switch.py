"""Finds the stack that `kairos stop` and `kairos resume` speak to."""

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from kairos import bootstrap
from kairos.service.control import Switch

Command = TypeVar("Command", bound=Callable[..., Any])

LOCAL: Final = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:5555",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",  # `kairos dev` takes any
}

CHANNELS: Final = ("email", "sms", "push")


def options(command: Command) -> Command:
    """What both commands understand."""
    for option in (
        click.option("--campaign", help="Only this campaign."),
        click.option("--channel", type=click.Choice(CHANNELS), help="Only this channel."),
        click.option("--stack", help="A deployed stack; without it the running `kairos dev`."),
        click.option("--region", help="Where that stack is."),
    ):
        command = option(command)
    return command


def switch(stack: str | None, region: str | None) -> Switch:
    """The kill switch of a deployed stack, or of the running `kairos dev`. Exits 1 if there is none."""
    if region:
        os.environ["AWS_DEFAULT_REGION"] = region
    if stack is None:
        for name, value in LOCAL.items():
            os.environ.setdefault(name, value)
    try:
        stacks = boto3.client("cloudformation")
        found = {part: _physical(stacks, stack or "kairos", part) for part in ("Table", "SendQueue")}
    except (BotoCoreError, ClientError) as error:
        where = f"stack {stack}" if stack else f"kairos dev at {os.environ['AWS_ENDPOINT_URL']}"
        raise click.ClickException(f"{where} does not answer: {error}") from error
    return bootstrap.switch(found["Table"], found["SendQueue"])


def _physical(stacks: Any, stack: str, part: str) -> str:
    detail = stacks.describe_stack_resource(StackName=stack, LogicalResourceId=part)
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])
