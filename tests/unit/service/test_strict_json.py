"""JSON from strangers: what is no JSON, and what JSON allows and nobody can carry."""

import json
import math
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kairos.domain.sources import bounds
from kairos.domain.sources.parts import BadEvent
from kairos.service import strict_json


def refusal(text):
    with pytest.raises(BadEvent) as refused:
        strict_json.read(text)
    return refused.value.code, refused.value.field, refused.value.message


@pytest.mark.parametrize(
    ("text", "code", "field", "said"),
    [
        (b"", "bad_json", "", "expecting value (line 1 column 1)"),
        (b"{", "bad_json", "", "line 1 column 2"),
        (b'{"a": 1,\n "b"; 2}', "bad_json", "", "expecting ':' delimiter (line 2 column 5)"),
        (b'{"a": 1} {}', "bad_json", "", "extra data (line 1 column 10)"),
        (b'{"a": 01}', "bad_json", "", "line 1 column 8"),
        (b'{"a": "\n"}', "bad_json", "", "control character"),
        (b'{"a": "\xff"}', "bad_json", "", "must be UTF-8 (byte 8 is not)"),
        ('{"a": 1}'.encode("utf-16"), "bad_json", "", "must be UTF-8 (byte 1 is not)"),
        (b'\xef\xbb\xbf{"a": 1}', "bad_json", "", "line 1 column 1"),
        (b'{"a": 1, "a": 2}', "duplicate_key", "a", "is there twice"),
        (b'{"a" : 1, "a": 2}', "duplicate_key", "a", "is there twice"),
        (b'{"a"  :1,"a":2}', "duplicate_key", "a", "is there twice"),
        (b'{"a" \n:1,"a":2}', "duplicate_key", "a", "is there twice"),
        (b'{"a":1,"b":[{"c":{"d":0,"d":0}}]}', "duplicate_key", "b.0.c.d", "is there twice"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key", "a", "is there twice"),
        (b'{"a": "\\":", "b": 1, "b": 2}', "duplicate_key", "b", "is there twice"),
        (b'{"a": [1, NaN]}', "bad_number", "a.1", "NaN is none"),
        (b'{"a": {"b": -Infinity}}', "bad_number", "a.b", "-Infinity is none"),
        (b'{"a": 1e999}', "bad_number", "a", "a double can hold"),
        (b'{"a": 18446744073709551616}', "bad_number", "a", "at most 64 bits"),
        (b'{"a": -9223372036854775809}', "bad_number", "a", "at most 64 bits"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "bad_number", "a", "at most 64 bits"),
        (b'{"a": ["\\ud800"]}', "bad_text", "a.0", "lone surrogates"),
        (b'{"a": "\\udc00 and so on"}', "bad_text", "a", "lone surrogates"),
        (b'{"a\\ud83d": 1}', "bad_text", "a\ufffd", "lone surrogates"),
        (b"[" * 100_000, "too_deep", "", "at most 32 deep"),
        (b'{"a":' * 100_000, "too_deep", "", "at most 32 deep"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else None,
)
def test_what_is_wrong_is_refused_by_what_and_where_it_is(text, code, field, said):
    found = refusal(text)
    assert found[:2] == (code, field)
    assert said in found[2]


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": "\\"::", "b": "{\\"b\\":1,\\"b\\":2}"}',
        b'{"a" : 1, "b"\t: {"a"\n: 2}}',
        b'[{"a": 1}, {"a": 2}]',
        b'{"a": 18446744073709551615, "b": -9223372036854775808, "c": 1e300, "d": 1e-999, "e": -0}',
        b'{"a": "\\ud83d\\ude00", "b": "\xf0\x9f\x98\x80"}',
        b'{"a": null, "b": true, "": ""}',
        b'"text"',
    ],
)
def test_what_is_right_is_read_as_it_is(text):
    assert strict_json.read(text) == json.loads(text)
    assert strict_json.read(text.decode()) == json.loads(text)


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.sampled_from('ab":\\ {\n😀')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='ab":\\ '), inner, max_size=4),
)  # fmt: skip
SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t: ")])


@given(DOCUMENTS, SEPARATORS, st.booleans())
@example({'a":': {"\\": '":"'}}, (",", ":"), True)
def test_any_document_in_any_spelling_is_read_as_it_is(document, separators, escaped):
    text = json.dumps(document, separators=separators, ensure_ascii=escaped)
    read = strict_json.read(text)
    assert read == document
    assert repr(read) == repr(json.loads(text)), "1 and 1.0 are told apart"


@settings(max_examples=200)
@given(st.data(), st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=4, unique=True), SEPARATORS)
def test_whatever_is_there_twice_is_found(data, names, separators):
    twice = data.draw(st.sampled_from(names))
    members = [f"{json.dumps(name)}{separators[1]}{json.dumps(name)}" for name in [*names, twice]]
    order = data.draw(st.permutations(members))
    assert refusal("{" + separators[0].join(order) + "}")[:2] == ("duplicate_key", twice[:256])


def test_a_flaw_is_told_where_the_event_is_looked_at():
    good, bad = strict_json.parse(b'[{"type": "a"}, {"type": "a", "properties": {"x": NaN}}]')
    bounds.check(good)
    with pytest.raises(BadEvent) as refused:
        bounds.check(bad)
    assert refused.value.field == "properties.x"


def test_what_a_queue_s_adapter_wrote_is_read_without_a_doubt_and_anything_else_is_not():
    assert strict_json.read_queued('{"kairos":"event","event":{"a":1}}') == {"kairos": "event", "event": {"a": 1}}
    for text in ('{"kairos":"event"', '{"version":"0","detail":{"a":1,"a":2}}'):
        with pytest.raises(BadEvent):
            strict_json.read_queued(text)


def deep(levels):
    value: Any = {"a": 0}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("fine", "beyond", "code", "field"),
    [
        (deep(32), deep(33), "too_deep", ""),
        ({"a": "x" * 204_800}, {"a": ["x" * 204_801]}, "too_large", "a.0"),
        ({"n" * 256: 1}, {"n" * 257: 1}, "too_long", "n" * 256),
        ({"a": [0] * 9_998}, {"a": [0] * 10_001}, "too_many_values", ""),
        ({"a": 2**64 - 1}, {"a": 2**64}, "bad_number", "a"),
        ({"a": [-(2**63)]}, {"a": [-(2**63) - 1]}, "bad_number", "a.0"),
    ],
    ids=["depth", "text", "name", "values", "large", "small"],
)
def test_each_bound_lets_its_last_through_and_names_the_first_beyond(fine, beyond, code, field):
    bounds.check(fine)
    with pytest.raises(BadEvent) as refused:
        bounds.check(beyond)
    assert (refused.value.code, refused.value.field) == (code, field)


@given(DOCUMENTS)
def test_what_is_within_the_bounds_has_nothing_wrong_with_it_and_the_other_way_round(document):
    assert bounds._within(document) == (next(bounds._wrong(document), None) is None)


def test_endless_numbers_are_no_numbers():
    assert not math.isfinite(float("1e999")), "which is why the text of a number is looked at, not its value"
