"""`kairos keys link`: replaces the key that signs links, while every link that was ever sent goes on working."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

import click

from kairos.adapters.secrets import FRESH
from kairos.domain.keyring import BadRing, Ring, read
from local import key_lists
from local.reach import Reached, where

HELD_IN: Final = "LinkKeySecret"
MINUTES: Final = FRESH // 60_000


@click.group("link")
def link() -> None:
    """The key that signs links: add, five minutes later use; retire the old one only if it has leaked."""


@link.command("list")
@where
def show(stack: str | None, region: str | None) -> None:
    """Which keys are accepted, by the beginnings of their hashes."""
    ring = read(key_lists.read(Reached(stack, region), HELD_IN))
    told = [f"in use {fingerprint(ring.key)}", *([f"next {fingerprint(ring.next)}"] if ring.next else [])]
    click.echo(", ".join([*told, *(f"accepted {fingerprint(key)}" for key in ring.previous)]))


@link.command()
@where
def add(stack: str | None, region: str | None) -> None:
    """Makes a new key; in five minutes it is accepted everywhere, beside the one in use."""
    key = secrets.token_urlsafe(32)
    reached = Reached(stack, region)
    _step(reached, lambda ring: ring.add(key, reached.now()))
    click.echo(f"{fingerprint(key)} is accepted in {MINUTES} minutes; then `kairos keys link use`")


@link.command()
@where
def use(stack: str | None, region: str | None) -> None:
    """Takes the new key into use; the old one is still accepted."""
    reached = Reached(stack, region)
    ring = _step(reached, lambda ring: ring.use(reached.now(), settled=FRESH))
    click.echo(f"{fingerprint(ring.key)} is in use; still accepted: {', '.join(map(fingerprint, ring.previous))}")


@link.command()
@click.confirmation_option(prompt="Every link of the old keys, opt-outs too, is refused from then on. Sure?")
@where
def retire(stack: str | None, region: str | None) -> None:
    """Accepts only the key in use, everywhere within five minutes."""
    ring = _step(Reached(stack, region), Ring.retire)
    click.echo(f"in {MINUTES} minutes only {fingerprint(ring.key)} is accepted")


def _step(reached: Reached, change: Callable[[Ring], Ring]) -> Ring:
    try:
        return read(key_lists.change(reached, HELD_IN, lambda text: change(read(text)).text()))
    except BadRing as refused:
        raise click.ClickException(str(refused)) from refused


def fingerprint(key: str) -> str:
    """Enough to tell keys apart, nothing to use them by."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]
