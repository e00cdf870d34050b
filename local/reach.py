"""Finds the stack that a command speaks to: a deployed one, or the running `kairos dev`."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError

from local.aws.names import NOW, STACK

Command = TypeVar("Command", bound=Callable[..., Any])

LOCAL: Final = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:5555",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",  # `kairos dev` takes any
}


def where(command: Command) -> Command:
    """The options that say which stack."""
    for option in (
        click.option("--region", help="Where that stack is."),
        click.option("--stack", help="A deployed stack; without it the running `kairos dev`."),
    ):
        command = option(command)
    return command


def ports(command: Command) -> Command:
    """Where a stack on this machine listens."""
    for name, default, what in (("--aws-port", 5555, "AWS endpoint"), ("--port", 8080, "HTTP API")):
        option = click.option(
            name,
            type=click.IntRange(0, 65_535),
            default=default,
            show_default=True,
            help=f"Of the {what}; 0 picks a free one.",
        )
        command = option(command)
    return command


class Reached:
    """A stack that answers."""

    def __init__(self, stack: str | None, region: str | None) -> None:
        """From now on every AWS client of this process asks where that stack is."""
        if region := region or os.environ.get("AWS_REGION"):  # which AWS's own command line reads, and boto3 does not
            os.environ["AWS_DEFAULT_REGION"] = region
        if stack is None:
            for name, value in LOCAL.items():
                os.environ.setdefault(name, value)
        self.local = stack is None
        self.stack = stack or STACK
        self._stacks = self.client("cloudformation")

    def client(self, service: Any) -> Any:
        return boto3.client(service)

    def physical(self, part: str) -> str:
        """The physical id of a resource of the template. Exits 1 if nobody answers."""
        with self._answering():
            detail = self._stacks.describe_stack_resource(StackName=self.stack, LogicalResourceId=part)
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])

    def now(self) -> int:
        """What time it is where the stack is, in milliseconds: `kairos dev` may have a clock of its own."""
        wall = time.time_ns() // 1_000_000
        if not self.local:
            return wall
        with self._answering():
            told = self.client("secretsmanager").list_secrets(MaxResults=1)  # any answer of its endpoint tells the time
        return int(told["ResponseMetadata"]["HTTPHeaders"].get(NOW, wall))

    def settings(self) -> Mapping[str, str]:
        """The stack's parameters, and beside them its outputs. Exits 1 if nobody answers."""
        with self._answering():
            told = self._stacks.describe_stacks(StackName=self.stack)["Stacks"][0]
        parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in told.get("Parameters", [])}
        return parameters | {one["OutputKey"]: one["OutputValue"] for one in told.get("Outputs", [])}

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            where = f"kairos dev at {os.environ['AWS_ENDPOINT_URL']}" if self.local else f"stack {self.stack}"
            raise click.ClickException(f"{where} does not answer: {error}") from error

    def secret(self, part: str) -> str:
        """The id of a secret; the embedded AWS makes them outside of CloudFormation, under their own names."""
        return f"{STACK}-{part}" if self.local else self.physical(part)
