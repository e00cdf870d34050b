"""`kairos validate`: is everything in a directory of campaigns right?"""

import time
from pathlib import Path

import click


@click.command
@click.argument("directory", default="campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(directory: Path) -> None:
    """Check campaigns, policy and templates; say everything that is wrong, and where."""
    from kairos.catalog.bundle import InvalidCampaigns, compile_directory  # `kairos --help` need not wait for it

    try:
        bundle = compile_directory(directory)
    except InvalidCampaigns as invalid:
        for problem in invalid.problems:
            click.echo(str(problem))
        count = len(invalid.problems)
        click.echo(f"{count} problem{'s' if count != 1 else ''}", err=True)
        raise SystemExit(1) from invalid
    from local.preview import failures  # nor for Jinja2

    broken = list(failures(bundle.catalog, bundle.templates, directory, int(time.time() * 1000)))
    if broken:
        click.echo("\n".join(broken))
        click.echo(f"{len(broken)} template problem{'s' if len(broken) != 1 else ''}", err=True)
        raise SystemExit(1)
    campaigns = bundle.catalog["campaigns"]
    live = sum(campaign["status"] == "live" for campaign in campaigns.values())
    click.echo(f"{directory}: {len(campaigns)} campaigns, {live} live, nothing wrong ({bundle.catalog['hash']})")
