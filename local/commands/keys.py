"""`kairos keys`: who may call the API of a stack, and the key that signs links."""

import secrets
from collections.abc import Callable
from typing import Final

import click

from kairos.adapters.secrets import FRESH
from kairos.domain import access
from kairos.domain.access import Access, BadAccess, Key, Scope
from local import key_lists
from local.clock import iso
from local.link_keys import link
from local.reach import Reached, where
from local.shop_secrets import shopify

HELD_IN: Final = "KeysSecret"
MINUTES: Final = FRESH // 60_000
BROWSER_RATE: Final = 100
name = click.argument("name")


@click.group("keys")
def command() -> None:
    """Keys of the API: create, list, revoke. To replace one, create the new, hand it on, revoke the old."""


@command.command()
@name
@click.option("--scope", type=click.Choice([str(scope) for scope in Scope]), required=True, help="What it opens.")
@click.option("--type", "types", multiple=True, help="An event type that a browser's key may report; may be repeated.")
@click.option(
    "--rate", type=click.IntRange(0), help="Events a second, 0 for no limit; a browser's key has 100, others none."
)
@where
def create(
    name: str, scope: str, types: tuple[str, ...], rate: int | None, stack: str | None, region: str | None
) -> None:
    """Makes a key and prints it, this once: the stack keeps its hash. It opens within half a minute.

    ingest: a shop's servers, all that can be said of a customer. browser-ingest: pages and apps, only behaviour of the
    types given by --type. decisions: asks what to show. admin: reads and writes customers, and all of the others.
    """
    key, kind = f"kairos_{secrets.token_urlsafe(32)}", Scope(scope)
    limit = rate if rate is not None else BROWSER_RATE if kind is Scope.BROWSER else 0
    reached = Reached(stack, region)
    now = reached.now()
    _step(reached, lambda keys: keys.create(name, key, kind, now, types=types, rate=limit))
    click.echo(key)
    click.echo(f"{name}: shown this once, only its hash is kept", err=True)


@command.command("list")
@where
def show(stack: str | None, region: str | None) -> None:
    """Every key that opens, with its scope and when it was made; none is shown, only the beginning of its hash."""
    keys = access.parse(key_lists.read(Reached(stack, region), HELD_IN)).all
    wide = max((len(key.name) for key in keys), default=0)
    for key in keys:
        click.echo(f"{key.name:<{wide}}  {_row(key)}")
    if not keys:
        click.echo("no key opens: kairos keys create NAME --scope ingest", err=True)


@command.command()
@name
@click.confirmation_option(prompt="Whoever has this key is refused from then on. Sure?")
@where
def revoke(name: str, stack: str | None, region: str | None) -> None:
    """Takes a key off the list; it is refused everywhere within five minutes."""
    _step(Reached(stack, region), lambda keys: keys.revoke(name))
    click.echo(f"{name}: refused everywhere in {MINUTES} minutes")


command.add_command(link)
command.add_command(shopify)


def _row(key: Key) -> str:
    made = iso(key.created // 1000 * 1000) if key.created else "with the stack"
    rate = f"{key.rate}/s" if key.rate else "no limit"
    return f"{key.hash[:8]}  {key.scope:<14}  {made:<20}  {rate}  {', '.join(sorted(key.types))}".rstrip()


def _step(reached: Reached, step: Callable[[Access], Access]) -> None:
    try:
        key_lists.change(reached, HELD_IN, lambda text: step(access.parse(text)).text())
    except BadAccess as refused:
        raise click.ClickException(str(refused)) from refused
