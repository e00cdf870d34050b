"""`kairos dlq`: dead letters, why they died, and back again."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.clock import iso
from local.reach import Reached, where

if TYPE_CHECKING:
    from local.dead_letters import DeadLetters, Letter
    from local.post_mortem import PostMortem

QUEUES = ("events", "send", "bulk", "fan-out", "erase", "sweep")
SAMPLE = 50
queue = click.argument("queue", type=click.Choice(QUEUES), metavar="QUEUE")
campaigns = click.option(
    "--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"),
    show_default=True, help="The campaigns that are deployed: what failed is decided again with them.",
)  # fmt: skip


@click.group("dlq")
def command() -> None:
    """Dead letters: what could not be worked off ten times over. What was not understood: `kairos rejected`."""


@command.command("list")
@campaigns
@where
def overview(campaigns: Path, stack: str | None, region: str | None) -> None:
    """How many lie where, since when, and why."""
    letters, mortem = _open(stack, region, campaigns)
    for name in QUEUES:
        count = letters.count(name)
        click.echo(f"{name:<10}{count:>6}  {_about(letters, mortem, name) if count else ''}".rstrip())


@command.command()
@queue
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="The oldest so many.")
@click.option("--personal", is_flag=True, help="Bodies as they are; else nothing in them names anybody.")
@campaigns
@where
def show(queue: str, limit: int, personal: bool, campaigns: Path, stack: str | None, region: str | None) -> None:
    """One by one: id, time, reason, body. They stay where they are. QUEUE is one of those that `list` names."""
    from local.dead_letters import shown

    letters, mortem = _open(stack, region, campaigns)
    with letters.held(queue, limit) as found:
        for letter in found:
            click.echo(f"{letter.id}  {iso(letter.sent)}  {mortem.why(queue, letter).words}")
            click.echo(f"  {shown(letter, personal=personal)}")


@command.command()
@queue
@click.option("--id", "ids", multiple=True, help="Only this one, by the id that `show` prints; may be repeated.")
@click.option("--anyway", is_flag=True, help="Also what would only die again, as far as it can be told from here.")
@click.option(
    "--limit", type=click.IntRange(1), default=100_000, show_default=True, help="At most so many, the oldest first."
)
@click.option(
    "--rate",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="A second, so that the living are not held up.",
)
@campaigns
@where
def redrive(
    queue: str, ids: tuple[str, ...], anyway: bool, limit: int, rate: int, campaigns: Path,
    stack: str | None, region: str | None,
) -> None:  # fmt: skip
    """Sends them back where they came from. Nothing is done twice by it: events, messages and pages know their ids.

    What fails here too, with this code and these campaigns, stays and exits 1: deploy the repair first.
    """
    letters, mortem = _open(stack, region, campaigns)
    sent, seen, stay = 0, 0, Counter[str]()
    hold = 2 * min(letters.count(queue), limit) // min(rate, 10)  # seconds; what stays is not to come twice
    with ExitStack() as holding:
        while seen < limit:
            size = min(rate, 10, limit - seen) if not ids else max(letters.count(queue), 1)
            found = holding.enter_context(letters.held(queue, size, hold))
            chosen = [letter for letter in found if not ids or letter.id in ids]
            going = chosen if anyway else _with_hope(chosen, queue, mortem, stay)
            sent, seen = sent + letters.send_back(queue, going), seen + len(chosen)
            if ids or not found:
                break
            time.sleep(len(going) / rate)
    click.echo(
        f"{queue}: {sent} sent back" if queue != "sweep" else f"sweep: {sent} let go; the next minute did their work"
    )
    for words, count in stay.most_common():
        click.echo(f"{count} × {words}", err=True)
    if missing := len(ids) - seen if ids else 0:
        raise click.ClickException(f"{missing} of the ids {'is' if missing == 1 else 'are'} not there")
    if stay:
        raise click.ClickException(f"{stay.total()} would only die again, and stay: deploy the repair, or --anyway")


def _with_hope(
    letters: "Sequence[Letter]", queue: str, mortem: "PostMortem", stay: "Counter[str]"
) -> "list[Letter]":  # fmt: skip
    """Those that may do better now; of the others, why they stay."""
    causes = [(letter, mortem.why(queue, letter)) for letter in letters]
    stay.update(cause.words for _, cause in causes if cause.hopeless)
    return [letter for letter, cause in causes if not cause.hopeless]


def _open(stack: str | None, region: str | None, campaigns: Path) -> "tuple[DeadLetters, PostMortem]":
    from local.dead_letters import DeadLetters  # here: `kairos --help` need not wait for them
    from local.post_mortem import PostMortem

    reached = Reached(stack, region)

    def address_key() -> str:
        asked = reached.client("secretsmanager").get_secret_value(SecretId=reached.secret("AddressKeySecret"))
        return str(asked["SecretString"])

    mortem = PostMortem(reached.client("dynamodb"), reached.physical("Table"), campaigns, address_key, reached.now)
    return DeadLetters(reached), mortem


def _about(letters: "DeadLetters", mortem: "PostMortem", name: str) -> str:
    with letters.held(name, SAMPLE) as found:
        whys = Counter(mortem.why(name, letter).words for letter in found)
    if not found:
        return "others are looking at them"
    since = iso(min(letter.sent for letter in found))
    return f"since {since}  " + "; ".join(f"{count} × {why}" for why, count in whys.most_common(3))
