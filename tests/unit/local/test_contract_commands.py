"""`kairos schema --events` and `kairos validate`, where contracts are concerned."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from local.cli import kairos
from local.stack import ROOT


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder of campaigns without any, and beside it events with one contract."""
    (tmp_path / "campaigns").mkdir()
    policy = 'brand: {name: N, email: "n@nordlys.example", postal_address: "x"}\ntopics: {offers: {}, news: {}}\n'
    (tmp_path / "campaigns" / "policy.yaml").write_text(policy)
    shutil.copytree(ROOT / "events" / "mapping", tmp_path / "events" / "mapping")
    (tmp_path / "events" / "schemas").mkdir()
    return tmp_path


def agree(shop: Path, schema: object) -> None:
    (shop / "events" / "schemas" / "parcel.weighed.json").write_text(json.dumps(schema))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(kairos, [str(argument) for argument in arguments])


def test_every_contract_is_printed_or_the_one_that_is_named() -> None:
    everything = json.loads(run("schema", "--events").stdout)
    assert json.loads(run("schema", "order.placed", "--events").stdout) == everything["order.placed"]
    refused = run("schema", "order.lost", "--events")
    assert (refused.exit_code, "order.lost is none of" in refused.output) == (2, True)


def test_a_shop_s_own_are_printed_and_validated(shop: Path) -> None:
    agree(shop, {"type": "object", "required": ["grams"]})
    printed = json.loads(run("schema", "--events", "--campaigns", shop / "campaigns").stdout)
    assert printed == {"parcel.weighed": {"type": "object", "required": ["grams"]}}
    assert run("validate", shop / "campaigns").exit_code == 0


def test_a_wrong_one_is_named_with_its_place_and_does_not_pass(shop: Path) -> None:
    agree(shop, {"type": "objekt", "x-kairos-mode": "rejekt"})
    validated = run("validate", shop / "campaigns")
    assert validated.exit_code == 1
    assert "parcel.weighed.json:1:10: type:" in validated.output
    assert "'rejekt', expected one of off, warn, reject (did you mean 'reject'?)" in validated.output
    assert run("schema", "--events", "--campaigns", shop / "campaigns").exit_code == 1
