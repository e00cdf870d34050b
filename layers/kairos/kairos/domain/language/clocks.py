"""Time zones and schedules: `cron(…)` in the syntax of EventBridge Scheduler, or `at(…)` once."""

import re
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from kairos.domain.language.scope import nearby, wrong

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_CRON: Final = re.compile(r"cron\((?P<fields>[^()]*)\)", re.ASCII)
_AT: Final = re.compile(r"at\((?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", re.ASCII)
_DAY_OF_WEEK: Final = "day of the week"
_FIELDS: Final[tuple[tuple[str, int, int, tuple[str, ...], str], ...]] = (
    ("minutes", 0, 59, (), ""),
    ("hours", 0, 23, (), ""),
    ("day of the month", 1, 31, (), r"\?|L|(?:[1-9]|[12]\d|3[01])W"),
    ("month", 1, 12, _MONTHS, ""),
    (_DAY_OF_WEEK, 1, 7, _DAYS, rf"\?|L|(?:[1-7]|{'|'.join(_DAYS)})(?:L|#[1-5])"),
    ("year", 1970, 2199, (), ""),
)
FORMS: Final = 'such as "cron(0 9 ? * MON *)" or "at(2026-11-27T09:00:00)"'


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise wrong(f"unknown time zone {name!r}", "a name such as Europe/Copenhagen", _near(name)) from error
    return name


def _near(name: str) -> str:
    return nearby(name, sorted(available_timezones()))


def _zone_or_customer(name: str) -> str:
    if name == "customer":
        return name
    try:
        return _zone(name)
    except ValueError as error:
        near = nearby(name, ("customer",)) or _near(name)
        expected = "a name such as Europe/Copenhagen, or customer: each in theirs"
        raise wrong(f"unknown time zone {name!r}", expected, near) from error


def schedule(text: Any) -> dict[str, str]:
    """`cron` or `at` of a schedule as written."""
    if isinstance(text, str):
        if cron := _CRON.fullmatch(text):
            return {"cron": _cron(cron["fields"])}
        if at := _AT.fullmatch(text):
            try:
                datetime.fromisoformat(at["moment"])
            except ValueError as error:
                raise wrong(repr(text), "a moment that exists", str(error)) from error
            return {"at": at["moment"]}
    raise wrong(repr(text), f"a schedule {FORMS}")


def _cron(text: str) -> str:
    parts = text.split()
    if len(parts) != len(_FIELDS):
        names = ", ".join(name for name, *_ in _FIELDS)
        raise wrong(f"{len(parts)} fields in cron({text})", f"six: {names}", 'such as "cron(0 9 ? * MON *)"')
    for part, (name, low, high, words, special) in zip(parts, _FIELDS, strict=True):
        for item in part.split(","):
            _check(item, part, name, low, high, words, special)
    if (parts[2] == "?") == (parts[4] == "?"):
        found = "no ? for a day" if parts[2] != "?" else "? for both days"
        raise wrong(found, "? for the day of the month or the day of the week, a value for the other")
    return " ".join(parts)


def _check(item: str, part: str, name: str, low: int, high: int, words: tuple[str, ...], special: str) -> None:
    """Refuses one item of a field: a value, a range, steps, or what only this field knows."""
    if item == "*" or (special and re.fullmatch(special, item)):
        if item != part:
            raise wrong(f"{item} within a list for the {name}", f"{item} alone")
        return
    span, _, step = item.partition("/")
    first, _, last = span.partition("-")
    numbers = [_number(value, words) for value in ([first, last] if "-" in span else [first]) if value != "*"]
    sound = all(number is not None and low <= number <= high for number in numbers)
    sound = sound and ("-" not in span or len(numbers) == 2)
    if sound and len(numbers) == 2 and numbers[0] > numbers[1]:  # type: ignore[operator] # sound: none is None
        raise wrong(f"{item!r} for the {name}", "a range from less to more")
    if not sound:
        expected = f"{low} to {high}" + (f" or {words[0]} to {words[-1]}" if words else "")
        raise wrong(f"{item!r} for the {name}", expected, nearby(first, words))
    if "/" in item and name == _DAY_OF_WEEK:
        raise wrong(f"{item!r} for the {name}", "no steps", "a list such as MON,WED,FRI")
    if "/" in item and not 1 <= (_number(step, ()) or 0) <= high - low:
        raise wrong(f"{item!r} for the {name}", f"steps of 1 to {high - low}")


def _number(value: str, words: tuple[str, ...]) -> int | None:
    if value.isascii() and value.isdecimal() and len(value) <= 4:
        return int(value)
    return words.index(value) + 1 if value in words else None


Zone = Annotated[str, AfterValidator(_zone)]
ZoneOrCustomer = Annotated[str, AfterValidator(_zone_or_customer)]
_SCHEDULE = Annotated[
    str, Field(pattern=r"^(cron|at)\(.*\)$", examples=["cron(0 9 ? * MON *)", "at(2026-11-27T09:00:00)"])
]
ScheduleText = Annotated[dict[str, str], BeforeValidator(schedule, json_schema_input_type=_SCHEDULE)]
