"""`kairos erase`: one person forgotten."""

import time
from typing import TYPE_CHECKING, Final

import click

from local.clock import iso
from local.reach import Reached, where

if TYPE_CHECKING:
    from local.people import Mark, People

PAUSE: Final = 0.5


@click.command("erase")
@click.argument("customer")
@click.option("--check", is_flag=True, help="Only says whether and when they were erased.")
@click.option("--wait", default=60, show_default=True, metavar="SECONDS", help="How long to watch it happen.")
@click.option("--yes", is_flag=True, help="Does not ask.")
@where
def command(customer: str, check: bool, wait: int, yes: bool, stack: str | None, region: str | None) -> None:
    """Forgets a customer: their items, their devices, and their lines in the archive.

    What remains is a keyed hash of the id, which keeps out what was received before. Nothing brings them back.
    """
    from local.people import People

    people = People(Reached(stack, region))
    before = people.mark(customer)
    if check:
        if before is None:
            raise click.ClickException(f"{customer} was never erased")
        click.echo(_told(before))
        return
    if not yes:
        click.confirm(f"Forget {customer}, for ever?", abort=True)
    people.forget(customer)
    found = _watched(people, customer, before, wait)
    if found is None:
        click.echo("asked for; look again: kairos erase --check")
    else:
        click.echo(_told(found))


def _watched(people: "People", customer: str, before: "Mark | None", wait: int) -> "Mark | None":
    """What it has come to: to its end, or as far as it comes by itself within that time."""
    until = time.monotonic() + wait
    while True:
        found = people.mark(customer)
        begun = found is not None and (before is None or found.erased > before.erased)
        if begun and found and found.done:
            return found
        if time.monotonic() >= until:
            return found if begun else None
        time.sleep(min(PAUSE, max(wait, 0)))


def _told(mark: "Mark") -> str:
    if mark.done:
        return f"erased as of {iso(mark.erased)}: nothing of them is left"
    if mark.emptied:
        return f"erased as of {iso(mark.erased)}: all items are gone, the archive follows"
    return f"erased as of {iso(mark.erased)}: items are being deleted"
