"""`kairos import`: customers out of a file, onto the queue of a stack."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from local.reach import Reached, where

if TYPE_CHECKING:
    from kairos.domain.definitions import Catalog
    from local.importing.mapping import Mapping
    from local.importing.people import Lines
    from local.importing.progress import Progress
    from local.importing.sending import Bulk, Sending
    from local.importing.table import Table


def _pairs(ctx: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> dict[str, str]:
    pairs = [each.rpartition("=") if parameter.name == "maps" else each.partition("=") for each in value]
    if bad := next((each for each, (left, _, right) in zip(value, pairs, strict=True) if not (left and right)), None):
        raise click.BadParameter(f"{bad!r} must be written A=B")
    return {left.strip(): right for left, _, right in pairs}


def _moment(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return value if value is None else datetime.fromisoformat(value).isoformat()
    except ValueError as error:
        raise click.BadParameter(
            f"{value!r} is no ISO 8601 moment, such as 2026-11-01 or 2026-11-01T09:00:00Z"
        ) from error


def _one_letter(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    letter = {"tab": "\t", "\\t": "\t"}.get(value, value)
    if len(letter) > 1:
        raise click.BadParameter(f"{value!r} must be one character, or tab")
    return letter


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--map",
    "maps",
    multiple=True,
    callback=_pairs,
    metavar="COLUMN=TARGET",
    help="What a column is: id, email, phone, whatsapp, attributes.NAME, consent.TOPIC.CHANNEL, time, … or - to leave it out.",
)
@click.option(
    "--set",
    "always",
    multiple=True,
    callback=_pairs,
    metavar="TARGET=VALUE",
    help="What is so on every line, such as consent.wording='…'.",
)
@click.option(
    "--mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A YAML file that says all this."
)
@click.option("--only-mapped", is_flag=True, help="Leave out every column that nothing is said of.")
@click.option("--as-of", callback=_moment, metavar="ISO", help="When all of it was so, such as the day of the export.")
@click.option("--country", default="", metavar="DK", help="Of phone numbers that are written without their country.")
@click.option(
    "--empty", type=click.Choice(["keep", "remove"]), default="keep", show_default=True, help="What an empty cell does."
)
@click.option("--quiet", is_flag=True, help="No campaign starts by what the import changes.")
@click.option("--dry-run", is_flag=True, help="Look at every line, and change nothing.")
@click.option("--restart", is_flag=True, help="From the beginning, though an import of it was left unfinished.")
@click.option("--encoding", default="", help="Of the file; default UTF-8, or UTF-16 if it says so.")
@click.option(
    "--delimiter",
    default="",
    callback=_one_letter,
    help="Between cells; default whichever the header has: , ; tab or |.",
)
@click.option(
    "--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"),
    show_default=True, help="The campaigns that are deployed: topics of consents are theirs.",
)  # fmt: skip
@where
def command(file: Path, campaigns: Path, dry_run: bool, stack: str | None, region: str | None, **options: Any) -> None:
    """Tells a stack of the customers in a CSV file: a line each, what its columns say is of source `backend`.

    Stopped in the middle, the same command goes on where it was. Lines that cannot be taken are in FILE.bad.csv with their
    reasons, to be corrected and imported: exit 1.
    """
    from local.importing.columns import BadColumns
    from local.importing.progress import Another
    from local.importing.table import BadFile, Table

    catalog = _catalog(campaigns)
    try:
        with Table(file, options.pop("encoding"), options.pop("delimiter")) as table:
            lines = _lines(table, catalog, options)
            _explain(table, lines, catalog, quiet=options["quiet"])
            done = _carry(table, lines, options, None if dry_run else Reached(stack, region))
    except (BadColumns, Another) as error:
        raise click.UsageError(
            f"{file}: {error}" + ("; --restart begins anew" if isinstance(error, Another) else "")
        ) from error
    except (BadFile, LookupError) as error:
        raise click.ClickException(f"{file} {error}") from error
    click.echo(f"{done.taken:,} customers {'could be taken' if dry_run else 'on their way'}, {done.bad:,} bad lines")
    raise SystemExit(1 if done.bad else 0)


def _catalog(campaigns: Path) -> "Catalog":
    from kairos.catalog.bundle import InvalidCampaigns, compile_directory
    from kairos.domain.link import link

    try:
        return link(compile_directory(campaigns).catalog)
    except InvalidCampaigns as invalid:
        raise click.ClickException(str(invalid)) from invalid


def _lines(table: "Table", catalog: "Catalog", options: dict[str, Any]) -> "Lines":
    from local.importing import mapping
    from local.importing.columns import columns, target
    from local.importing.people import Lines
    from local.importing.table import digest

    said: Mapping = mapping.read(options["mapping"])
    topics = list(catalog.policy.topics)
    others = said.others == "attributes" and not options["only_mapped"]
    lines = Lines(
        name=table.path.name,
        file=digest(table.path),
        header=[head.strip() for head in table.header],
        columns=columns(table.header, said.columns | options["maps"], topics, others=others),
        always=[(target(name, topics), value) for name, value in (said.always | options["always"]).items()],
        words=said.meanings(),
        as_of=options["as_of"] or "",
        country=options["country"],
        clear=options["empty"] == "remove",
    )
    lines.check()
    return lines


def _explain(table: "Table", lines: "Lines", catalog: "Catalog", *, quiet: bool) -> None:
    from local.importing.plan import columns_in_words, starting

    for line in columns_in_words(lines.header, lines.columns):
        click.echo(line, err=True)
    for one, value in lines.always:
        click.echo(f"always: {one.name} = {value}", err=True)
    named = [*lines.columns.values(), *(one for one, _ in lines.always)]
    if not quiet and (campaigns := starting(catalog, named)):
        click.echo(
            f"for whom this is news these campaigns may start: {', '.join(campaigns)}; with --quiet none does", err=True
        )


def _carry(table: "Table", lines: "Lines", options: dict[str, Any], reached: Reached | None) -> "Progress":
    """From where it was left to the end, with a bar."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from local.clock import iso
    from local.importing.progress import Notebook, Report, fingerprint
    from local.importing.progress import Progress as Done
    from local.importing.sending import Sending

    notebook = Notebook(_beside(table.path, ".import.json" if reached else ".dry-run.json"))
    place = (reached.stack, reached.local, reached.client("sts").meta.region_name) if reached else ()
    plan = fingerprint(lines, table.encoding, table.delimiter, options["quiet"], place)
    if options["restart"] or reached is None:
        notebook.close()
    begun = notebook.begin(Done(lines.file, plan, iso(reached.now()) if reached else ""))
    report = Report(_beside(table.path, ".bad.csv"), table.header, table.delimiter, begun.reported)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[lines]}"),
        TimeRemainingColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip
    task = bar.add_task("reading" if reached is None else "importing", total=table.size, lines="")

    def moved(done: Done) -> None:
        if done.rows % 100 == 0:
            bar.update(task, completed=table.position, lines=f"{done.rows:,} lines, {done.bad:,} bad")

    sending = Sending(_bulk(reached), options["quiet"], begun, notebook, report, moved)
    with bar:
        done = _to_the_end(sending, table, lines, begun)
    if done.bad:
        click.echo(f"the bad lines are in {report.path}", err=True)
    return done


def _to_the_end(sending: "Sending", table: "Table", lines: "Lines", begun: "Progress") -> "Progress":
    from botocore.exceptions import BotoCoreError, ClientError

    from kairos.service.ports import QueueRefused

    if begun.rows:
        click.echo(f"goes on behind {begun.rows:,} lines", err=True)
    try:
        return sending(table, lines)
    except (QueueRefused, BotoCoreError, ClientError, OSError, KeyboardInterrupt) as error:
        sending.report.close(keep=True)
        why = (
            "stopped" if isinstance(error, KeyboardInterrupt) else f"the queue does not take it: {type(error).__name__}"
        )
        raise click.ClickException(
            f"{why}, behind {sending.progress.rows:,} lines; the same command goes on"
        ) from error


def _bulk(reached: Reached | None) -> "Bulk":
    from kairos.adapters.queues import SqsQueues

    return _Nowhere() if reached is None else SqsQueues(reached.client("sqs"), bulk=reached.physical("BulkQueue"))


class _Nowhere:
    """Where a dry run sends to."""

    def put_pages(self, bodies: Iterable[Any]) -> None:
        """Gone."""

    def backlog(self, queue: Any = "bulk") -> int:
        """Nothing waits there."""
        return 0


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
