"""Particulars that nothing else would notice: ids, channels of records, times of facts, what a cart's calling off shares."""

import pytest

from kairos.domain import context, tags
from kairos.domain.effects import PutMessage, message_id
from kairos.domain.sources import ses, texts
from kairos.domain.state import Fact, Profile, State
from tests.unit.domain.shop import CART, DAY, T0, Life, campaign, catalog, event, joined, on, send, started


def test_an_event_out_has_the_id_of_its_entry_and_step():
    emits = campaign(started("x"), {"id": "emit-1", "do": "emit", "type": "vip.found", "detail": None})
    life = Life(catalog(hello=emits)).hear(joined())
    decision = life._decide(event("x", T0, "x1"))
    (message,) = (effect for effect in decision.effects if isinstance(effect, PutMessage))
    assert message.id == message_id("anna", "hello", "x1", "emit-1", "event")
    assert (message.guard, message.channel, message.detail) == (
        decision.customer.state.guard,
        "event",
        {"type": "vip.found", "detail": {}},
    )


def test_a_send_that_an_exit_forestalls_is_refused_on_no_channel_and_told():
    hello = campaign(started("x"), send(), exit=[on("order.placed")])
    life = (
        Life(catalog({"publish": ["message.refused"]}, hello=hello)).hear(joined()).hear(event("order.placed", T0 + 1))
    )
    life.now = T0 + 2
    records = life._decide(event("x", T0)).records
    assert [(r.outcome, r.reason, r.channel) for r in records] == [
        ("entered", "", ""), ("refused", "exited", ""), ("left", "exited", "")
    ]  # fmt: skip


def test_whoever_listens_is_told_of_what_a_refusal_was():
    branch = {"name": "a", "weight": 1, "steps": [send("hello", "push", "sms")]}
    hello = campaign(started("x"), {"id": "split-1", "do": "split", "branches": [branch]}, topic="news")
    life = Life(catalog({"publish": ["message.refused"]}, hello=hello)).hear(joined()).hear(event("x", T0, "x1"))
    (out,) = (message.detail for message in life.messages if message.detail)
    step = life.catalog.campaigns["hello"].steps[-1].id
    assert out["detail"] == {
        "campaign": "hello", "key": "x1", "step": step, "variant": "a", "channel": "sms", "reason": "no_consent",
        "message_id": message_id("anna", "hello", "x1", step, "sms"),
    }  # fmt: skip


@pytest.mark.parametrize(("policy", "told"), [({}, 1), ({"frequency_caps": [{"at_most": 0, "per": DAY}]}, 2)])
def test_a_send_is_told_as_refused_only_where_it_is(policy, told):
    hello = campaign(started("x"), send())
    life = Life(catalog(policy | {"publish": ["message.refused"]}, hello=hello)).hear(joined())
    made = [effect for effect in life._decide(event("x", T0)).effects if isinstance(effect, PutMessage)]
    assert [m.detail["type"] if m.detail else m.channel for m in made] == (
        ["email"] if told == 1 else ["message.refused"]
    )


def test_an_attribute_is_known_with_its_time_and_its_receipt():
    life = Life(catalog()).hear(
        event("kairos.customer", T0, received=T0 + 5, own=True, attributes={"backend": {"tier": "gold"}})
    )
    assert life.customer.profile is not None
    assert life.customer.profile.attributes == {"backend": {"tier": Fact("gold", T0, T0 + 5)}}


def test_what_calls_off_a_cart_is_looked_up_by_the_cart_that_an_order_would_share():
    trigger = catalog(cart=CART).campaigns["cart"].trigger
    assert trigger.off is not None and trigger.absent is not None
    assert trigger.off.same == trigger.absent.same == ("properties", "cart_id")


def test_moments_that_are_only_counted_stop_nobody():
    definitions = catalog(
        hello=campaign(started("x"), exit=[on("gone")], goal={"on": on("bought"), "within": DAY, "value": None})
    )
    assert {selector.types: selector.stops for selector in definitions.lasts.values()} == {
        frozenset({"gone"}): True, frozenset({"bought"}): False
    }  # fmt: skip


def observed(value: str, seen: int, since: int) -> tuple[State, Profile]:
    return State(observed={"locale": (seen, seen)}), Profile({context.SOURCE: {"locale": Fact(value, since, since)}})


def test_what_was_observed_last_of_several_is_the_newest_and_of_equals_the_first():
    older, newer, alike = observed("da", 5, 1), observed("en", 7, 7), observed("en", 7, 3)
    assert context.last_of([older, newer, alike]) == {"locale": ((7, 7), Fact("en", 7, 7))}
    assert context.last_of([alike, newer, older]) == {"locale": ((7, 7), Fact("en", 3, 3))}
    assert context.last_of([(older[0], Profile())]) == {}


@pytest.mark.parametrize(("body", "one"), [({"mail": {}, "eventType": "Send"}, True), ({"mail": {}, "notificationType": "Bounce"}, True),
                                           ({"mail": {}}, False), ({"eventType": "Send"}, False), ([], False)])  # fmt: skip
def test_what_is_an_answer_of_the_mail_provider(body, one):
    assert ses.is_one(body) is one


def test_what_travels_with_a_message_comes_back_as_it_was():
    about = {"message": "m", "customer": "ada 7", "campaign": "cart", "step": "send.a", "variant": "ø"}
    assert tags.read(tags.write(**about)) == about


@pytest.mark.parametrize(
    ("missing", "one"), [("", True), ("originationNumber", False), ("messageBody", False), ("inboundMessageId", False)]
)
def test_what_is_a_text_message_that_came_in(missing, one):
    body = dict.fromkeys(("originationNumber", "messageBody", "inboundMessageId"), "x")
    body.pop(missing, None)
    assert texts.is_one(body) is one
