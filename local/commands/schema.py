"""`kairos schema`: the JSON Schemas that editors and other programs check files and events with."""

import json
from pathlib import Path
from typing import Any

import click


@click.command
@click.argument("name", required=False)
@click.option(
    "--events", is_flag=True, help="The contracts of events instead, by their types; or the one of type NAME."
)
@click.option(
    "--campaigns", type=click.Path(path_type=Path, file_okay=False), default=Path("campaigns"),
    help="The campaigns beside whose events the contracts are.",
)  # fmt: skip
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write NAME.schema.json into this directory instead.",
)
def command(name: str | None, events: bool, campaigns: Path, folder: Path | None) -> None:
    """Print the JSON Schemas of campaign.yaml, policy.yaml and the event; or the one NAMEd.

    With --events those of what each type of event holds in its properties, from events/schemas/.
    """
    found = _agreed(campaigns) if events else _written()
    if name and name not in found:
        raise click.UsageError(f"{name} is none of {', '.join(found)}")
    if folder is None:
        click.echo(_text(found[name] if name else found))
        return
    folder.mkdir(parents=True, exist_ok=True)
    for each in [name] if name else found:
        file = folder / f"{each}.schema.json"
        file.write_text(_text(found[each]) + "\n", "utf-8")
        click.echo(f"written: {file}")


def _written() -> dict[str, Any]:
    from kairos.catalog.schemas import schemas  # `kairos --help` need not wait for it

    return schemas()


def _agreed(campaigns: Path) -> dict[str, Any]:
    from kairos.catalog.contracts import read_contracts
    from local.events import events_beside

    agreed = read_contracts(events_beside(campaigns))
    for problem in agreed.problems:
        click.echo(str(problem), err=True)
    if agreed.problems:
        raise SystemExit(1)
    return dict(agreed.schemas)


def _text(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)
