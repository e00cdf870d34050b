"""What an erasure leaves to be heard, and which lines and letters are of the person."""

from dataclasses import replace

import pytest

from kairos.domain.decide import decide
from kairos.domain.erasure import Person, erasure, mark, outlives, without
from kairos.domain.events import Event, Occurrence, Ref, Wake
from kairos.domain.identity import keyed
from kairos.domain.sources import canonical
from kairos.domain.state import Customer, State
from tests.unit.domain.shop import T0, catalog

HASH = keyed(b"key")
NOBODY, ANEW = State(version=2, erased=T0), State(version=3, erased=T0, born=T0 + 5)
PERSON = Person(
    frozenset({"ada", "anonymous:dev", "address:" + HASH("email", "a@b.example")}), T0, frozenset({"a@b.example"})
)


def event(received, **more):
    return replace(Event("e1", "cart.updated", T0 - 9, received, customer=Ref(id="ada")), **more)


OWN = {"own": True, "type": "message.opened"}


@pytest.mark.parametrize(
    ("heard", "state", "stays"),
    [
        (event(T0 - 1), State(version=2, born=1), True),
        (event(T0 - 1), NOBODY, False),
        (event(T0), NOBODY, False),
        (event(T0 + 1), NOBODY, True),
        (event(T0 - 1), ANEW, False),
        (event(T0 + 1, **OWN), NOBODY, False),
        (event(T0 + 6, **OWN), ANEW, True),
        (event(T0, own=True, type="kairos.customer"), NOBODY, True),
        (event(T0 - 1, own=True, type="kairos.customer"), NOBODY, False),
        (Wake("ada"), NOBODY, False),
        (Wake("ada"), ANEW, True),
        (Occurrence("ada", "c", "o", T0 + 6), NOBODY, False),
        (Occurrence("ada", "c", "o", T0), ANEW, False),
        (Occurrence("ada", "c", "o", T0 + 6), ANEW, True),
    ],
)
def test_what_an_erasure_leaves_to_be_heard(heard, state, stays):
    assert outlives(heard, state) is stays


def test_a_wake_up_does_not_stir_what_is_left():
    left = Customer("ada", NOBODY)
    assert decide(left, Wake("ada"), catalog(), T0 + 1).customer is left


@pytest.mark.parametrize(
    ("who", "received", "theirs"),
    [
        ({"id": "ada"}, T0, True),
        ({"id": "ada"}, T0 + 1, False),
        ({"id": "ada2"}, T0, False),
        ({"anonymous_id": "dev"}, T0, True),
        ({"id": "eve", "anonymous_id": "dev"}, T0, False),
        ({"email": "A@b.example "}, T0, True),
        ({"email": "c@b.example"}, T0, False),
        (None, T0, False),
    ],
)
def test_a_line_of_the_archive_is_theirs_by_whatever_name(who, received, theirs):
    told = event(received, customer=Ref(**who) if who else None)
    assert PERSON.owns({"event": canonical.to_dict(told)}, HASH) is theirs


@pytest.mark.parametrize(
    ("line", "theirs"),
    [
        ({"record": {"customer": "ada", "time": T0}}, True),
        ({"record": {"customer": "ada", "time": T0 + 1}}, False),
        ({"record": {"customer": "eve", "time": T0}}, False),
        ({}, False),
    ],
)
def test_a_record_is_theirs(line, theirs):
    assert PERSON.owns(line, HASH) is theirs


@pytest.mark.parametrize(
    ("body", "left"),
    [
        ({"customer": "ada"}, None),
        ({"customer": "eve"}, ...),
        ({"customer": {"id": "ada"}}, None),
        ({"kairos": "event", "event": {"customer": {"anonymous_id": "dev"}}}, None),
        ({"kairos": "event", "event": {"customer": {"id": "ada"}, "received": T0}}, None),
        ({"kairos": "event", "event": {"customer": {"id": "ada"}, "received": T0 + 1}}, ...),
        ({"kairos": "event", "event": {"customer": {"id": "ada"}, "received": "now"}}, None),
        ({"customer": {"id": "ada"}, "received": T0 + 1}, None),
        ({"userId": "ada"}, None),
        ({"properties": {"name": "ada"}}, ...),
        ({"mail": {"destination": ["a@b.example"]}}, None),
        ({"body": "{ broken, of a@b.example"}, None),
        ({"body": "the adage"}, ...),
        ({"kairos": "wake", "customers": ["ada"]}, None),
        ({"kairos": "wake", "customers": ["eve"]}, ...),
        ({"kairos": "occurrence", "customers": ["eve", "ada"]}, {"kairos": "occurrence", "customers": ["eve"]}),
        (
            {"kairos": "customers", "customers": [{"id": "1", "customer": "ada"}, {"id": "2", "customer": "eve"}]},
            {"kairos": "customers", "customers": [{"id": "2", "customer": "eve"}]},
        ),
        ("ada", ...),
        ([{"customer": "ada"}], None),
        (7, ...),
    ],
)
def test_what_is_left_of_a_letter(body, left):
    assert without(body, PERSON) == (body if left is ... else left)


def test_ids_that_differ_only_by_case_are_two_people():
    assert mark("Ada", HASH) != mark("ada", HASH)


def test_who_asks_is_told_apart_by_nothing_but_whom():
    asked = erasure(Ref(id="ada"), T0, "links")
    assert canonical.from_dict(canonical.to_dict(asked)) == asked
