"""Codes: their pattern, that they are the same again, and which codes an event says were handed in."""

import re
from typing import Any

import pytest

from kairos.domain.coupons import MOST, Issued, derive, ends, handed_in, issue_event, shown
from kairos.domain.effects import PutMessage
from kairos.domain.events import Event, Ref
from kairos.domain.tokens import Keyring

KEYS = Keyring(b"the key of today, 32 bytes long!")
NOW = 1_795_000_000_000
COUPON = {"id": "c1", "name": "comeback", "percent": 15, "valid": 3_600_000}
LETTER = "[2-9A-HJ-NP-Z]"
PUT = PutMessage(
    id="m1", campaign="cart", key="k", step="send.offer", channel="email", channels=(), topic="offers", template="offer",
    transactional=False, since=0, trigger="t", same={}, expires=0, due=0, guard=0, catalog="", variant="b",
)  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "form"),
    [
        (None, "[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}"),
        ("SUMMER-{8}", f"SUMMER-{LETTER}{{8}}"),
        ("{4}-{4}-{4}", f"{LETTER}{{4}}-{LETTER}{{4}}-{LETTER}{{4}}"),
        ("a{10}z", f"a{LETTER}{{10}}z"),
        (f"{{{MOST}}}", f"{LETTER}{{{MOST}}}"),
    ],
)
def test_a_code_has_the_form_of_its_pattern(pattern: str | None, form: str) -> None:
    coupon = COUPON if pattern is None else COUPON | {"code": pattern}
    assert re.fullmatch(form, derive(coupon, KEYS))


def test_a_code_that_was_sent_once_is_the_same_by_whatever_is_deployed_later() -> None:
    assert [derive(COUPON, KEYS, attempt) for attempt in (0, 1)] == ["24GM-5JMV-BVSI", "7CJB-R4IH-SJ2X"]


def test_a_coupon_has_one_code_and_each_another() -> None:
    codes = [derive(COUPON | {"id": f"c{number}", "code": "{8}"}, KEYS) for number in range(2_000)]
    assert len(set(codes)) == len(codes)
    assert derive(COUPON, KEYS) == derive(COUPON, Keyring(b"a key of another day, 32 bytes!!", seed=KEYS.current))
    assert derive(COUPON, KEYS) != derive(COUPON, KEYS, attempt=1)
    assert derive(COUPON, KEYS) != derive(COUPON, Keyring(b"the key of another stack, 32 b.!"))


def test_its_time_begins_with_the_message_that_first_shows_it() -> None:
    assert ends(COUPON, NOW) == NOW + 3_600_000
    assert ends(COUPON | {"since": NOW - 1}, NOW) == NOW + 3_599_999
    seen = shown(COUPON, Issued("X", NOW))
    assert (seen["name"], seen["percent"], seen["code"], seen["expires"].timestamp()) == (
        "comeback",
        15,
        "X",
        NOW / 1000,
    )


def test_the_shop_is_told_what_it_must_know_to_honour_a_code() -> None:
    told = issue_event(PUT, COUPON, Issued("X-1", NOW), "ada", NOW - 5)
    assert (told.type, told.customer, told.own, told.id) == ("coupon.issued", Ref("ada"), True, "m1.coupon")
    assert told.properties == {
        "message_id": "m1", "campaign": "cart", "key": "k", "step": "send.offer", "variant": "b", "channel": "email",
        "name": "comeback", "percent": 15, "code": "X-1", "expires": "2026-11-18T11:06:40+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type", "properties", "codes"),
    [
        ("order.placed", {"coupon": "abc-1"}, ("ABC-1",)),
        ("order.placed", {"coupons": ["a", "b", "A"]}, ("A", "B")),
        ("order.placed", {"discount_codes": [{"code": "spring", "amount": "5.00"}, {"amount": 1}]}, ("SPRING",)),
        ("order.placed", {"code": "x"}, ()),
        ("coupon.redeemed", {"code": " x "}, ("X",)),
        ("coupon.redeemed", {"coupon": "y", "code": "x"}, ("Y", "X")),
        ("order.placed", {}, ()),
        ("order.placed", {"coupon": None, "coupons": "a", "discount_codes": [None, 7, ["x"]]}, ()),
        ("order.placed", {"coupon": "<script>"}, ()),
        ("order.placed", {"coupon": "'; DROP TABLE"}, ()),
        ("order.placed", {"coupon": "a" * 65}, ()),
        ("order.placed", {"coupons": ["c" + str(n) for n in range(99)]}, tuple(f"C{n}" for n in range(10))),
    ],
)  # fmt: skip
def test_an_event_says_which_codes_were_handed_in(
    type: str, properties: dict[str, Any], codes: tuple[str, ...]
) -> None:
    assert handed_in(Event(id="e", type=type, time=0, received=0, properties=properties)) == codes
