"""Event patterns answer as EventBridge does: 156 cases recorded on AWS."""

import json
from pathlib import Path
from typing import Any

import pytest

from kairos.domain.pattern import InvalidPattern, compile_pattern

CASES = json.loads((Path(__file__).parents[2] / "data" / "eventbridge_patterns.json").read_text())["cases"]


def part(case: dict[str, Any], name: str) -> Any:
    return case[name] if name in case else json.loads(case[f"{name}_raw"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_recorded_pattern_is_answered_as_on_aws(case: dict[str, Any]) -> None:
    if case["expected"] == "invalid":
        with pytest.raises(InvalidPattern) as refusal:
            compile_pattern(part(case, "pattern"))
        assert refusal.value.message == case["aws_error"].removeprefix("Event pattern is not valid. Reason: ")
    else:
        assert compile_pattern(part(case, "pattern"))(part(case, "event")) is case["expected"]
