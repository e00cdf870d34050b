"""`kairos import`, against the deployed system: customers out of a file, once, with their evidence."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from local.stack import Stack

Run = Callable[..., Result]
FILE = """Kunde;E-Mail;Mobile;first_name;country;tier;Newsletter;Opt-in
k-1;ada@shop.example;20 12 34 56;Ada;DK;gold;yes;2025-03-01 10:00
k-2;bob@shop;;Bob;DK;;no;
;cy@shop.example;+44 20 7946 0958;Cy;GB;;no;
"""
POLICY = """brand: {name: N, email: "N <n@n.example>", sms: N, postal_address: "N 1", website: "https://n.example"}
timezone: UTC
locale: en
currency: EUR
topics: {offers: {consent: explicit}}
"""
MAP = ("--map", "Kunde=id", "--map", "Newsletter=consent.offers.email", "--map", "Opt-in=consent.time")


@pytest.fixture
def command(command: Run, tmp_path: Path) -> Run:
    """Told the topics alone, without the playbook that takes a second to read."""
    policy = tmp_path / "campaigns" / "policy.yaml"
    policy.parent.mkdir()
    policy.write_text(POLICY)
    return lambda *arguments: command("import", *arguments, "--campaigns", policy.parent)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "people.csv"
    written.write_text(FILE, "utf-8")
    return written


def known(stack: Stack, who: str) -> dict[str, Any]:
    answer = stack.request("GET", f"/v1/customers/{who}", key="dev-admin-key")
    return dict(json.loads(answer.body)) if answer.status == 200 else {}


def evidence(stack: Stack) -> list[Any]:
    """What the table keeps of words that came with the file."""
    rows = stack.session.client("dynamodb").scan(TableName=stack.physical("AWS::DynamoDB::Table")[0])["Items"]
    return [row for row in rows if "import of people.csv" in repr(row)]


def test_a_file_becomes_customers_with_the_evidence_of_their_word(whole: Stack, command: Run, file: Path) -> None:
    ran = command(file, *MAP, "--quiet")
    assert (ran.exit_code, "2 customers on their way, 1 bad lines" in ran.output) == (1, True), ran.output
    assert "Mobile      phone" in ran.output and "tier        attributes.tier" in ran.output
    assert "may start" not in ran.output
    whole.settle()
    ada = known(whole, "k-1")
    assert ada["attributes"]["backend"] == {"first_name": "Ada", "country": "DK", "tier": "gold"}
    assert ada["addresses"] == {"email": "ada@shop.example", "phone": "+4520123456"}
    assert [(c["topic"], c["state"], c["time"]) for c in ada["consents"]] == [
        ("offers", "granted", "2025-03-01T10:00:00.000Z")
    ]
    assert len(evidence(whole)) == 2, "whence each word comes"
    assert (known(whole, "k-2"), whole.messages()) == ({}, [])
    assert Path(f"{file}.bad.csv").read_text().splitlines()[1].startswith("3;E-Mail;must be an e-mail address")
    assert not Path(f"{file}.import.json").exists()


def test_the_same_file_twice_is_as_once(whole: Stack, command: Run, file: Path) -> None:
    for _ in range(2):
        command(file, *MAP, "--as-of", "2026-01-01")
        whole.settle()
    first = known(whole, "k-1")
    assert len(evidence(whole)) == 2
    withdrawn = {"consents": [{"topic": "offers", "channel": "email", "state": "withdrawn"}]}
    whole.request("PUT", "/v1/customers/k-1", withdrawn, key="dev-admin-key")
    command(file, *MAP, "--as-of", "2026-01-01")
    whole.settle()
    [word] = known(whole, "k-1")["consents"]
    assert (first["consents"][0]["state"], word["state"]) == ("granted", "withdrawn"), (
        "an old yes overrules no later no"
    )


def test_a_dry_run_looks_at_every_line_and_changes_nothing(whole: Stack, command: Run, file: Path) -> None:
    ran = command(file, *MAP, "--dry-run")
    assert (ran.exit_code, "2 customers could be taken, 1 bad lines" in ran.output) == (1, True), ran.output
    whole.settle()
    assert known(whole, "k-1") == {} and Path(f"{file}.bad.csv").exists()


USED_WRONG = (
    (("--map", "Kunde=id", "--map", "Newsletter=consent.offers.email"), "when was consent.offers.email given?"),
    ((*MAP[:2], "--map", "Newsletter=consent.ofers.email"), "did you mean offers?"),
    ((*MAP, "--map", "Kund=id"), "there is no column 'Kund'"),
    ((*MAP, "--as-of", "yesterday"), "is no ISO 8601 moment"),
    ((*MAP, "--delimiter", "::"), "must be one character"),
    ((*MAP, "--map", "Kunde"), "must be written A=B"),
)


def test_an_import_that_is_used_wrong_says_how_and_takes_nothing(whole: Stack, command: Run, file: Path) -> None:
    for options, said in USED_WRONG:
        ran = command(file, *options)
        assert (ran.exit_code, said in ran.output) == (2, True), ran.output
    assert command(file, *MAP, "--encoding", "utf-99").exit_code == 1
    Path(f"{file}.import.json").write_text('{"file": "another", "plan": ""}')
    ran = command(file, *MAP)
    assert (ran.exit_code, "--restart begins anew" in ran.output) == (2, True)
    assert command(file, *MAP, "--restart").exit_code == 1
