"""`kairos schema`: the JSON Schemas that editors and other programs check files and events with."""

import json

import click

NAMES = ("campaign", "policy", "event")


@click.command
@click.argument("name", required=False, type=click.Choice(NAMES))
def command(name: str | None) -> None:
    """Print the JSON Schemas of campaign.yaml, policy.yaml and the event; or the one named."""
    from kairos.catalog.schemas import schemas  # `kairos --help` need not wait for it

    found = schemas()
    click.echo(json.dumps(found[name] if name else found, indent=2, ensure_ascii=False))
