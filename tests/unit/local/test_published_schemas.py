"""The JSON Schemas that editors check with: fresh, and no stricter than the language."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from kairos.catalog.source import read
from local.cli import kairos

ROOT = Path(__file__).parents[3]
CAMPAIGNS = ROOT / "campaigns"
EXAMPLES = list(yaml.safe_load_all((ROOT / "tests" / "data" / "campaign_examples.yaml").read_text()))
STARTERS = sorted((ROOT / "local" / "starters").glob("*/campaign.yaml"))
NAMES = ("campaign", "policy", "event")


def published(name: str) -> Any:
    return json.loads((CAMPAIGNS / f"{name}.schema.json").read_text())


def test_what_is_published_beside_the_campaigns_is_what_the_language_says_now(tmp_path: Path) -> None:
    result = CliRunner().invoke(kairos, ["schema", "--write", str(tmp_path / "new")])
    assert result.exit_code == 0, result.output
    for name in NAMES:
        file = f"{name}.schema.json"
        assert (CAMPAIGNS / file).read_text() == (tmp_path / "new" / file).read_text(), (
            "kairos schema --write campaigns"
        )
    assert len(list((tmp_path / "new").iterdir())) == len(NAMES)


def test_one_of_them_may_be_written_alone(tmp_path: Path) -> None:
    result = CliRunner().invoke(kairos, ["schema", "event", "--write", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert [file.name for file in tmp_path.iterdir()] == ["event.schema.json"]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(published(name))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["name"]))
def test_they_accept_every_example(example: dict[str, Any]) -> None:
    jsonschema.validate({key: value for key, value in example.items() if key != "name"}, published("campaign"))


@pytest.mark.parametrize("file", STARTERS, ids=lambda file: str(file.parent.name))
def test_they_accept_every_starter(file: Path) -> None:
    jsonschema.validate(read(file, file.name).data, published("campaign"))


@pytest.mark.parametrize(
    "change",
    [
        {"stepz": []},
        {"trigger": {"event": "a", "schedule": "cron(0 9 * * ? *)"}},
        {"trigger": {}},
        {"steps": [{"wait": {"until": "10:00", "after": "1d"}}]},
        {"steps": [{"wait": 3}]},
        {"steps": [{"send": {"channel": "fax", "template": "t"}}]},
    ],
    ids=str,
)
def test_they_refuse_what_the_language_does_not_know(change: dict[str, Any]) -> None:
    fine = {"trigger": {"event": "a"}, "steps": [{"exit": None}]}
    jsonschema.validate({**fine, "steps": [{"wait": {"until": "10:00"}}]}, published("campaign"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**fine, **change}, published("campaign"))
