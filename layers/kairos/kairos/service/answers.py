"""What an HTTP door answers: JSON, and problems as RFC 9457 says."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from kairos.domain.sources.parts import BadEvent

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_STATUS: Final = {"too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "encoding": HTTPStatus.UNSUPPORTED_MEDIA_TYPE}


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and headers, ready to go out."""

    status: int
    body: str
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(status: int, body: Mapping[str, Any]) -> Answer:
    """A plain JSON answer."""
    return Answer(status, json.dumps(body, ensure_ascii=False, default=dict))


def problem(status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """A problem; `code` and `message` are there for clients of the Segment protocol."""
    about = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": message}
    body = json.dumps(about | {"code": code, "message": message} | {k: v for k, v in more.items() if v}, default=dict)
    return Answer(status, body, PROBLEM, headers or {})


def refusal(error: BadEvent, **more: Any) -> Answer:
    """The problem that a body is which cannot be understood: 400, or what its code is known by."""
    return problem(_STATUS.get(error.code, 400), error.code, error.message, field=error.field, **more)
