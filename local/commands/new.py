"""`kairos new`: a campaign to begin with."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from kairos.catalog.problems import nearest
from kairos.catalog.source import read

STARTERS: Final = Path(__file__).parents[1] / "starters"
LAYOUT: Final = "layout.email.mjml"
_NEEDS: Final = "policy.yaml"  # of a starter: what it needs in the policy, never copied
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_TOPIC: Final = re.compile(r"^topic: .+$", re.MULTILINE)


def kinds() -> list[str]:
    """The starters there are."""
    return sorted(folder.name for folder in STARTERS.iterdir() if (folder / "campaign.yaml").is_file())


@click.command
@click.argument("name")
@click.option(
    "--kind", default="abandoned-cart", show_default=True, metavar="KIND", help=f"One of {', '.join(kinds())}."
)
@click.option("--campaigns", type=click.Path(path_type=Path, exists=True, file_okay=False), default=Path("campaigns"))
def command(name: str, kind: str, campaigns: Path) -> None:
    """Write a campaign NAME to begin with: a draft and its templates, which validate as they are."""
    starter, target = STARTERS / kind, campaigns / name
    if kind not in kinds():
        guess = nearest(kind, kinds())
        also = f", {guess}" if guess else "."
        raise click.UsageError(f"there is no kind {kind!r}{also} One of: {', '.join(kinds())}")
    if not _NAME.fullmatch(name) or name == "samples":
        raise click.UsageError(f"{name!r} cannot be a campaign: small letters, digits and hyphens, and not 'samples'")
    if target.exists():
        raise click.UsageError(f"{target} exists already")
    policy = _policy(campaigns)
    files = {file.name: file.read_text("utf-8") for file in sorted(starter.iterdir()) if file.name != _NEEDS}
    mails = any(file.endswith(".email.mjml") for file in files)
    if mails and not (policy.get("brand") or {}).get("postal_address"):
        raise click.ClickException(
            f"{campaigns / 'policy.yaml'} has no brand.postal_address, which every marketing mail says"
        )
    if mails and not (campaigns / LAYOUT).is_file():
        raise click.ClickException(
            f"{campaigns} has no {LAYOUT}, which the mails of this kind are placed into: "
            "write one first, see docs/templates.md"
        )
    if missing := list(_missing(starter / _NEEDS, policy)):
        needed = (starter / _NEEDS).read_text("utf-8")
        raise click.ClickException(
            f"{campaigns / 'policy.yaml'} has no {', '.join(missing)}, which this kind needs. "
            f"Put there first, for example:\n\n{needed}"
        )
    files["campaign.yaml"] = _with_topic(files["campaign.yaml"], policy, campaigns)
    target.mkdir()
    for file, text in files.items():
        (target / file).write_text(text, "utf-8")
        click.echo(f"written: {target / file}")
    click.echo("\nNext:")
    for line in _next(name, campaigns, shown=len(files) > 1):
        click.echo(f"  {line}")


def _policy(campaigns: Path) -> Mapping[str, Any]:
    file = campaigns / "policy.yaml"
    if not file.is_file():
        raise click.ClickException(f"{campaigns} has no policy.yaml: is it a directory of campaigns?")
    source = read(file, str(file))
    if source.problems:
        raise click.ClickException("\n".join(map(str, source.problems)))
    found: Mapping[str, Any] = source.data
    return found


def _missing(needs: Path, policy: Mapping[str, Any]) -> Iterator[str]:
    """The parts of the policy that the starter cannot do without and the policy has not."""
    for section, needed in (read(needs, needs.name).data if needs.is_file() else {}).items():
        has = policy.get(section) or {}
        if isinstance(needed, list):
            yield from () if has else (section,)
        else:
            known = has if isinstance(has, Mapping) else {}
            yield from (f"{section}.{part}" for part in needed if part not in known)


def _with_topic(text: str, policy: Mapping[str, Any], campaigns: Path) -> str:
    """The campaign about the first topic that asks for consent; unchanged if it is about none."""
    written = _TOPIC.search(text)
    if written is None:
        return text
    topics = policy.get("topics")
    for topic, how in topics.items() if isinstance(topics, Mapping) else ():
        if not (isinstance(how, Mapping) and how.get("transactional")):
            return text.replace(written[0], f"topic: {topic}", 1)
    raise click.ClickException(
        f"{campaigns / 'policy.yaml'} has no topic to consent to. "
        "Put there first, for example:\n\ntopics:\n  news: {consent: explicit}\n"
    )


def _next(name: str, campaigns: Path, *, shown: bool) -> Iterator[str]:
    beside = "" if campaigns == Path("campaigns") else f" --campaigns {campaigns}"
    if not (campaigns / "campaign.schema.json").is_file():
        yield f"kairos schema --write {campaigns}   # completion in your editor"
    yield f"kairos validate {campaigns}"
    if shown:
        yield f"kairos render {name}{beside}"
    yield f"then `status: live` in {campaigns / name / 'campaign.yaml'}, and deploy"
