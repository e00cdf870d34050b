"""`kairos send-test`: a message to try out, in a real mailbox or on a real phone."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from local.reach import Reached, where

if TYPE_CHECKING:
    from local.trying import Trial

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command("send-test")
@click.argument("campaign")
@click.option(
    "--to", required=True, metavar="ADDRESS", help="An e-mail address, a phone number (+45…) or a push endpoint's ARN."
)
@click.option("--channel", type=click.Choice(["sms", "whatsapp"]), help="Of a phone number; default sms.")
@click.option("--template", help="Default: every template of the campaign on that channel.")
@click.option("--customer", type=FILE, help="Whom it is rendered for; default: the first sample.")
@click.option("--locale", metavar="da", help="Default: the customer's.")
@click.option("--campaigns", type=FOLDER, default=Path("campaigns"), show_default=True)
@where
def command(
    campaign: str,
    to: str,
    channel: str | None,
    template: str | None,
    customer: Path | None,
    locale: str | None,
    campaigns: Path,
    stack: str | None,
    region: str | None,
) -> None:
    """Sends the messages of CAMPAIGN, rendered for a sample customer, to ADDRESS.

    They go out as the stack would send them, marked as a test in subject and headers. Nobody's state, cap or report knows of
    them, and nothing that is done with their links is kept.
    """
    from kairos.catalog.bundle import InvalidCampaigns, compile_directory  # `kairos --help` need not wait for MJML
    from kairos.service.ports import BrokenTemplate, CircuitOpen, InDoubt, NotTaken, Refused
    from local.preview import read_sample
    from local.trying import Trial, channel_of

    try:
        bundle = compile_directory(campaigns)
    except InvalidCampaigns as invalid:
        raise click.ClickException(str(invalid)) from invalid
    way = channel_of(to, channel)
    names = _templates(bundle.templates["campaigns"], campaign, template, way)
    given = read_sample(customer)
    reached = Reached(stack, region)
    trial = Trial(reached, bundle, campaigns, reached.now())
    for name in names:
        try:
            _send(trial, campaign, name, way, to, given, locale)
        except BrokenTemplate as broken:
            raise click.ClickException(str(broken)) from None
        except CircuitOpen as error:
            raise click.ClickException(f"{way} takes nothing: {error}") from error
        except (NotTaken, Refused, InDoubt) as error:
            raise click.ClickException(f"{name} was not taken: {getattr(error, 'code', error)}") from error


def _send(trial: "Trial", campaign: str, name: str, channel: str, to: str, given: object, locale: str | None) -> None:
    told = trial.send(campaign, name, channel, to, given, locale)
    click.echo(f"sent: {name} · {channel} · to {to} ({told})")


def _templates(
    all_of: dict[str, dict[str, dict[str, object]]], campaign: str, template: str | None, channel: str
) -> list[str]:
    """Those that are meant. Exits 2 if there are none."""
    if campaign not in all_of:
        raise click.UsageError(f"there is no campaign {campaign!r}, only {', '.join(all_of)}")
    names = [name for name, channels in all_of[campaign].items() if channel in channels]
    if template is not None and template not in names:
        raise click.UsageError(
            f"{campaign} has no template {template!r} for {channel}, only {', '.join(names) or 'none'}"
        )
    if not names:
        raise click.UsageError(f"{campaign} has no template for {channel}")
    return [template] if template else names
