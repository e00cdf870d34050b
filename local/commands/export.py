"""`kairos export`: all there is of one person."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from local.clock import parse_moment
from local.reach import Reached, where


def _since(ctx: click.Context, parameter: click.Parameter, value: str | None) -> int:
    try:
        return 0 if value is None else parse_moment(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is no ISO 8601 moment") from error


@click.command("export")
@click.argument("customer")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else it is printed.")
@click.option("--since", callback=_since, metavar="ISO", help="Reads the archive only from then on.")
@click.option(
    "--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"),
    show_default=True, help="Those that are deployed: they say what segments, score and grade are.",
)  # fmt: skip
@where
def command(
    customer: str, output: Path | None, since: int, campaigns: Path, stack: str | None, region: str | None
) -> None:
    """One readable JSON: profile, consents with their evidence, messages, what was heard and decided, what was put aside."""
    from local.people import People

    people = People(Reached(stack, region))
    found = people.found(customer)
    if found is None:
        raise click.ClickException(f"nobody of the id {customer} is known")

    def passing(lines: Any) -> Any:
        with click.progressbar(lines, label="archive", file=sys.stderr, show_pos=True) as bar:
            yield from bar

    told = json.dumps(people.export(found, campaigns, since, passing), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(told, nl=False)
    else:
        output.write_text(told, encoding="utf-8")
        click.echo(f"{output}: {len(told.encode()):,} bytes", err=True)
