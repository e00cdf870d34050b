"""JSON from strangers: what `json` lets through and nobody behind it can carry is refused here."""

import json
from typing import Any

from kairos.domain.sources.parts import BadEvent


def read_json(text: str | bytes) -> Any:
    """The value. Raises BadEvent for what is no JSON, NaN, numbers beyond a double's, lone surrogates, or nested beyond reason."""
    try:
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # 1e999 is read as infinity, and no NaN
    except (ValueError, RecursionError) as error:
        raise BadEvent("bad_json", "must be JSON (UTF-8, no NaN)") from error
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
