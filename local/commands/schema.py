"""`kairos schema`: the JSON Schemas that editors and other programs check files and events with."""

import json
from pathlib import Path
from typing import Any

import click

NAMES = ("campaign", "policy", "event")


@click.command
@click.argument("name", required=False, type=click.Choice(NAMES))
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write NAME.schema.json into this directory instead.",
)
def command(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schemas of campaign.yaml, policy.yaml and the event; or the one named."""
    from kairos.catalog.schemas import schemas  # `kairos --help` need not wait for it

    found = schemas()
    if folder is None:
        click.echo(_text(found[name] if name else found))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for each in [name] if name else NAMES:
        file = folder / f"{each}.schema.json"
        file.write_text(_text(found[each]) + "\n", "utf-8")
        click.echo(f"written: {file}")


def _text(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)
