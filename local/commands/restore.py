"""`kairos restore`: the table as a backup has it, and nothing sent twice because of it."""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import ClientError

from kairos.adapters.queues import SqsQueues
from kairos.service.ports import QueueRefused
from local.clock import iso, parse_moment
from local.reach import Reached, where
from local.switch import switch

if TYPE_CHECKING:
    from local.restoring import Restoring

MARGIN = 3_600_000
"""What was received in the hour before is told again too: a restored table is as of a second, queues are not."""

FLUSH = 330
"""Seconds until what is heard now is in the archive: Firehose keeps it for five minutes."""


def _moment(ctx: click.Context, parameter: click.Parameter, value: str) -> int:
    try:
        return parse_moment(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no ISO 8601 moment") from error


@click.command("restore")
@click.option("--from", "backup", required=True, metavar="TABLE", help="The table that point-in-time recovery made.")
@click.option("--at", required=True, callback=_moment, metavar="ISO", help="The moment that it was recovered to.")
@click.option(
    "--rate", type=click.IntRange(1), default=500, show_default=True, help="Events a second that are told again."
)
@click.option("--yes", is_flag=True, help="Does not ask.")
@where
def command(backup: str, at: int, rate: int, yes: bool, stack: str | None, region: str | None) -> None:
    """Puts states and profiles back to what a restored table has, and tells what was heard since again.

    All sending is stopped first, and stays so until you resume it. Customers that the backup does not know stay as they are.
    """
    from local.forgotten import Forgotten
    from local.recorded import Recorded
    from local.restoring import Busy, Restoring

    reached = Reached(stack, region)
    table = reached.physical("Table")
    if backup == table:
        raise click.UsageError(f"--from: {table} is the stack's own table; recover the backup into another one")
    _there(reached, backup, at)
    if not yes:
        click.confirm(f"Put {table} back to {iso(at)} from {backup}?", abort=True)
    switch(stack, region)[0].stop()
    click.echo("stopped: all")
    forgotten = Forgotten(reached)
    recorded = Recorded(reached)
    restoring = Restoring(reached.client("dynamodb"), table, backup, lambda who: forgotten.since(who, at))
    click.echo(f"erasures: {forgotten.replay()} are known; whoever was erased since {iso(at)} does not come back")
    missing = restoring.write_down(recorded.lines(at))
    click.echo(f"entries and messages since {iso(at)}: {missing} were missing, and are written down")
    try:
        copied = Counter(_counted(restoring))
    except Busy as busy:
        raise click.ClickException("events are decided faster than states go back; run it again") from busy
    click.echo(f"{copied['state']} customers are as they were, {copied['other']} other items are there")
    if not reached.local:
        click.echo(f"waiting {FLUSH} seconds for the archive")
        time.sleep(FLUSH)
    told = _tell(reached, restoring, recorded.lines(at - MARGIN), at - MARGIN, rate)
    click.echo(f"{told} events are told again; look at what is held, then: kairos resume")


def _there(reached: Reached, backup: str, at: int) -> None:
    """What came between a backup and a later `at` would be nowhere."""
    if at > reached.now():
        raise click.UsageError(f"--at: {iso(at)} is yet to come")
    try:
        table = reached.client("dynamodb").describe_table(TableName=backup)["Table"]
    except ClientError as error:
        raise click.ClickException(f"--from: there is no table {backup} ({error.response['Error']['Code']})") from error
    if reached.local:
        table.pop("RestoreSummary", None)  # moto copies the table as it is now, by the wall clock
    if wrong := unfit(table, at):
        raise click.ClickException(wrong)


def unfit(backup: Mapping[str, Any], at: int) -> str:
    """What is wrong with a table, as DescribeTable has it, as the backup of a moment; empty if nothing is."""
    name, status = backup["TableName"], backup["TableStatus"]
    if status != "ACTIVE":
        return f"--from: {name} is {status}: aws dynamodb wait table-exists --table-name {name}"
    made: datetime | None = backup.get("RestoreSummary", {}).get("RestoreDateTime")
    if made and at >= made.timestamp() * 1000 + 1000:
        return f"--at: {name} was recovered to {iso(round(made.timestamp()) * 1000)}, which is before"
    return ""


def _counted(restoring: "Restoring") -> "list[str]":
    with click.progressbar(restoring.copy(), label="putting back", show_pos=True) as kinds:
        return list(kinds)


def _tell(reached: Reached, restoring: "Restoring", lines: Any, since: int, rate: int) -> int:
    queues, told = SqsQueues(reached.client("sqs"), events=reached.physical("EventsQueue")), 0
    for bodies in restoring.events(lines, since):
        try:
            queues.put_events(bodies)
        except QueueRefused as refused:
            raise click.ClickException(f"the queue refused {len(refused.indexes)} of them; run it again") from refused
        told += len(bodies)
        if not reached.local:
            time.sleep(len(bodies) / rate)
    return told
