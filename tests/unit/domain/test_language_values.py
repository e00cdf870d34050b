"""Durations, shares, times of day and references mean what they say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kairos.domain.language.references import with_references
from kairos.domain.language.selectors import OffsetText
from kairos.domain.language.values import UNITS, Duration, LongDuration, Share, TimeOfDay

DURATION, LONG, SHARE = TypeAdapter(Duration), TypeAdapter(LongDuration), TypeAdapter(Share)
TIME, OFFSET = TypeAdapter(TimeOfDay), TypeAdapter(OffsetText)


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


@pytest.mark.parametrize("text", ["", "3", "--3d", "3d-", "36501d", "-5215w", "-9999999999d", 3, None])
def test_what_is_no_offset_or_reaches_beyond_a_century_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        OFFSET.validate_python(text)


@pytest.mark.parametrize("text", ["9:00", "24:00", "09:60", "0900", 900, None])
def test_what_is_no_time_of_day_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        TIME.validate_python(text)


@pytest.mark.parametrize(
    ("text", "days", "ms"),
    [("-3d", -3, 0), ("2w", 14, 0), ("1d12h", 1, 43_200_000), ("-1h", 0, -3_600_000), ("+1d", 1, 0)],
)
def test_an_offset_keeps_calendar_days_apart(text: str, days: int, ms: int) -> None:
    assert OFFSET.validate_python(text).model_dump() == {"days": days, "ms": ms}


def test_only_retention_counts_in_years() -> None:
    assert LONG.validate_python("3y") == 3 * 365 * UNITS["d"]
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
