"""Segment's identify: who, what, and when by our clock."""

import pytest

from kairos.domain.events import Ref
from kairos.domain.sources import segment
from kairos.domain.sources.parts import BadEvent

NOW = 1_780_304_400_000  # 2026-06-01T09:00:00Z


def said(*, trusted=True, **body):
    return segment.identify(body, received=NOW, new_id=lambda: "made", trusted=trusted)


def test_traits_are_declared_addresses_are_addresses_and_the_context_helps_out():
    event = said(
        userId="anna", anonymousId="d1", messageId="m1", traits={"email": "a@shop.example", "phone": None, "plan": "plus"},
        context={"timezone": "Europe/Copenhagen", "locale": "da-DK", "traits": {"plan": "old", "age": 40}},
    )  # fmt: skip
    assert (event.id, event.type, event.customer) == ("m1", "identify", Ref(id="anna", anonymous_id="d1"))
    assert event.attributes == {
        "declared": {"plan": "plus", "age": 40, "timezone": "Europe/Copenhagen", "locale": "da-DK"}
    }
    assert event.addresses == {"email": "a@shop.example", "phone": None}


def test_a_browser_declares_traits_and_no_addresses():
    event = said(trusted=False, userId="anna", traits={"email": "a@shop.example", "phone": "+4520", "plan": "plus"})
    assert (event.attributes, event.addresses) == ({"declared": {"plan": "plus"}}, {})


@pytest.mark.parametrize(
    ("why", "times", "ago"),
    [
        ("nothing said: now", {}, 0),
        ("a clock that is right", {"timestamp": "2026-06-01T08:59:00Z"}, 60_000),
        ("a clock an hour fast", {"timestamp": "2026-06-01T09:59:00Z", "sentAt": "2026-06-01T10:00:00Z"}, 60_000),
        ("a clock a day slow", {"originalTimestamp": "2026-05-31T08:59:30Z", "sentAt": "2026-05-31T09:00:00Z"}, 30_000),
        ("the future is not believed", {"timestamp": "2026-06-02T09:00:00Z"}, 0),
    ],
)
def test_the_moment_is_corrected_by_when_it_was_sent(why, times, ago):
    assert NOW - said(userId="anna", **times).time == ago


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "userId"),
        ({"userId": ""}, "userId"),
        ({"userId": "a", "traits": []}, "traits"),
        ({"userId": "a", "traits": {"email": "nobody"}}, "traits.email"),
        ({"userId": "a", "timestamp": "soon"}, "timestamp"),
        ({"userId": "a", "timestamp": "2026-06-01T09:00:00Z", "sentAt": 7}, "sentAt"),
    ],
)
def test_a_wrong_one_is_refused_by_its_field(body, field):
    with pytest.raises(BadEvent) as refused:
        said(**body)
    assert refused.value.field == field
