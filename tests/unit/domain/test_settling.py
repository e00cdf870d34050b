"""What follows from how a message or an address fared: the next channel's message, what is recorded, and what others are told."""

from dataclasses import replace
from typing import Any

import pytest

from kairos.domain.effects import message_id
from kairos.domain.events import Event
from kairos.domain.settling import report
from kairos.domain.turn import SETTLING
from tests.unit.domain.shop import (
    DAY,
    HOUR,
    T0,
    Life,
    address_hash,
    campaign,
    catalog,
    event,
    joined,
    on,
    send,
    started,
)

STEPS = (
    {"id": "coupon-1", "do": "coupon", "name": "c", "percent": 5, "valid": DAY},
    {"id": "split-1", "do": "split", "branches": [{"name": "a", "weight": 1, "steps": [send("hi", "email", "sms")]}]},
)
EXIT = on("order.placed", same="properties.n")
HELLO = campaign(started("x"), *STEPS, exit=[EXIT], key=[{"ref": ["event", "properties", "n"]}])
EMAIL = address_hash("email", "anna@example.com")


def told(type: str = "message.refused", **policy: Any) -> tuple[Life, Event]:
    """Somebody with a message, and the report that its provider refused it."""
    life = Life(catalog(policy, hello=HELLO)).hear(joined()).hear(event("x", n=1))
    return life, report(life.messages[0], "anna", type, T0 + HOUR, reason="failed_provider")


def test_the_next_channel_says_the_same_for_the_same_reason():
    life, refused = told()
    [first, second] = life.hear(refused).messages
    id = message_id("anna", "hello", "1", first.step, "sms")
    assert (first.variant, first.same != {}, first.coupon is not None) == ("a", True, True)
    assert second == replace(first, id=id, channel="sms", channels=(), due=T0 + HOUR + SETTLING)
    assert [(sent.channel, sent.topic) for sent in life.customer.state.sends] == [("sms", "offers")]


@pytest.mark.parametrize(("type", "recorded"), [("message.refused", False), ("message.bounced", True)])
def test_what_was_sent_and_came_back_is_recorded_as_delivery_would_have(type: str, recorded: bool):
    life, heard = told(type)
    life.now, first = T0 + HOUR, life.messages[0]
    lines = [r for r in life._decide(heard).records if r.outcome == "refused"]
    said = [(r.campaign, r.key, r.reason, r.step, r.channel, r.message, r.variant) for r in lines]
    assert said == [("hello", "1", "failed_provider", first.step, "email", first.id, "a")] * recorded


def test_a_code_that_nobody_has_seen_is_as_if_it_had_never_been_shown():
    life, refused = told()
    assert life.customer.state.coupons
    gone = event("kairos.customer", T0 + 1, own=True, addresses={"phone": None})
    assert life.hear(gone).hear(refused).customer.state.coupons == {}


BOUNCED: dict[str, Any] = {"channel": "email", "address_hash": EMAIL, "permanent": True}
STOP: dict[str, Any] = {"channel": "sms", "address_hash": "h", "keyword": "stop"}
CLOSED = {"type": "address.suppressed", "channel": "email", "address_hash": EMAIL}

OPEN = {"type": "address.released", "channel": "email", "address_hash": EMAIL}
SHOP = catalog(
    {"publish": ["address.suppressed", "address.released"]},
    closed=campaign(started("address.suppressed"), send("hello", "sms"), topic="service"),
    open=campaign(started("address.released"), send("hello", "sms"), topic="service"),
)

WORDS = [
    ("it bounced for good", "message.bounced", BOUNCED, CLOSED | {"reason": "bounced"}),
    ("somebody complained there", "message.complained", BOUNCED, CLOSED | {"reason": "complained"}),
    ("it bounced softly", "message.bounced", BOUNCED | {"permanent": False}, None),
    ("nobody knows where", "message.bounced", BOUNCED | {"address_hash": ""}, None),
    ("another customer's closed it: they enter what waits for that once", "address.suppressed", BOUNCED | {"reason": "bounced"}, CLOSED | {"reason": "bounced"}),
    ("stop", "sms.received", STOP, CLOSED | {"channel": "sms", "address_hash": "h", "reason": "stopped"}),
    ("start, where nothing was closed", "sms.received", STOP | {"keyword": "start"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("type", "said", "out"), [row[1:] for row in WORDS], ids=[row[0] for row in WORDS])
def test_whoever_wants_to_know_is_told_once_that_an_address_is_closed(type: str, said: Any, out: Any):
    life = Life(SHOP).hear(joined())
    guard = life.customer.state.guard
    life.hear(event(type, T0, own=True, **said))
    assert went_out(life) == ([] if out is None else [out])
    assert life.sent.count("closed/hello") == len(went_out(life)) == life.customer.state.guard - guard


@pytest.mark.parametrize(("type", "said"), [("sms.received", {"keyword": "start"}), ("address.released", {})])
def test_an_address_is_open_again_by_its_owners_word_or_because_others_say_so(type: str, said: Any):
    life = Life(SHOP).hear(joined()).hear(event("message.bounced", T0, own=True, **BOUNCED))
    guard = life.customer.state.guard
    life.hear(event(type, T0 + 1, own=True, **BOUNCED, **said))
    assert went_out(life)[1:] == [OPEN] and life.sent.count("open/hello") == 1
    assert life.customer.state.guard == guard + 1


@pytest.mark.parametrize(
    ("type", "said"),
    [
        ("sms.received", STOP),
        ("sms.received", STOP | {"keyword": "start"}),
        ("address.released", BOUNCED),
        ("address.suppressed", STOP),
    ],
)
def test_nobody_else_has_a_say_on_an_address(type: str, said: Any):
    life = Life(SHOP).hear(joined()).hear(event("message.bounced", T0, own=True, **BOUNCED))
    before = life.customer.state
    after = life.hear(event(type, T0 + 1, **said)).customer.state
    assert (after.suppressed, after.guard) == (before.suppressed, before.guard) and len(went_out(life)) == 1


def went_out(life: Life) -> list[Any]:
    """The events out, without what only tells them apart."""
    found = [{"type": m.detail["type"], **m.detail["detail"]} for m in life.messages if m.detail]
    return [{name: one[name] for name in ("type", "channel", "address_hash", "reason") if name in one} for one in found]
