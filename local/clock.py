"""Clocks: the wall's, and one that stands still until it is told."""

import re
import time
from datetime import UTC, datetime
from typing import Final

UNITS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
MINUTE: Final = 60_000


class RealClock:
    """The wall clock in milliseconds."""

    virtual = False

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000


class VirtualClock:
    """Stands still; `now` is moved by whoever plays the time."""

    virtual = True

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


AnyClock = RealClock | VirtualClock


def iso(moment: int) -> str:
    """A moment as ISO 8601 in UTC, with milliseconds only where there are any."""
    text = datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds" if moment % 1000 else "seconds")
    return text.replace("+00:00", "Z")


def parse_moment(text: str) -> int:
    """ISO 8601 in milliseconds (UTC where it names no zone); ValueError if it is none."""
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def parse_span(text: str) -> int:
    """`1h30m` in milliseconds; ValueError if it is none."""
    if not isinstance(text, str) or not re.fullmatch(r"(\d+[smhdw])+", text):
        raise ValueError(f"not a duration: {text!r} (like 90s, 1h30m, 2d)")
    return sum(int(amount) * UNITS[unit] for amount, unit in re.findall(r"(\d+)([smhdw])", text))
