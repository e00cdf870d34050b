"""The contracts of events, `events/schemas/TYPE.json`, checked and compiled to `contracts.json`, which the functions load."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from kairos.catalog.problems import Problem, nearest
from kairos.catalog.source import Source, read
from kairos.domain.contracts import MODE, Mode
from kairos.domain.sources import own
from kairos.domain.sources.parts import BadEvent

FOLDER: Final = "schemas"
"""Where they are in `events/`."""


@dataclass(slots=True)
class Contracts:
    """The schemas by event type, those of mode `off` too, and what is wrong with their files."""

    schemas: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_contracts(events: Path) -> Contracts:
    """All contracts in a folder of events; a shop may have none."""
    found = Contracts()
    for path in sorted((events / FOLDER).glob("*.json")):
        source = read(path, str(path))
        source.problems = [problem for problem in source.problems if problem.found == "repeated key"]
        schema = _schema(path, source)
        if schema is not None:
            _check(path.name.removesuffix(".json"), schema, source)
        found.problems += source.problems
        if schema is not None and not source.problems:
            found.schemas[path.name.removesuffix(".json")] = schema
    return found


def _schema(path: Path, source: Source) -> dict[str, Any] | None:
    """The file's JSON; YAML, which says where things are, would also let through what is none."""
    try:
        schema = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        text = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        source.problems.append(Problem(source.file, error.lineno, error.colno, "", text))
        return None
    except (OSError, UnicodeDecodeError) as error:
        source.problems.append(Problem(source.file, 1, 1, "", f"cannot be read ({type(error).__name__})"))
        return None
    if not isinstance(schema, dict):
        source.problems.append(source.problem((), "not an object", "a JSON Schema of the event's properties"))
        return None
    return schema


def _check(type: str, schema: dict[str, Any], source: Source) -> None:
    try:
        own.type_of(type, "")
    except BadEvent as error:
        named = "the event type and .json as the file's name"
        source.problems.append(source.problem((), f"{type!r}, which {error.message}", named))
    mode = schema.get(MODE, Mode.WARN)
    if mode not in list(Mode):
        hint = nearest(mode, [str(each) for each in Mode])
        source.problems.append(source.problem((MODE,), repr(mode), f"one of {', '.join(Mode)}", hint))
    try:
        validator = jsonschema_rs.validator_for(
            schema, validate_formats=True, offline=True, pattern_options=jsonschema_rs.RegexOptions()
        )
    except jsonschema_rs.ValidationError as error:
        place = tuple(error.instance_path)
        source.problems.append(source.problem(place, error.message, "JSON Schema, without references to other files"))
        return
    examples = schema.get("examples", [])
    for number, example in enumerate(examples if isinstance(examples, list) else []):
        for wrong in validator.iter_errors(example):
            place = ("examples", number, *wrong.instance_path)
            source.problems.append(source.problem(place, wrong.message, "an example that keeps the contract"))
