"""`kairos consents`: the evidence of one customer's consents."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from kairos.domain.state import State
from local.clock import iso
from local.reach import Reached, where

if TYPE_CHECKING:
    from kairos.adapters.dynamodb.evidence import Word

_STANDS = {"proven": "granted, with proof", "granted": "granted", "withdrawn": "withdrawn"}


@click.command("consents")
@click.argument("customer")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a file or another program.")
@where
def command(customer: str, as_json: bool, stack: str | None, region: str | None) -> None:
    """What CUSTOMER has agreed to and taken back: how it stands, and every word with its source, wording and proof."""
    from kairos.adapters.dynamodb.customers import DynamoCustomers  # here: `kairos --help` need not wait for them
    from kairos.adapters.dynamodb.evidence import DynamoEvidence
    from kairos.adapters.dynamodb.table import Table

    reached = Reached(stack, region)
    table = Table(reached.client("dynamodb"), reached.physical("Table"))
    state = DynamoCustomers(table).read((customer,), consistent=True)[customer].state
    words = DynamoEvidence(table).of(customer)
    if not words and not state.known:
        raise click.ClickException(f"nobody is known as {customer!r}")
    if as_json:
        told = {"customer": customer, "standing": _standing(state), "words": [_plain(word) for word in words]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in _lines(customer, state, words):
        click.echo(line)


def _standing(state: State) -> list[dict[str, str]]:
    rows = []
    for name, (word, time, _) in sorted(state.consents.items()):
        topic, _, channel = name.partition("/")
        rows.append({"topic": topic, "channel": channel, "state": _STANDS[word], "since": iso(time)})
    return rows


def _plain(word: "Word") -> dict[str, Any]:
    said = word.consent
    told = {
        "time": iso(said.time), "topic": said.topic, "channel": said.channel, "state": said.state, "source": said.source,
        "wording": said.wording, "proof": said.proof, "event": word.event, "as": word.who,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _lines(customer: str, state: State, words: Iterable["Word"]) -> Iterable[str]:
    yield f"{customer} now"
    rows = _standing(state)
    names = [f"{row['topic']}/{row['channel']}" for row in rows]
    for name, row in zip(names, rows, strict=True):
        yield f"  {name:<{max(map(len, names))}}  {row['state']}, since {row['since']}"
    if not rows:
        yield "  no word of consent"
    yield "and every word that led to it"
    for word in words:
        said = word.consent
        by = f" as {word.who}" if word.who != customer else ""
        yield f"  {iso(said.time)}  {said.topic}/{said.channel} {said.state}{by}"
        for name, value in (("source", said.source), ("wording", said.wording), ("proof", said.proof)):
            if value:
                yield f"      {name:<8} {value}"
        yield f"      event    {word.event}"
