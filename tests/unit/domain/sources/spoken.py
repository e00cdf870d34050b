"""The examples of Segment's specification as messages: what was written as a call of the browser's library becomes one."""

import json
from pathlib import Path
from typing import Any, Final

from kairos.catalog.mapping import compile_mapping
from kairos.domain.sources.segment import CALLS, Segment
from kairos.domain.sources.vocabulary import Vocabulary

ROOT: Final = Path(__file__).parents[4]
EXAMPLES: Final = ROOT / "tests" / "data" / "segment-spec"
NOW: Final = 1_780_304_400_000  # 2026-06-01T09:00:00Z
VOCABULARY: Final = Vocabulary.of(compile_mapping(ROOT / "events"))
SEGMENT: Final = Segment(VOCABULARY)


def example(name: str) -> dict[str, Any]:
    """An example as the library sends it; whoever is not named in it is `u1`."""
    body: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    if "_js_call" in body:
        body = _called(body["_js_call"], body["args"])
    if body.get("type") in CALLS and not (body.get("userId") or body.get("anonymousId")):
        body["userId"] = "u1"
    return body


def _called(call: str, args: list[Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"type": call}
    if call == "track":
        message |= dict(zip(("event", "properties"), args, strict=False)) | (args[2] if len(args) > 2 else {})
    elif call == "page":
        message |= dict(zip(("category", "name"), args, strict=True))
    elif call == "alias":
        message |= {"userId": args[0], "previousId": "device-1"}  # which the library adds
    else:
        ids = {"identify": "userId", "group": "groupId"}
        message |= {ids[call]: args[0], "traits": args[1]} if len(args) > 1 else {"traits": args[0]}
    return message
