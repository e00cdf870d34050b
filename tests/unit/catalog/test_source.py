"""Campaign files are YAML 1.2 core: what looks like text is text, and nothing is silently something else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.catalog.source import Place, Source, read

LONG = "a whole number of more than 64 bits, expected a shorter one, or the text in quotes"


def source(text: str, folder: Path) -> Source:
    file = folder / "file.yaml"
    file.write_text(text, "utf-8")
    return read(file, "file.yaml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("21:00", "21:00"), ("2026-05-01", "2026-05-01"), ("1_000", "1_000"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ('""', ""), ("'5'", "5"),
        ("5", 5), ("-5", -5), ("+5", 5), ("0", 0), ("0o17", 15), ("0x1F", 31), (str(2**64 - 1), 2**64 - 1), (str(-(2**63)), -(2**63)), ("0xFFFFFFFFFFFFFFFF", 2**64 - 1), ("1.5", 1.5), ("1e3", 1000.0), ("-.5", -0.5),
        ("1.2.3", "1.2.3"), ("10%", "10%"), ("60m", "60m"), ("=", "="), ("<<", "<<"),
    ],
)  # fmt: skip
def test_a_scalar_is_what_the_core_schema_says(written: str, value: Any, tmp_path: Path) -> None:
    found = source(f"key: {written}\n", tmp_path)
    assert (found.data, found.problems) == ({"key": value}, [])
    assert type(found.data["key"]) is type(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: {a: 2, a: 3}\n", "file.yaml:2:11: b.a: repeated key, expected each key once (first on line 2)"),
        ("a: 010\n", 'file.yaml:1:4: a: leading zero in 010, expected a number without it, or the text "010"'),
        ("a: .inf\n", "file.yaml:1:4: a: .inf, expected a finite number"),
        ("a: 1e999\n", "file.yaml:1:4: a: 1e999, expected a finite number"),
        (f"a: {2**64}\n", f"file.yaml:1:4: a: {LONG}"),
        ("a: 0x1FFFFFFFFFFFFFFFF\n", f"file.yaml:1:4: a: {LONG}"),
        ("a: " + "9" * 5000 + "\n", f"file.yaml:1:4: a: {LONG}"),
        ("a: *b\n", "file.yaml:1:4: not YAML: found undefined alias 'b'"),
        (
            "a: 1\n\tb: 2\n",
            "file.yaml:2:1: not YAML: found character '\\t' that cannot start any token (indent with spaces)",
        ),
        ("a: 1\n--- \nb: 2\n", "file.yaml:2:1: not YAML: but found another document"),
        ("a: {{ event.id }}\n", "file.yaml:1:5: a: a key that is not text (a value that starts with {{ needs quotes)"),
    ],
)
def test_what_yaml_lets_pass_is_still_an_error(text: str, says: str, tmp_path: Path) -> None:
    assert [str(problem) for problem in source(text, tmp_path).problems] == [says]


def test_every_key_and_value_has_its_place(tmp_path: Path) -> None:
    found = source("steps:\n  - send: {channel: email}\n", tmp_path)
    assert found.keys["steps", 0, "send", "channel"] == Place(2, 12)
    assert found.values["steps", 0, "send", "channel"] == Place(2, 21)


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    assert "nested deeper" in str(source("a: " + "[" * 60 + "]" * 60, tmp_path).problems[0])


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(codec="ascii", exclude_categories=["Cc"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(data=st.dictionaries(st.text("abcxyz", min_size=1), plain, min_size=1, max_size=4))
def test_json_is_yaml(data: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    found = source(json.dumps(data), tmp_path_factory.getbasetemp())
    assert (found.data, found.problems) == (data, [])
