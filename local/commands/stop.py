"""`kairos stop`: the kill switch."""

import click

from local.switch import options, switch


@click.command()
@options
def command(campaign: str | None, channel: str | None, stack: str | None, region: str | None) -> None:
    """Holds messages of a campaign, of a channel, or all of them; nothing is lost, and resume judges them again."""
    click.echo("stopped: " + ", ".join(switch(stack, region).stop(campaign, channel)))
