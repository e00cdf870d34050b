"""`kairos coupons`: a shop's own codes, handed out one by one."""

import csv
from collections.abc import Iterator
from pathlib import Path

import click

from local.reach import Reached, where

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
AT_ONCE = 500
pool = click.argument("pool", metavar="NAME")


@click.group("coupons")
def command() -> None:
    """Pools of coupon codes that the shop has made: a step `coupon: {…, pool: NAME}` hands out each of them once."""


@command.command("import")
@pool
@click.argument("file", type=FILE)
@where
def fill(pool: str, file: Path, stack: str | None, region: str | None) -> None:
    """Puts the codes of FILE into the pool NAME: one a line, or a CSV with a column `code`.

    Codes that are in the pool already, or were ever given, are left out, so that a file may be imported again.
    """
    from kairos.adapters.dynamodb.pools import Pools
    from kairos.adapters.dynamodb.table import Table

    codes = list(_codes(pool, file))
    reached = Reached(stack, region)
    pools = Pools(Table(reached.client("dynamodb"), reached.physical("Table")))
    added = 0
    with click.progressbar(range(0, len(codes), AT_ONCE), label=f"importing {len(codes)} codes") as starts:
        for start in starts:
            added += pools.fill(pool, codes[start : start + AT_ONCE])
    click.echo(f"{pool}: {added} new codes, {len(codes) - added} known already, {pools.left(pool)} left")


@command.command()
@pool
@where
def left(pool: str, stack: str | None, region: str | None) -> None:
    """How many codes of the pool NAME nobody has yet."""
    from kairos.adapters.dynamodb.pools import Pools
    from kairos.adapters.dynamodb.table import Table

    reached = Reached(stack, region)
    click.echo(f"{pool}: {Pools(Table(reached.client('dynamodb'), reached.physical('Table'))).left(pool)} left")


def _codes(pool: str, file: Path) -> Iterator[str]:
    """The codes of a file. Exits 1 naming each line that has none, before anything is imported."""
    from kairos.domain import coupons

    if not coupons.CODE.fullmatch(pool):
        raise click.UsageError(f"{pool!r} cannot be a pool: letters, digits, - and _")
    wrong: list[str] = []
    for line, code in _lines(file):
        if coupons.CODE.fullmatch(code) and len(code) <= coupons.LONGEST:
            yield code
        else:
            wrong.append(f"{file}:{line}: no code: letters, digits, - and _, at most {coupons.LONGEST}")
    if wrong:
        raise click.ClickException("\n".join(["nothing was imported", *wrong]))


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Each code with its line; blank lines are none."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text)
        column = 0
        for number, row in enumerate(rows, 1):
            named = [cell.strip().lower() for cell in row]
            if number == 1 and "code" in named:
                column = named.index("code")
            elif any(named):
                yield number, row[column].strip() if column < len(row) else ""
