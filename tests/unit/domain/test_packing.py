"""Packed values: short where tokens are short, and read back exactly, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.packing import Garbled, pack, unpack
from tests.unit.domain.properties.lives import profile

texts = st.one_of(
    st.text(max_size=30), st.text(min_size=195, max_size=300), st.from_regex(r"[a-z2-7]{26}", fullmatch=True),
    st.sampled_from(["email", "true", "https://", "https://www.", "send.send.x", "https://shop.example/a", ""]),
)  # fmt: skip
values = st.lists(st.one_of(texts, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))


@profile(300)
@given(values)
def test_what_was_packed_is_unpacked_with_its_types(told):
    found = unpack(pack(told))
    assert [(type(one), one) for one in found] == [(type(one), one) for one in told]


@profile(300)
@given(st.binary(max_size=60))
def test_other_bytes_are_refused_or_are_values(data):
    try:
        found = unpack(data)
    except Garbled:
        return
    assert unpack(pack(found)) == found


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 1), ("email", 1), (True, 2), (False, 2), (17, 4), ("send.reminder", 10), ("https://shop.example/a", 16),
        ("a" * 199, 200), ("a" * 200, 203), ("kydkokxyn3l2ed33wkfrn4iosq", 17),
        ("kydkokxyn3l2ed33wkfrn4iosr", 27),  # no id: its last letter has bits that none has
    ],
)  # fmt: skip
def test_how_many_bytes_a_value_takes(value, size):
    assert len(pack([value])) == size


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x05abc", "cut off"), (b"\xfe123", "cut off"), (b"\xfc\x01", "cut off"), (b"\xfd", "cut off"),
        (b"\x01\xff", "no text"), (b"\xff", "later release"), (b"\xd0", "later release"), (b"\xfd\x01{", "no JSON"),
        (b"\xfd\x02[]", "no scalar"), (b"\xdc\xfd\x011", "no text within"),
    ],
)  # fmt: skip
def test_what_pack_never_makes_is_refused(data, why):
    with pytest.raises(Garbled, match=why):
        unpack(data)


def test_a_value_that_no_length_can_say_is_refused():
    with pytest.raises(ValueError, match="too long"):
        pack(["a" * 70_000])
