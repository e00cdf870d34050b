"""`kairos stop`: the kill switch."""

from pathlib import Path

import click

from local.switch import held, options, switch

CAMPAIGNS = Path("campaigns")


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Only says what is stopped, and which circuits are open.")
@options
def command(
    only_list: bool, campaign: str | None, channel: str | None, stack: str | None, region: str | None
) -> None:  # fmt: skip
    """Holds messages of a campaign, of a channel, or all of them; nothing is lost, and resume judges them again."""
    found, now = switch(stack, region)
    if only_list:
        click.echo("\n".join(held(found.held(), now)) or "nothing is stopped")
        return
    click.echo("stopped: " + ", ".join(found.stop(campaign, channel)))
    if campaign:
        _warn(campaign)


def _warn(campaign: str) -> None:
    """A name that nobody knows stops nobody; it may be one that is deployed and not here, so it is stopped all the same."""
    known = {file.parent.name for file in CAMPAIGNS.glob("*/campaign.yaml")}
    if known and campaign not in known:
        from kairos.catalog.problems import nearest  # here: `kairos --help` need not wait for pydantic

        guess = nearest(campaign, sorted(known))
        click.echo(f"there is no {campaign} in {CAMPAIGNS}/ here" + (f"; {guess}" if guess else ""), err=True)
