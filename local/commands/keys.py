"""`kairos keys`: replaces the keys of a stack while everything runs."""

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

import click

from kairos.adapters.secrets import FRESH
from kairos.domain.keyring import BadRing, Ring, read
from local.reach import Reached, where

PARTS: Final = {"write": "WriteKeySecret", "admin": "AdminKeySecret", "link": "LinkKeySecret"}
kind = click.argument("kind", type=click.Choice(list(PARTS)))
MINUTES: Final = FRESH // 60_000


@click.group("keys")
def command() -> None:
    """Replaces keys without a pause: add, five minutes later use, and retire the old one when nobody needs it."""


@command.command("list")
@where
def show(stack: str | None, region: str | None) -> None:
    """Which keys are accepted, by the beginnings of their hashes."""
    reached = Reached(stack, region)
    for name in PARTS:
        ring = _read(reached, name)
        told = [f"in use {_print(ring.key)}", *([f"next {_print(ring.next)}"] if ring.next else [])]
        click.echo(f"{name:<6}{', '.join([*told, *(f'accepted {_print(key)}' for key in ring.previous)])}")


@command.command()
@kind
@click.option("--show", is_flag=True, help="Print the new key, to be handed on; else it is only in the secret.")
@where
def add(kind: str, show: bool, stack: str | None, region: str | None) -> None:
    """Makes a new key; in five minutes it is accepted everywhere, beside the one in use."""
    reached, key = Reached(stack, region), secrets.token_urlsafe(32)
    _step(reached, kind, lambda ring: ring.add(key, _now()))
    click.echo(
        f"{kind}: {key if show else _print(key)} is accepted in {MINUTES} minutes; then `kairos keys use {kind}`"
    )


@command.command()
@kind
@where
def use(kind: str, stack: str | None, region: str | None) -> None:
    """Takes the new key into use; the old one is still accepted."""
    ring = _step(Reached(stack, region), kind, lambda ring: ring.use(_now(), settled=FRESH))
    click.echo(f"{kind}: {_print(ring.key)} is in use; still accepted: {', '.join(map(_print, ring.previous))}")


@command.command()
@kind
@click.confirmation_option(prompt="Whoever still has an old key, or an old link, is refused from then on. Sure?")
@where
def retire(kind: str, stack: str | None, region: str | None) -> None:
    """Accepts only the key in use, everywhere within five minutes."""
    ring = _step(Reached(stack, region), kind, Ring.retire)
    click.echo(f"{kind}: in {MINUTES} minutes only {_print(ring.key)} is accepted")


def _step(reached: Reached, kind: str, change: Callable[[Ring], Ring]) -> Ring:
    try:
        ring = change(_read(reached, kind))
    except BadRing as refused:
        raise click.ClickException(f"{kind}: {refused}") from refused
    secrets_manager = reached.client("secretsmanager")
    secrets_manager.put_secret_value(SecretId=reached.secret(PARTS[kind]), SecretString=ring.text())
    return ring


def _read(reached: Reached, kind: str) -> Ring:
    found = reached.client("secretsmanager").get_secret_value(SecretId=reached.secret(PARTS[kind]))
    return read(found["SecretString"])


def _print(key: str) -> str:
    """Enough to tell keys apart, nothing to use them by."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def _now() -> int:
    return time.time_ns() // 1_000_000
