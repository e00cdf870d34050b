"""Moments of a table: spans from Monday 2026-06-01 09:00 UTC such as `-3d`, `0` and `+1h-1ms`, or times of the calendar."""

import re
from datetime import UTC, datetime
from typing import Final

from kairos.domain.events import Millis
from tests.unit.domain.shop import T0

_UNITS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART: Final = re.compile(r"([+-]?)(\d+)(ms|[wdhms])")


def span(text: str) -> Millis:
    """`1d12h`, `-3d`, `+3d-1ms`; a sign holds until the next one."""
    parts, sign, total = _PART.findall(text), 1, 0
    assert "".join(map("".join, parts)) == text, f"no span: {text}"
    for signed, number, unit in parts:
        sign = {"-": -1, "+": 1}.get(signed, sign)
        total += sign * int(number) * _UNITS[unit]
    return total


def moment(text: str) -> Millis:
    """The instant that is meant; a time of the calendar without a zone is in UTC."""
    if not re.match(r"\d{4}-", text):
        return T0 + (0 if text == "0" else span(text))
    there = datetime.fromisoformat(text)
    return int((there if there.tzinfo else there.replace(tzinfo=UTC)).timestamp() * 1000)


def told(at: Millis) -> str:
    """A moment as a table would write it."""
    rest, text = abs(at - T0), ""
    for unit in ("d", "h", "m", "s", "ms"):
        number, rest = divmod(rest, _UNITS[unit])
        text += f"{number}{unit}" if number else ""
    return ("-" if at < T0 else "+") + text if text else "0"


def same(text: str) -> str:
    """A written moment as `told` writes it."""
    return told(moment(text))
