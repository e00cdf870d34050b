"""`kairos validate`: is everything in a directory of campaigns right?"""

import time
from collections.abc import Iterable
from pathlib import Path

import click


@click.command
@click.argument("directory", default="campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(directory: Path) -> None:
    """Check campaigns, policy and templates; say everything that is wrong, and where.

    Every template is rendered for every sample customer in every locale.
    """
    from kairos.catalog.bundle import InvalidCampaigns, compile_directory  # `kairos --help` need not wait for it
    from local.preview import failures

    try:
        bundle = compile_directory(directory)
        wrong = list(failures(bundle.catalog, bundle.templates, directory, int(time.time() * 1000)))
    except InvalidCampaigns as invalid:
        _refuse(map(str, invalid.problems), len(invalid.problems))
    except ValueError as error:
        _refuse([f"{directory}/samples: not JSON: {error}"], 1)
    else:
        if wrong:
            _refuse((f"{directory}/{problem}" for problem in wrong), len(wrong))
        campaigns = bundle.catalog["campaigns"]
        live = sum(campaign["status"] == "live" for campaign in campaigns.values())
        click.echo(f"{directory}: {len(campaigns)} campaigns, {live} live, nothing wrong ({bundle.catalog['hash']})")


def _refuse(problems: Iterable[str], count: int) -> None:
    for problem in problems:
        click.echo(problem)
    click.echo(f"{count} problem{'' if count == 1 else 's'}", err=True)
    raise SystemExit(1)
