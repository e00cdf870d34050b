"""`kairos match`: tries event patterns on events."""

import json
import sys
from collections.abc import Iterable
from typing import Any, NoReturn, TextIO

import click

from kairos.domain.pattern import InvalidPattern, compile_pattern


@click.command
def command() -> None:
    """Read JSON lines {"id", "pattern" or "pattern_raw", "event" or "event_raw"}, write {"id", "result"}."""
    if run(sys.stdin, sys.stdout):
        raise SystemExit(2)


def run(lines: Iterable[str], out: TextIO) -> int:
    """Answers every line; how many of them were no test case at all."""
    strange = 0
    for line in lines:
        if line.strip():
            answer = _answer(line)
            strange += "result" not in answer
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            out.flush()
    return strange


def _answer(line: str) -> dict[str, Any]:
    try:
        case = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    if not isinstance(case, dict):
        return {"id": None, "error": "a line is a JSON object"}
    if not {"pattern", "pattern_raw"} & set(case) or not {"event", "event_raw"} & set(case):
        return {"id": case.get("id"), "error": 'a line has "pattern" or "pattern_raw", and "event" or "event_raw"'}
    return {"id": case.get("id"), **_result(case)}


def _result(case: dict[str, Any]) -> dict[str, Any]:
    try:
        pattern = _strict(case["pattern_raw"], _merged) if "pattern_raw" in case else case["pattern"]
        matcher = compile_pattern(pattern)
        event = _strict(case["event_raw"], dict) if "event_raw" in case else case["event"]
        if not isinstance(event, dict):
            return {"result": "invalid", "error": "an event is a JSON object"}
        return {"result": matcher(event)}
    except InvalidPattern as invalid:
        return {"result": "invalid", "error": invalid.message}
    except (TypeError, ValueError, RecursionError) as error:
        return {"result": "invalid", "error": f"not JSON: {error}"}


def _strict(text: str, pairs: Any) -> Any:
    return json.loads(text, object_pairs_hook=pairs, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _merged(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """EventBridge reads a pattern as it streams by: objects under a repeated key add up, of lists the last stays."""
    merged: dict[str, Any] = {}
    for name, value in pairs:
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[name] = _merged([*before.items(), *value.items()])
        else:
            merged[name] = value
    return merged
