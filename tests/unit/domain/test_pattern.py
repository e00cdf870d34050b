"""What EventBridge does at the edges of its patterns, after the matcher that AWS publishes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.pattern import InvalidPattern, compile_pattern

PEOPLE = {"people": [{"first": "Anna", "last": "Smith"}, {"first": "John", "last": "Doe", "age": 3}]}


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return compile_pattern(pattern)(event)


@pytest.mark.parametrize(
    ("leaf", "value", "answer"),
    [
        ([1], 1.0, True), ([1.0], 1, True), ([1], True, False), ([True], 1, False), ([0], False, False), ([1], "1", False),
        ([None], None, True), ([None], "null", False), ([""], "", True), (["a"], ["b", "a"], True), (["a"], [["a"]], True),
        ([9007199254740993], 9007199254740993, True), ([9007199254740993], 9007199254740992, False),
        ([{"numeric": [">", 0]}], 9007199254740993, False), ([{"numeric": [">", 5e9]}], 1_700_000_000_000, True),
        ([{"numeric": [">=", 0, "<", 1]}], 0, True), ([{"numeric": [">=", 0, "<", 1]}], 1, False),
        ([{"numeric": ["=", 1]}], True, False), ([{"numeric": ["=", 3.018e2]}], 301.8, True),
        ([{"anything-but": 1}], 1.0, False), ([{"anything-but": 1}], "1", True), ([{"anything-but": "a"}], ["a", "b"], True),
        ([{"anything-but": ["a"]}], [], False), ([{"anything-but": "a"}], True, True), ([{"anything-but": "a"}], {}, False),
        ([{"exists": True}], None, True), ([{"exists": True}], {"deeper": 1}, False), ([{"exists": False}], [], True),
        ([{"exists": False}], {"deeper": 1}, True), ([{"exists": False}, "a"], "a", True), ([{"exists": False}, "a"], "b", False),
        ([{"prefix": "1"}], 1, False), ([{"suffix": {"equals-ignore-case": "NG"}}], "a.png", True),
        ([{"equals-ignore-case": "STRASSE"}], "straße", False), ([{"equals-ignore-case": "ÆØÅ"}], "æøå", True),
        ([{"wildcard": "a*"}], "a", True), ([{"wildcard": "*"}], "", True), ([{"wildcard": "a*a"}], "a", False),
        ([{"wildcard": "a\\*b"}], "a*b", True), ([{"wildcard": "a\\*b"}], "axb", False), ([{"wildcard": "*a*b"}], "abab", True),
        ([{"wildcard": "*ab*b"}], "ab", False), ([{"wildcard": "a*\nb"}], "ax\n\nb", True),
        (["10.0.0.1"], "10.0.0.1", True), (["::1"], "0:0:0:0:0:0:0:1", True), (["10:30"], "10:30", True),
        ([{"cidr": "10.0.0.0/8"}], "10.255.0.1", True), ([{"cidr": "10.0.0.0/8"}], "::a00:0", False),
        ([{"cidr": "0.0.0.0/0"}], "example.com", False), ([{"cidr": "10.0.0.0/24"}], "10.0.0.255", True),
        ([{"cidr": "10.0.0.0/24"}], "10.0.1.0", False), ([{"cidr": "2001:db8::/33"}], "2001:db8:8000::", False),
    ],
)  # fmt: skip
def test_a_value_is_taken_or_not(leaf: list[Any], value: Any, answer: bool) -> None:
    assert matches({"x": leaf}, {"x": value}) is answer


@pytest.mark.parametrize(
    ("pattern", "answer"),
    [
        ({"people": {"first": ["Anna"], "last": ["Smith"]}}, True),
        ({"people": {"first": ["Anna"], "last": ["Doe"]}}, False),
        ({"people": {"first": ["Anna"], "age": [{"exists": False}]}}, False),
        ({"people": {"last": ["Doe"], "first": [{"anything-but": "Anna"}]}}, True),
        ({"people": {"last": [{"exists": True}]}}, True),
        ({"people": [{"exists": True}]}, False),
        ({"$or": [{"people": {"first": ["Bob"]}}, {"people": {"age": [3]}}]}, True),
        ({"people": {"age": [3], "$or": [{"first": ["Anna"]}, {"last": ["Smith"]}]}}, False),
    ],
)
def test_fields_in_an_array_belong_to_one_of_its_elements(pattern: dict[str, Any], answer: bool) -> None:
    assert matches(pattern, PEOPLE) is answer


@pytest.mark.parametrize(
    ("pattern", "message", "path"),
    [
        ([], "Filter is not an object", ()),
        ({}, "Empty objects are not allowed", ()),
        ({"a": {}}, "Empty objects are not allowed", ("a",)),
        ({"a": [["b"]]}, "Match value must be String, number, true, false, or null", ("a",)),
        ({"a": [{}]}, "Match expression name not found", ("a", 0)),
        ({"a": [{"prefix": "b", "suffix": "c"}]}, "Only one key allowed in match expression", ("a", 0)),
        ({"a": [{"exists": "yes"}]}, "exists match pattern must be either true or false.", ("a", 0, "exists")),
        ({"a": [{"numeric": []}]}, "Invalid member in numeric match: ]", ("a", 0, "numeric")),
        ({"a": [{"numeric": ["!=", 1]}]}, "Unrecognized numeric range operator: !=", ("a", 0, "numeric")),
        ({"a": [{"numeric": ["=", 1, "<", 2]}]}, "Too many elements in numeric expression", ("a", 0, "numeric")),
        ({"a": [{"numeric": [">", 5, "<", 5]}]}, "Bottom must be less than top", ("a", 0, "numeric")),
        ({"a": [{"numeric": ["=", True]}]}, "Value of equals must be numeric", ("a", 0, "numeric")),
        ({"a": [{"numeric": [">", 2**53 + 1]}]}, f"Cannot compare number : {2**53 + 1}", ("a", 0, "numeric")),
        ({"a": [{"wildcard": "a\\b"}]}, "Invalid escape character at pos 2", ("a", 0, "wildcard")),
        ({"a": [{"cidr": "10.0.0.0/32"}]}, "IPv4 mask bits must be < 32", ("a", 0, "cidr")),
        ({"$or": {"a": [1]}}, "It must be an Array followed with $or.", ("$or",)),
        ({"$or": [{"a": [1]}]}, "There must have at least 2 Objects in $or relationship.", ("$or",)),
        ({"$or": [{"a": [1]}, [2]]}, "Only JSON object is allowed in array of $or relationship.", ("$or", 1)),
        ({"$or": [{"a": [1]}, {"prefix": ["b"]}]},
         "prefix is Ruler reserved fieldName which cannot be used inside $or.", ("$or", 1, "prefix")),
    ],
)  # fmt: skip
def test_an_invalid_pattern_says_why_and_where(pattern: Any, message: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(InvalidPattern) as refusal:
        compile_pattern(pattern)
    assert (refusal.value.message, refusal.value.path) == (message, path)


def test_alternatives_do_not_multiply_without_end() -> None:
    either = [{f"k{n}": {"$or": [{"a": [1]}, {"b": [2]}]}} for n in range(11)]
    with pytest.raises(InvalidPattern, match="combinations"):
        compile_pattern({key: value for part in either for key, value in part.items()})


leaves = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b", "10.0.0.1"])
events = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "x.y"]), inner, max_size=3),
    max_leaves=8,
).map(lambda value: {"x": value})


@given(event=events, path=st.sampled_from([{"x": ...}, {"x": {"y": ...}}, {"x": {"x": {"y": ...}}}]))
def test_a_path_exists_or_it_does_not(event: dict[str, Any], path: dict[str, Any]) -> None:
    there, absent = (_with(path, [{"exists": answer}]) for answer in (True, False))
    assert matches(there, event) is not matches(absent, event)


@given(event=events, values=st.lists(leaves, min_size=1, max_size=3))
def test_a_list_of_values_is_any_of_them(event: dict[str, Any], values: list[Any]) -> None:
    assert matches({"x": values}, event) is any(matches({"x": [value]}, event) for value in values)


@given(event=events, first=st.sampled_from(["a", "b", 1]), second=st.sampled_from(["a", "b", 1]))
def test_or_is_any_of_its_patterns(event: dict[str, Any], first: Any, second: Any) -> None:
    one, other = {"x": [first]}, {"x": {"y": [second]}}
    assert matches({"$or": [one, other]}, event) is (matches(one, event) or matches(other, event))


def _with(path: Any, leaf: Any) -> Any:
    return leaf if path is ... else {key: _with(inner, leaf) for key, inner in path.items()}


def test_a_text_may_be_in_ten_places_of_a_pattern_at_once_and_no_more() -> None:
    assert matches({"x": [{"wildcard": f"*{'a' * 9}"}]}, {"x": "a" * 9})
    assert matches({"x": [{"wildcard": f"*{'ab' * 9}"}]}, {"x": "ab" * 9})
    for pattern in ("a" * 10, "ab" * 10):
        with pytest.raises(InvalidPattern):
            compile_pattern({"x": [{"wildcard": f"*{pattern}"}]})
