"""`kairos render`: one message as it would go out."""

import tempfile
import time
from pathlib import Path
from typing import Any

import click

from kairos.service.ports import BrokenTemplate, Outgoing
from local.segments import segments

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command("render")
@click.argument("campaign")
@click.option("--template", help="Default: every template of the campaign.")
@click.option("--customer", type=_FILE, help="Default: the first sample.")
@click.option("--locale", metavar="da", help="Default: the customer's.")
@click.option("--campaigns", type=_FOLDER, default=Path("campaigns"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where to write HTML and mails.")
@click.option("--open", "show", is_flag=True, help="Shows the HTML in a browser.")
def command(
    campaign: str,
    template: str | None,
    customer: Path | None,
    locale: str | None,
    campaigns: Path,
    out: Path | None,
    show: bool,
) -> None:
    """Renders the messages of CAMPAIGN for a sample customer."""
    from kairos.catalog.bundle import (
        InvalidCampaigns,
        compile_directory,
    )  # here: `kairos --help` need not wait for MJML
    from local.preview import Previews, chosen, read_sample

    if show and out is None:
        out = Path(tempfile.mkdtemp(prefix="kairos-"))
    try:
        bundle = compile_directory(campaigns)
    except InvalidCampaigns as invalid:
        raise click.ClickException(str(invalid)) from invalid
    names = bundle.templates["campaigns"].get(campaign)
    if names is None:
        raise click.UsageError(f"there is no campaign {campaign!r}, only {', '.join(bundle.templates['campaigns'])}")
    if template is not None and template not in names:
        raise click.UsageError(f"{campaign} has no template {template!r}, only {', '.join(names)}")
    sample = chosen(bundle.catalog, campaigns, campaign, read_sample(customer))
    previews = Previews(bundle.catalog, bundle.templates)
    for name in [template] if template else names:
        for channel in names[name]:
            try:
                made = previews.of(campaign, name, channel, sample, int(time.time() * 1000), locale)
            except BrokenTemplate as broken:
                raise click.ClickException(str(broken)) from None
            _print(name, made)
            if out is not None:
                _write(out / campaign, name, made, show)


def _print(name: str, made: Outgoing) -> None:
    to = "".join(f" · to {address}" for address in list(made.to.values())[:1])  # what a page shows goes to nobody
    click.secho(f"── {name} · {made.channel}{to}", bold=True)
    if made.channel == "sms":
        alphabet, length, messages = segments(made.text)
        click.echo(f"{length} characters of {alphabet}, billed as {messages} message{'' if messages == 1 else 's'}")
    for header, value in ({"Subject": made.subject} | dict(made.headers) if made.subject else {}).items():
        click.echo(f"{header}: {value}")
    click.echo(f"\n{made.text}")
    if made.data.get("link"):
        click.echo(f"→ {made.data['link']}")


def _write(folder: Path, name: str, made: Outgoing, show: bool) -> None:
    from kairos.domain.mail import compose

    folder.mkdir(parents=True, exist_ok=True)
    if made.channel != "email":
        ending = ".html" if made.channel == "show" and made.html else ".json" if made.channel == "show" else ".txt"
        file = folder / f"{name}.{made.channel}{ending}"
        file.write_text(made.text)
        click.echo(f"written: {file}")
        return
    parts: dict[str, Any] = {"subject": made.subject, "text": made.text, "html": made.html, "headers": made.headers}
    (folder / f"{name}.eml").write_bytes(compose(to=made.to["email"], **parts))
    page = folder / f"{name}.html"
    page.write_text(made.html)
    click.echo(f"written: {page}")
    if show:
        click.launch(page.as_uri())
