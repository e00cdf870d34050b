"""`kairos address`: whether an address may be written to, why not, and who is there."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kairos.domain.sources.parts import BadEvent
from local.clock import iso
from local.reach import Reached, where

if TYPE_CHECKING:
    from local.addresses import Addresses, Known

address = click.argument("address")
channel = click.option("--channel", type=click.Choice(("email", "sms", "whatsapp")), help="Only this channel.")


@click.group("address")
def command() -> None:
    """E-mail addresses and phone numbers: closed or open, and why."""


@command.command()
@address
@where
def show(address: str, stack: str | None, region: str | None) -> None:
    """Whether it may be written to, and the ids of the customers who are reached there."""
    addresses = _reached(stack, region)
    for known in _known(addresses, address, None):
        said = f"closed since {iso(known.since)}: {known.reason}" if known.reason else "open"
        if known.soft:
            said += f", bounced softly on {known.soft} day{'s' if known.soft > 1 else ''}"
        click.echo(f"{known.channel:<9} {said}")
        for owner in addresses.owners(known):
            click.echo(f"  {owner}")


@command.command("open")
@address
@channel
@where
def open_(address: str, channel: str | None, stack: str | None, region: str | None) -> None:
    """Lets it be written to again, as when a full mailbox was emptied. Not after a complaint or STOP."""
    from local.addresses import THEIRS

    addresses, refused = _reached(stack, region), []
    for known in _known(addresses, address, channel):
        if known.reason in THEIRS:
            refused.append(f"{known.channel} stays closed: {THEIRS[known.reason]}")
        else:
            addresses.open(known)
            click.echo(f"{known.channel} open")
    if refused:
        raise click.ClickException("; ".join(refused))


@command.command()
@click.argument("address", required=False)
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Many: a line each, such as the suppression list of another provider.",
)
@channel
@where
def close(address: str | None, file: Path | None, channel: str | None, stack: str | None, region: str | None) -> None:
    """Lets nothing be sent there any more, by whatever campaign, to whomever; also before anybody has that address."""
    if address is not None and file is None:
        named = [address]
    elif file is not None and address is None:
        named = _listed(file, channel)
    else:
        raise click.UsageError("one ADDRESS, or --from FILE")
    addresses, closed = _reached(stack, region), 0
    with click.progressbar(named, label="closing", show_pos=True) as bar:
        for one in bar:
            for known in _known(addresses, one, channel):
                addresses.close(known)
                closed += 1
    click.echo(f"{closed} closed")


def _listed(file: Path, channel: str | None) -> list[str]:
    """The lines of a file; a bad one is named, and then nothing at all is closed."""
    from local.addresses import channels

    lines = [line.strip() for line in file.read_text("utf-8-sig").splitlines()]
    for number, line in enumerate(lines, 1):
        try:
            if line:
                channels(line, channel)
        except BadEvent as bad:
            raise click.ClickException(f"{file}:{number}: {bad}") from bad
    return [line for line in lines if line]


def _reached(stack: str | None, region: str | None) -> "Addresses":
    from local.addresses import Addresses  # here: `kairos --help` need not wait for it

    return Addresses(Reached(stack, region))


def _known(addresses: "Addresses", address: str, channel: str | None) -> "list[Known]":
    try:
        return list(addresses.known(address, channel))
    except BadEvent as bad:
        raise click.ClickException(str(bad)) from bad
