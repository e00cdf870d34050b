"""`kairos keys shopify`: the secret by which a stack knows Shopify; while it is replaced, the old one too."""

from typing import Final

import click

from kairos.domain.keyring import SHORTEST, BadRing, Ring, read
from local import key_lists
from local.link_keys import MINUTES, fingerprint
from local.reach import Reached, where

HELD_IN: Final = "ShopifySecret"


@click.group("shopify")
def shopify() -> None:
    """The client secret of a Shopify app, by which its webhooks are signed: put; retire the old one when Shopify no longer uses it."""


@shopify.command()
@click.option(
    "--secret", prompt="Client secret", hide_input=True, help="As Shopify shows it; asked for if it is not given."
)
@where
def put(secret: str, stack: str | None, region: str | None) -> None:
    """Accepts what is signed under this secret, everywhere within half a minute; what was accepted before still is."""
    ring = _step(Reached(stack, region), secret.strip())
    click.echo(f"accepted: {', '.join(map(fingerprint, ring.accepted))}")


@shopify.command()
@click.confirmation_option(prompt="Webhooks signed under an earlier secret are refused from then on. Sure?")
@where
def retire(stack: str | None, region: str | None) -> None:
    """Accepts only the secret that was put last, everywhere within five minutes."""
    ring = _step(Reached(stack, region), "")
    click.echo(f"in {MINUTES} minutes only {fingerprint(ring.key)} is accepted")


def _step(reached: Reached, secret: str) -> Ring:
    """With this secret in front, or without those behind. What a stack was born with nobody knows: it opens nothing."""

    def change(text: str) -> str:
        ring = read(text)
        if not secret:
            return ring.retire().text()
        kept = tuple(key for key in ring.accepted if key != secret)
        return read(Ring(secret, previous=kept[:1]).text(), shortest=SHORTEST).text()

    try:
        return read(key_lists.change(reached, HELD_IN, change))
    except BadRing as refused:
        raise click.ClickException(str(refused)) from refused
