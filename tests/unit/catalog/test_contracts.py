"""Contracts of events: what their files may say, and what they say of the playbook."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kairos.catalog.bundle import compile_directory
from kairos.catalog.contracts import read_contracts
from kairos.domain.contracts import MODE, Mode, contracts
from kairos.domain.events import OWN_TYPES

ROOT = Path(__file__).parents[3]
SHIPPED = read_contracts(ROOT / "events")
CAMPAIGNS = compile_directory(ROOT / "campaigns").catalog


def of(tmp_path: Path, text: Any, name: str = "order.placed.json") -> list[str]:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / name).write_text(text if isinstance(text, str) else json.dumps(text, indent=1))
    return [str(problem).removeprefix(f"{folder}/") for problem in read_contracts(tmp_path).problems]


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("{", "order.placed.json", "order.placed.json:1:2: not JSON: expecting property name"),
        ('{"a": 1,}', "order.placed.json", "not JSON"),
        ("[]", "order.placed.json", "not an object, expected a JSON Schema"),
        ("\ufffd".encode("utf-16").decode("latin-1"), "order.placed.json", "not JSON"),
        ({"type": "object", MODE: "wran"}, "order.placed.json", "x-kairos-mode: 'wran', expected one of off, warn"),
        ('{"type": "object", "type": "array"}', "order.placed.json", "1:20: type: repeated key"),
        ({"type": "objekt"}, "order.placed.json", '2:10: type: "objekt" is not valid'),
        ({"properties": {"a": {"pattern": "("}}}, "order.placed.json", 'properties.a.pattern: "(" is not a "regex"'),
        ({"properties": {"a": {"$ref": "https://x.example/a"}}}, "order.placed.json", "references to other files"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "order.placed.json", "references to other files"),
        ({}, "message.sent.json", "'message.sent', which is a type that only Kairos makes"),
        ({}, "a\tb.json", "must not contain control characters"),
        ({"required": ["a"], "examples": [{}]}, "order.placed.json", 'examples[0]: "a" is a required property'),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_by_place_and_reason(tmp_path, text, name, said):
    problems = of(tmp_path, text, name)
    assert said in "\n".join(problems), problems


def test_a_shop_without_contracts_has_none(tmp_path):
    assert (read_contracts(tmp_path).schemas, read_contracts(tmp_path).problems) == ({}, [])


def test_a_contract_without_a_mode_warns_and_one_that_is_off_is_not_looked_at():
    agreed = contracts({"a": {}, "b": {MODE: "off"}, "c": {MODE: "reject"}})
    assert {type: contract.mode for type, contract in agreed.items()} == {"a": Mode.WARN, "c": Mode.REJECT}


def test_those_that_are_shipped_are_right_and_warn():
    assert not SHIPPED.problems
    assert {schema[MODE] for schema in SHIPPED.schemas.values()} == {"warn"}


@pytest.mark.parametrize("type", SHIPPED.schemas)
def test_each_has_its_type_as_title_a_description_and_an_example_with_every_required_field(type):
    schema = SHIPPED.schemas[type]
    assert (schema["title"], bool(schema["description"])) == (type, True)
    [example] = schema["examples"]
    jsonschema.validate(example, schema)
    assert all(field.get("description") for field in schema["properties"].values())


def heard() -> set[str]:
    """Every type of event that the playbook names, except what Kairos makes."""
    types: set[str] = set()

    def look(node):
        if isinstance(node, dict):
            named = [node.get("event"), *(node.get("events") or ()), *(node.get("of") or () if "for" in node else ())]
            types.update(each for each in named if isinstance(each, str))
            types.update(node["event"] if isinstance(node.get("event"), list) else ())
            for each in node.values():
                look(each)
        elif isinstance(node, list):
            for each in node:
                look(each)

    look([CAMPAIGNS["campaigns"], CAMPAIGNS["policy"]])
    return {type for type in types if isinstance(type, str)} - OWN_TYPES


@pytest.mark.parametrize("type", sorted(heard()))
def test_every_event_that_the_playbook_hears_has_one(type):
    assert type in SHIPPED.schemas


def test_every_sample_keeps_its_contract():
    for file in (ROOT / "campaigns" / "samples").glob("*.json"):
        event = json.loads(file.read_text()).get("event")
        if event and event["type"] in SHIPPED.schemas:
            jsonschema.validate(event["properties"], SHIPPED.schemas[event["type"]])


READ = [
    (name, type, path.removeprefix("properties."))
    for name, campaign in CAMPAIGNS["campaigns"].items()
    for type in ((campaign["trigger"].get("on") or {}).get("event") or [] if campaign["trigger"]["kind"] != "segment" else [])
    for path in campaign["event_paths"]
    if path.startswith("properties.") and type in SHIPPED.schemas
]  # fmt: skip


@pytest.mark.parametrize(("campaign", "type", "field"), READ)
def test_whatever_a_campaign_says_of_its_event_is_in_the_contract(campaign, type, field):
    assert field in SHIPPED.schemas[type]["properties"]
