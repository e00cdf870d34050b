"""`kairos validate`: is everything in a directory of campaigns right?"""

import time
from collections.abc import Sequence
from pathlib import Path

import click


@click.command
@click.argument("directory", default="campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False))
def command(directory: Path) -> None:
    """Check campaigns, policy, templates, and beside them the mapping and contracts of events; say everything that is wrong, and where.

    Every template is rendered for every sample customer in every locale. Warnings are of what is well-formed but cannot
    do what it was written for; with nothing but warnings the exit code is 0.
    """
    from kairos.catalog.bundle import InvalidCampaigns, compile_directory  # `kairos --help` need not wait for it
    from kairos.catalog.events import problems as wrong_events
    from local.events import events_beside
    from local.preview import review

    events = events_beside(directory)
    try:
        bundle = compile_directory(directory)
    except InvalidCampaigns as invalid:
        problems = [*invalid.problems, *wrong_events(events)]
        wrong = sum(problem.severity == "error" for problem in problems)
        _say([str(problem) for problem in problems], wrong, len(problems) - wrong)
        raise SystemExit(1) from None
    mine = events.parent == directory.absolute().parent  # the project's own are not of these topics
    names = wrong_events(events, bundle.catalog["policy"]["topics"] if mine else None)
    broken, doubts = (
        [f"{directory}/{told}" for told in some]
        for some in review(bundle.catalog, bundle.templates, directory, int(time.time() * 1000))
    )
    broken += map(str, names)
    _say([*map(str, bundle.warnings), *doubts, *broken], len(broken), len(bundle.warnings) + len(doubts))
    if broken:
        raise SystemExit(1)
    campaigns = bundle.catalog["campaigns"]
    live = sum(campaign["status"] == "live" for campaign in campaigns.values())
    click.echo(f"{directory}: {len(campaigns)} campaigns, {live} live, nothing wrong ({bundle.catalog['hash']})")


def _say(problems: Sequence[str], wrong: int, warnings: int) -> None:
    for problem in problems:
        click.echo(problem)
    counts = [(wrong, "problem"), (warnings, "warning")]
    told = ", ".join(f"{number} {what}{'' if number == 1 else 's'}" for number, what in counts if number)
    if told:
        click.echo(told, err=True)
