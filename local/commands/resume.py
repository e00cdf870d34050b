"""`kairos resume`: after the kill switch."""

import click

from local.switch import options, switch


@click.command()
@options
def command(campaign: str | None, channel: str | None, stack: str | None, region: str | None) -> None:
    """Lets messages of a campaign, of a channel, or all of them go again, each judged anew."""
    click.echo("resumed: " + ", ".join(switch(stack, region).resume(campaign, channel)))
