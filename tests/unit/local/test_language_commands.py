"""`kairos validate`, `kairos schema` and `kairos match` as they are called."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from kairos.catalog.source import read
from local.cli import kairos

ROOT = Path(__file__).parents[3]
CAMPAIGNS = ROOT / "campaigns"


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(kairos, arguments, input=stdin)


def answers(*cases: dict[str, Any]) -> list[dict[str, Any]]:
    result = run("match", stdin="".join(json.dumps(case) + "\n" for case in cases))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_the_shipped_campaigns_are_valid() -> None:
    result = run("validate", str(CAMPAIGNS))
    assert result.exit_code == 0
    assert "34 campaigns, 34 live, nothing wrong" in result.output


def test_a_wrong_directory_is_found_wrong(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("brand: {name: N, email: x}\ntimezne: UTC\n")
    result = run("validate", str(tmp_path))
    assert result.exit_code == 1
    assert "policy.yaml:2:1: timezne: unknown key" in result.output
    assert "did you mean 'timezone'?" in result.output


def test_a_template_that_reads_what_no_sample_has_is_found_wrong(tmp_path: Path) -> None:
    shutil.copytree(CAMPAIGNS, tmp_path / "campaigns")
    mail = tmp_path / "campaigns" / "welcome" / "account.email.html"
    mail.with_suffix(".mjml").unlink()
    mail.write_text("---\nsubject: Hi\n---\n<p>{{ customer.shoe_size }}</p>\n")
    result = run("validate", str(tmp_path / "campaigns"))
    assert result.exit_code == 1
    assert "welcome/account.email.html" in result.output
    assert "shoe_size" in result.output


def test_a_sample_that_is_no_json_is_found_wrong(tmp_path: Path) -> None:
    shutil.copytree(CAMPAIGNS, tmp_path / "campaigns")
    (tmp_path / "campaigns" / "samples" / "ada.json").write_text("{")
    result = run("validate", str(tmp_path / "campaigns"))
    assert result.exit_code == 1
    assert "samples/ada.json:1:2: not JSON" in result.output


def test_a_directory_that_is_not_there_is_used_wrong(tmp_path: Path) -> None:
    assert run("validate", str(tmp_path / "nowhere")).exit_code == 2


def test_every_recorded_pattern_is_answered_in_order() -> None:
    cases = json.loads((ROOT / "tests" / "data" / "eventbridge_patterns.json").read_text())["cases"]
    assert [(answer["id"], answer["result"]) for answer in answers(*cases)] == [
        (case["id"], case["expected"]) for case in cases
    ]


@pytest.mark.parametrize(
    ("pattern", "event", "result"),
    [
        ('{"a": [1e0]}', '{"a": 1.0}', True),
        ('{"a": {"b": [1]}, "a": {"c": [2]}}', '{"a": {"b": 1}}', False),
        ('{"a": [1], "a": [2]}', '{"a": 2}', True),
        ('{"a": [NaN]}', '{"a": 1}', "invalid"),
        ('{"a": [1]', '{"a": 1}', "invalid"),
        ('{"a": [1]}', "[]", "invalid"),
        ('{"a": [1]}', "nothing", "invalid"),
    ],
)
def test_raw_text_is_read_as_eventbridge_reads_it(pattern: str, event: str, result: Any) -> None:
    (answer,) = answers({"id": 7, "pattern_raw": pattern, "event_raw": event})
    assert (answer["id"], answer["result"]) == (7, result)
    assert ("error" in answer) is (result == "invalid")


@pytest.mark.parametrize("line", ["not json", "[]", '{"id": "x", "pattern": {}}'])
def test_a_line_that_is_no_case_does_not_stop_the_others(line: str) -> None:
    result = run("match", stdin=line + '\n{"id": 1, "pattern": {"a": [1]}, "event": {"a": 1}}\n')
    strange, good = (json.loads(answer) for answer in result.output.splitlines())
    assert "error" in strange
    assert good == {"id": 1, "result": True}
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "file",
    [CAMPAIGNS / "policy.yaml", *sorted(CAMPAIGNS.glob("*/campaign.yaml"))],
    ids=lambda file: str(file.parent.name),
)
def test_the_schemas_accept_what_is_shipped(file: Path) -> None:
    schema = json.loads(run("schema", file.stem).output)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read(file, file.name).data, schema)


def test_the_schema_of_an_event_knows_the_least_of_them() -> None:
    schema = json.loads(run("schema").output)["event"]
    jsonschema.validate({"type": "cart.updated", "customer": "ada"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"properties": {}}, schema)
