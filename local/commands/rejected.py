"""`kairos rejected`: what could not be understood or is not as agreed; looked at, corrected, and replayed."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from local.clock import iso
from local.reach import Reached, where

if TYPE_CHECKING:
    from local.quarantine import Case, Quarantine

Command = TypeVar("Command", bound=Callable[..., Any])
campaigns = click.option(
    "--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"),
    show_default=True, help="The campaigns that are deployed; the contracts and the mapping beside them count.",
)  # fmt: skip


def chosen(command: Command) -> Command:
    """The options that choose among them."""
    for option in (
        click.option(
            "--limit", type=click.IntRange(1), default=1_000, show_default=True, help="Look at so many at most."
        ),
        click.option("--type", "type", help="Only events of this type."),
        click.option("--reason", help="Only those with this reason, such as contract or bad_value."),
    ):
        command = option(command)
    return command


@click.group("rejected")
def command() -> None:
    """What was rejected, with its reason: kept for two weeks, to be looked at, corrected and replayed, or thrown away."""


@command.command("list")
@chosen
@campaigns
@where
def overview(
    reason: str | None, type: str | None, limit: int, campaigns: Path, stack: str | None, region: str | None
) -> None:
    """One by one: id, when, type, why; then how many of each. Nothing is taken away, and nothing names anybody."""
    quarantine = _open(stack, region, campaigns)
    with quarantine.cases(limit) as found:
        cases = _choose(found, reason, type)
    for case in cases:
        click.echo(f"{case.letter.id}  {iso(case.letter.sent)}  {case.type or '-'}  {case.why}")
    for text, count in Counter(case.why for case in cases).most_common():
        click.echo(f"{count} × {text}", err=True)
    if (more := quarantine.count() - len(found)) > 0:
        click.echo(f"about {more} more are not looked at: --limit", err=True)


@command.command()
@click.argument("id")
@click.option("--personal", is_flag=True, help="The message as it is; else nothing in it names anybody.")
@click.option("--body", is_flag=True, help="Only the message, as it is: into a file, to be corrected.")
@campaigns
@where
def show(id: str, personal: bool, body: bool, campaigns: Path, stack: str | None, region: str | None) -> None:
    """One of them, by the id that `list` prints."""
    from local.dead_letters import masked, pretty

    with _open(stack, region, campaigns).cases(100_000) as found:
        case = _one(found, id)
    if not body:
        click.echo(f"{case.letter.id}  {iso(case.letter.sent)}  {case.why}")
    shown = case.body if personal or body else masked(case.body)
    click.echo(case.text if isinstance(shown, str) and (personal or body) else pretty(shown))


@command.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Each one that --reason and --type leave.")
@click.option(
    "--edit", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="This file in place of the message."
)
@click.option("--against-contract", is_flag=True, help="Let it in though its contract rejects it.")
@chosen
@campaigns
@where
def replay(
    ids: tuple[str, ...], everything: bool, edit: Path | None, against_contract: bool, reason: str | None,
    type: str | None, limit: int, campaigns: Path, stack: str | None, region: str | None,
) -> None:  # fmt: skip
    """Puts them back among the events, as if they had been right when they came: under their own id, so that they count once.

    What would be rejected again stays, with the reason. To correct one: `show ID --body > fixed.json`, mend it, and
    `replay ID --edit fixed.json`.
    """
    from local.quarantine import StillRefused

    if bool(ids) == everything or (edit and len(ids) != 1):
        raise click.UsageError("name ids, or say --all; --edit takes one id")
    quarantine, text = _open(stack, region, campaigns), edit.read_text("utf-8") if edit else None
    replayed, refused = 0, 0
    with quarantine.cases(100_000 if ids else limit) as found:
        cases = [_one(found, id) for id in ids] if ids else _choose(found, reason, type)
        for case in cases:
            try:
                quarantine.replay(case, text, against_contract=against_contract)
                replayed += 1
            except StillRefused as still:
                refused += 1
                click.echo(f"{case.letter.id}  still refused: {still}", err=True)
    click.echo(f"{replayed} replayed, {refused} still refused")
    raise SystemExit(1 if refused else 0)


@command.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Each one that --reason and --type leave.")
@click.option("--yes", is_flag=True, help="Does not ask.")
@chosen
@campaigns
@where
def drop(
    ids: tuple[str, ...], everything: bool, yes: bool, reason: str | None, type: str | None, limit: int,
    campaigns: Path, stack: str | None, region: str | None,
) -> None:  # fmt: skip
    """Throws away what nobody wants, before its two weeks are over. There is no way back: `show ID --body` keeps one."""
    if bool(ids) == everything:
        raise click.UsageError("name ids, or say --all")
    quarantine = _open(stack, region, campaigns)
    with quarantine.cases(100_000 if ids else limit) as found:
        cases = [_one(found, id) for id in ids] if ids else _choose(found, reason, type)
        for text, count in Counter(case.why for case in cases).most_common():
            click.echo(f"{count} × {text}", err=True)
        if cases and not yes:
            click.confirm("Throw them away, for good?", abort=True)
        dropped = quarantine.drop(cases)
    click.echo(f"{dropped} thrown away")


def _open(stack: str | None, region: str | None, campaigns: Path) -> "Quarantine":
    from local.dead_letters import DeadLetters  # here: `kairos --help` need not wait for them
    from local.quarantine import Quarantine

    return Quarantine(DeadLetters(Reached(stack, region)), campaigns)


def _choose(cases: "Sequence[Case]", reason: str | None, type: str | None) -> "list[Case]":
    return [case for case in cases if reason in (None, case.reason) and type in (None, case.type)]


def _one(cases: "Sequence[Case]", id: str) -> "Case":
    for case in cases:
        if case.letter.id == id:
            return case
    raise click.ClickException(f"{id} is not there")
