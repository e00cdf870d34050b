"""What is left of a letter's text when somebody is to be forgotten."""

import json

import pytest

from kairos.adapters.letters import rewritten
from kairos.domain.erasure import Person, without

PERSON = Person(frozenset({"ada"}), 1, frozenset({"ada@shop.example"}))
ADA, EVE = {"customer": {"id": "ada"}}, {"customer": {"id": "eve"}}


def left(text: str) -> str | None:
    return rewritten(text, lambda body: without(body, PERSON))


@pytest.mark.parametrize(
    ("letter", "stays"),
    [
        (ADA, False),
        (EVE, True),
        ({"reason": "bad_value", "body": json.dumps(ADA)}, False),
        ({"reason": "bad_value", "body": json.dumps({"body": json.dumps(ADA)})}, False),
        ({"Type": "Notification", "Message": json.dumps({"mail": {"destination": ["ada@shop.example"]}})}, False),
        ({"reason": "not_json", "body": "{ to ada@shop.example"}, False),
        ({"reason": "bad_value", "body": json.dumps(EVE)}, True),
    ],
)
def test_a_letter_is_about_somebody_however_deep_it_says_so(letter: object, stays: bool) -> None:
    text = json.dumps(letter)
    assert left(text) == (text if stays else None)


def test_a_page_goes_on_without_them() -> None:
    page = {"kairos": "wake", "customers": ["eve", "ada"]}
    assert json.loads(left(json.dumps(page)) or "") == {"kairos": "wake", "customers": ["eve"]}


@pytest.mark.parametrize("text", ["", "no JSON", "7", "[" * 100_000, '{"a":' * 900 + "1" + "}" * 900])
def test_what_nobody_can_read_stays_as_it_is(text: str) -> None:
    assert left(text) == text
