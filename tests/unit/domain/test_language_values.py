"""Durations, shares, times of day and references mean what they say."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from kairos.domain.language.brand import mailbox
from kairos.domain.language.clocks import schedule
from kairos.domain.language.references import with_references
from kairos.domain.language.selectors import OffsetText
from kairos.domain.language.values import UNITS, Also, Color, Duration, LongDuration, Share, TimeOfDay
from kairos.domain.pattern import InvalidPattern, compile_pattern

DURATION, LONG, SHARE = TypeAdapter(Duration), TypeAdapter(LongDuration), TypeAdapter(Share)
TIME, OFFSET, COLOR = TypeAdapter(TimeOfDay), TypeAdapter(OffsetText), TypeAdapter(Color)


class _Nowhere:
    """A validation without a scope."""

    context = None


@given(st.tuples(*(st.integers(0, 99) for _ in UNITS)).filter(any))
def test_a_duration_is_the_sum_of_its_parts(numbers: tuple[int, ...]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in zip(numbers, UNITS, strict=True) if number)
    assert DURATION.validate_python(text) == sum(n * size for n, size in zip(numbers, UNITS.values(), strict=True))


@given(st.integers(0, 23), st.integers(0, 59))
def test_a_time_of_day_counts_seconds_from_midnight(hours: int, minutes: int) -> None:
    assert TIME.validate_python(f"{hours:02}:{minutes:02}") == hours * 3600 + minutes * 60


@given(st.integers(0, 100))
def test_a_share_is_a_hundredth_part(percent: int) -> None:
    assert SHARE.validate_python(f"{percent}%") == percent / 100


@pytest.mark.parametrize(
    "text", ["", "d", "1", "1x", "1h1d", "1d1d", "-1d", "1.5h", "1 d", "٣d", 5, None, True, ["1d"]]
)
def test_what_is_no_duration_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_python(text)


@pytest.mark.parametrize(
    ("values", "text", "found", "hint"),
    [
        (COLOR, None, "None", "in quotes: # begins a comment"),
        (COLOR, "#17625", "'#17625'", ""),
        (LONG, "5300w", "'5300w'", ""),
    ],
)
def test_what_is_refused_is_named_as_it_was_found(values: TypeAdapter[Any], text: Any, found: str, hint: str) -> None:
    with pytest.raises(ValidationError) as refused:
        values.validate_python(text)
    [error] = refused.value.errors()
    assert (error["ctx"]["found"], error["ctx"]["hint"]) == (found, hint)


@pytest.mark.parametrize(
    "text", ["", "3", "--3d", "3d-", "36501d", "-5215w", "-9999999999d", "876001h", "-5214w2d24h1s", 3, None]
)
def test_what_is_no_offset_or_reaches_beyond_a_century_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        OFFSET.validate_python(text)


@pytest.mark.parametrize("text", ["9:00", "24:00", "09:60", "0900", 900, None])
def test_what_is_no_time_of_day_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        TIME.validate_python(text)


@pytest.mark.parametrize(
    ("text", "days", "ms"),
    [
        ("-3d", -3, 0),
        ("2w", 14, 0),
        ("1d12h", 1, 43_200_000),
        ("-1h", 0, -3_600_000),
        ("+1d", 1, 0),
        ("876000h", 0, 876_000 * 3_600_000),
    ],
)
def test_an_offset_keeps_calendar_days_apart(text: str, days: int, ms: int) -> None:
    assert OFFSET.validate_python(text).model_dump() == {"days": days, "ms": ms}


def test_only_retention_counts_in_years() -> None:
    assert LONG.validate_python("3y") == 3 * 365 * UNITS["d"]
    assert LONG.validate_python("100y") == 100 * 365 * UNITS["d"]
    for text in ("0y", "101y", "0d", "9" * 5000 + "y"):
        with pytest.raises(ValidationError):
            LONG.validate_python(text)
    with pytest.raises(ValidationError):
        DURATION.validate_python("3y")


@given(st.text(st.characters(exclude_characters="{}")))
def test_a_text_without_references_stays_as_it_is(text: str) -> None:
    assert with_references({"x": [text]}, _Nowhere()) == {"x": [text]}  # type: ignore[arg-type] # a stand-in


@pytest.mark.parametrize(
    ("text", "bundled"),
    [
        ("{{ event.properties.x }}", {"ref": ["event", "properties", "x"]}),
        ("{{attributes.tier}}", {"ref": ["attributes", "tier"]}),
        ("{{ event.id }}/{{ event.type }}", {"parts": [{"ref": ["event", "id"]}, "/", {"ref": ["event", "type"]}]}),
    ],
)
def test_a_reference_is_a_path(text: str, bundled: Any) -> None:
    assert with_references(text, _Nowhere()) == bundled  # type: ignore[arg-type] # a stand-in


def said(refused: PydanticCustomError) -> str:
    about = refused.context or {}
    return f"{about['found']}, expected {about['expected']}"


CRONS = [
    ("cron(0-30 9 ? * MON-FRI *)", None),
    ("cron(0/15 9 ? JAN-MAR * 2026)", None),
    ("cron(0 9 L * ? *)", None),
    ("cron(30-0 9 ? * MON *)", "'30-0' for the minutes, expected a range from less to more"),
    ("cron(0- 9 ? * MON *)", "'0-' for the minutes, expected 0 to 59"),
    ("cron(60 9 ? * MON *)", "'60' for the minutes, expected 0 to 59"),
    ("cron(0 9 ? MOT MON *)", "'MOT' for the month, expected 1 to 12 or JAN to DEC"),
    ("cron(0/60 9 ? * MON *)", "'0/60' for the minutes, expected steps of 1 to 59"),
    ("cron(0 9 ? * MON/2 *)", "'MON/2' for the day of the week, expected no steps"),
    (
        "cron(0 9 * * MON *)",
        "no ? for a day, expected ? for the day of the month or the day of the week, a value for the other",
    ),
    (
        "cron(0 9 ? * ? *)",
        "? for both days, expected ? for the day of the month or the day of the week, a value for the other",
    ),
    ("cron(*,5 9 ? * MON *)", "* within a list for the minutes, expected * alone"),
    (
        "cron(0 9 ? * MON)",
        "5 fields in cron(0 9 ? * MON), expected six: minutes, hours, day of the month, month, day of the week, year",
    ),
    ("at(2026-02-30T09:00:00)", "'at(2026-02-30T09:00:00)', expected a moment that exists"),
]


@pytest.mark.parametrize(("text", "wrong"), CRONS, ids=[text for text, _ in CRONS])
def test_a_schedule_is_taken_as_written_or_refused_by_what_is_wrong_with_it(text: str, wrong: str | None) -> None:
    if wrong is None:
        assert schedule(text) == {"cron": text.removeprefix("cron(").removesuffix(")")}
        return
    with pytest.raises(PydanticCustomError) as refused:
        schedule(text)
    assert said(refused.value) == wrong


def test_what_is_no_mailbox_is_told_what_one_is() -> None:
    assert mailbox("") == "" and mailbox("Nordlys <hello@nordlys.example>") == "Nordlys <hello@nordlys.example>"
    with pytest.raises(PydanticCustomError) as refused:
        mailbox("hello@")
    assert said(refused.value) == """'hello@', expected a mailbox such as "Nordlys <hello@nordlys.example>\""""


def test_a_pattern_that_excludes_by_no_expression_is_told_so() -> None:
    with pytest.raises(InvalidPattern, match="Anything-But expression name not found"):
        compile_pattern({"a": [{"anything-but": {}}]})


def test_a_second_way_to_write_a_value_stands_in_its_schema() -> None:
    both: TypeAdapter[Any] = TypeAdapter(Annotated[int, Also({"type": "object", "of": {}})])
    assert both.json_schema() == {"anyOf": [{"type": "integer"}, {"type": "object", "of": {"type": "integer"}}]}
