"""`kairos resume`: after the kill switch."""

import click

from local.switch import held, options, switch


@click.command()
@options
def command(campaign: str | None, channel: str | None, stack: str | None, region: str | None) -> None:
    """Lets messages of a campaign, of a channel, or all of them go again, each judged anew.

    What was stopped by its own name stays so until it is named; it is told what that is.
    """
    found, now = switch(stack, region)
    click.echo("resumed: " + ", ".join(found.resume(campaign, channel)))
    if still := held(found.held(), now):
        click.echo("still stopped: " + ", ".join(still), err=True)
