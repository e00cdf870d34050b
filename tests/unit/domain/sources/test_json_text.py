"""What is wrong with JSON that nobody could carry: by what and where it is."""

import pytest

from kairos.domain.sources import bounds, json_text
from kairos.domain.sources.parts import BadEvent


@pytest.mark.parametrize(
    ("text", "code", "field", "message"),
    [
        ('{"a": 1, "a": 2}', "duplicate_key", "a", "must be there once, and is there twice"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_key", "a.b", "must be there once, and is there twice"),
        ('{"a": ["\\ud800"]}', "bad_text", "a.0", "must be without half characters (lone surrogates)"),
        ('{"a": 123456789012345678901234567890}', "bad_number", "a", bounds.WHOLE),
        ('{"a": 1e999}', "bad_number", "a", "must be a number that a double can hold"),
        ('{"a": NaN}', "bad_number", "a", "must be a number, and NaN is none"),
        ('{"\\ud800": 1}', "bad_text", "\ufffd", "must have a name without half characters (lone surrogates)"),
        ('{"a": 18446744073709551616}', "bad_number", "a", bounds.WHOLE),
    ],
)
def test_json_that_nobody_could_carry_is_refused_by_what_and_where_it_is(text, code, field, message):
    with pytest.raises(BadEvent) as refused:
        bounds.check(json_text.read(text.encode()))
    assert (refused.value.code, refused.value.field, refused.value.message) == (code, field, message)
