"""The gates of a send: one table, the last column is the reason; then what each place and hold means."""

from dataclasses import replace

import pytest

from kairos.domain.events import Consent
from kairos.domain.forgetting import SENDS
from kairos.domain.judge import judge, quiet_until
from kairos.domain.settling import report
from kairos.domain.state import Customer
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

HELLO = campaign(started("x"), key=None)
EMAIL = address_hash("email", "anna@example.com")
NIGHT = {"quiet_hours": [{"channels": ["sms", "email"], "from": 21 * 3600, "to": 10 * 3600}]}
ONE_A_DAY = {"frequency_caps": [{"at_most": 1, "per": DAY}]}


def withdrawn(time, channel="email"):
    return event("consent.withdrawn", time, own=True, consents=(Consent("offers", channel, "withdrawn", time),))


def bounced(time):
    return event("message.bounced", time, own=True, channel="email", address_hash=EMAIL, permanent=True)


@pytest.mark.parametrize(
    ("why", "definition", "policy", "before", "reason"),
    [
        ("nothing in the way", HELLO, {}, [], ""),
        ("suppressed after a bounce", HELLO, {}, [bounced(T0 - HOUR)], "suppressed"),
        ("suppression is named before consent", HELLO, {}, [bounced(T0 - HOUR), withdrawn(T0 - 1)], "suppressed"),
        ("withdrawn", HELLO, {}, [withdrawn(T0 - HOUR)], "no_consent"),
        ("no word on the topic", HELLO | {"topic": "other"}, {}, [], "no_consent"),
        ("double opt-in without proof", HELLO | {"topic": "news"}, {}, [], "no_consent"),
        ("implied", HELLO | {"topic": "tips"}, {}, [], ""),
        ("transactional needs no consent", HELLO | {"topic": "service"}, {}, [withdrawn(T0 - HOUR)], ""),
        ("transactional never goes to the suppressed", HELLO | {"topic": "service"}, {}, [bounced(T0 - 1)], "suppressed"),
        ("no address", HELLO | {"steps": [send("hello", "push")]}, {}, [], "no_address"),
        ("the first channel that can", HELLO | {"steps": [send("hello", "push", "email")]}, {}, [], ""),
        ("the last channel's reason stands", HELLO | {"steps": [send("a", "push", "email")]}, {}, [withdrawn(T0 - 1)], "no_consent"),
        ("a cap used up", HELLO, ONE_A_DAY, [event("x", T0 - DAY + 1)], "frequency_cap"),
        ("a cap slides", HELLO, ONE_A_DAY, [event("x", T0 - DAY)], ""),
        ("caps spare the transactional", HELLO | {"topic": "service"}, {"frequency_caps": [{"at_most": 0, "per": DAY}]}, [], ""),
        ("quiet hours", HELLO, NIGHT, [], "quiet_hours"),
        ("quiet hours of another channel", HELLO, {"quiet_hours": [{"channels": ["sms"], "from": 0, "to": 86399}]}, [], ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_the_first_gate_that_refuses_is_the_reason(why, definition, policy, before, reason):
    life = Life(catalog(policy, hello=definition)).hear(joined(T0 - 3 * DAY))
    for one in before:
        life.hear(one)
    told = len(life.records)
    life.hear(event("x"))
    reasons = [r for _, outcome, r in life.records[told:] if outcome in ("refused", "deferred")]
    assert (reasons or [""])[0] == reason


def test_a_send_in_quiet_hours_waits_for_their_end_and_is_judged_again():
    life = Life(catalog(NIGHT, hello=HELLO)).hear(joined()).hear(event("x"))
    assert life.reasons("deferred") == ["quiet_hours"] and life.customer.state.due == T0 + HOUR
    life.until(T0 + HOUR)
    assert life.sent == ["hello/hello"]


def test_who_unsubscribes_in_the_quiet_hours_gets_nothing_after_them():
    life = (
        Life(catalog(NIGHT, hello=HELLO)).hear(joined()).hear(event("x")).hear(withdrawn(T0 + 1)).until(T0 + 2 * HOUR)
    )
    assert not life.messages and life.reasons() == ["no_consent"]


def test_expiry_wins_over_quiet_hours():
    life = Life(catalog(NIGHT, hello=HELLO | {"expires": HOUR})).hear(joined()).hear(event("x")).until(T0 + 2 * HOUR)
    assert not life.messages and life.reasons() == ["expired"]


def test_a_wait_runs_from_the_decision_of_a_deferred_send():
    steps = [send("a"), {"id": "wait-1", "do": "wait", "for": DAY}, send("b")]
    life = Life(catalog(NIGHT, hello=HELLO | {"steps": steps})).hear(joined()).hear(event("x")).until(T0 + HOUR)
    assert life.customer.state.due == T0 + HOUR + DAY


BIRTHDAY = campaign(
    {"kind": "date", "date": {"path": ["attributes", "day"], "at": 9 * 3600}, "yearly": False}, send(), priority=60
)
CONTRACT = campaign(
    {"kind": "date", "date": {"path": ["attributes", "day"], "at": 9 * 3600}, "yearly": False}, send(), priority=80
)
NINE = T0 + 2 * DAY


def both(policy=None, **more):
    life = Life(catalog(policy, birthday=BIRTHDAY | more, contract=CONTRACT)).hear(joined(day="2026-06-03"))
    return life.until(NINE)


def test_of_two_campaigns_due_at_one_instant_the_higher_priority_goes():
    life = both()
    assert life.sent == ["contract/hello"] and life.reasons() == ["outranked"]


def test_what_cannot_go_silences_nothing():
    life = (
        Life(catalog(birthday=BIRTHDAY, contract=CONTRACT | {"topic": "other"}))
        .hear(joined(day="2026-06-03"))
        .until(NINE)
    )
    assert life.sent == ["birthday/hello"] and life.reasons() == ["no_consent"]


def test_the_outranked_may_be_requeued_until_they_expire():
    requeue = {"arbitration": {"keep": 1, "window": 0, "then": "requeue", "after": 4 * HOUR}}
    life = both(requeue).until(NINE + 4 * HOUR)
    assert life.sent == ["contract/hello", "birthday/hello"] and life.reasons("deferred") == ["outranked"]


def test_a_window_collects_what_comes_one_after_the_other():
    window = {"arbitration": {"keep": 1, "window": HOUR, "then": "drop", "after": 0}}
    low, high = campaign(started("x"), priority=10), campaign(started("y"), priority=90)
    life = Life(catalog(window, low=low, high=high)).hear(joined()).hear(event("x")).hear(event("y", T0 + HOUR // 2))
    assert not life.messages
    life.until(T0 + HOUR)
    assert life.sent == ["high/hello"] and life.reasons() == ["outranked"]


def test_a_control_takes_no_place_in_arbitration():
    life = (
        Life(catalog(birthday=BIRTHDAY, contract=CONTRACT | {"holdout": 1.0}))
        .hear(joined(day="2026-06-03"))
        .until(NINE)
    )
    assert life.sent == ["birthday/hello"] and life.reasons() == ["holdout"]


def test_a_message_that_surely_did_not_go_out_gives_its_cap_place_back():
    life = Life(catalog(ONE_A_DAY, hello=HELLO)).hear(joined()).hear(event("x"))
    life.hear(report(life.messages[0], "anna", "message.refused", T0 + 1, reason="exited"))
    life.hear(event("x", T0 + 2))
    assert len(life.messages) == 2


def test_a_cooldown_comes_back_when_the_provider_refused_everything():
    life = Life(catalog(hello=HELLO | {"cooldown": DAY})).hear(joined()).hear(event("x"))
    refused = report(life.messages[0], "anna", "message.refused", T0 + 1, reason="failed_provider")
    life.hear(refused).hear(refused).hear(event("x", T0 + 2))
    assert life.reasons("entered") == ["", ""]


def test_a_definite_refusal_moves_on_to_the_next_channel():
    life = Life(catalog(hello=HELLO | {"steps": [send("hi", "sms", "email")]})).hear(joined()).hear(event("x"))
    life.hear(
        report(
            life.messages[0],
            "anna",
            "message.refused",
            T0 + 1,
            reason="undeliverable",
            address=address_hash("sms", "+4520123456"),
        )
    )
    assert [m.channel for m in life.messages] == ["sms", "email"] and len({m.id for m in life.messages}) == 2
    assert "sms" in life.customer.state.suppressed


@pytest.mark.parametrize(
    ("overtaken_by", "reason"),
    [
        ([], None),
        ([event("order.placed", T0 + 1)], "exited"),
        ([withdrawn(T0 + 1)], "no_consent"),
        ([bounced(T0 + 1)], "suppressed"),
    ],
)  # fmt: skip
def test_the_last_look_sees_what_has_overtaken_the_decision_and_the_guard_has_moved(overtaken_by, reason):
    definitions = catalog(hello=HELLO | {"exit": [on("order.placed")]})
    life = Life(definitions).hear(joined()).hear(event("x"))
    guard = life.customer.state.guard
    for one in overtaken_by:
        life.hear(one)
    assert judge(life.customer, life.messages[0], definitions, T0 + 2) == reason
    assert (life.customer.state.guard > guard) == (reason is not None)


def test_the_last_look_knows_time_pause_and_what_is_gone():
    life = Life(catalog(hello=HELLO)).hear(joined()).hear(event("x"))
    message, someone = life.messages[0], life.customer
    assert judge(someone, message, life.catalog, T0 + DAY) == "expired"
    assert judge(someone, message, catalog(hello=HELLO | {"status": "paused"}), T0) == "paused"
    assert judge(someone, message, catalog(), T0) == "failed_template"
    assert judge(Customer.unknown("anna"), replace(message, channel="event"), catalog(), T0) is None
    assert quiet_until(someone, message, catalog(NIGHT, hello=HELLO), T0) == T0 + HOUR
    assert quiet_until(someone, replace(message, transactional=True), catalog(NIGHT), T0) == 0


def test_redelivery_of_everything_makes_no_second_message():
    life = Life(catalog(hello=HELLO)).hear(joined())
    for _ in range(3):
        life.hear(event("x"))
    assert life.sent == ["hello/hello"] and life.reasons() == ["duplicate"] * 2


def test_consent_of_the_same_instant_is_withdrawn():
    grant = event("consent.granted", T0, own=True, consents=(Consent("offers", "email", "granted", T0),))
    for order in ([grant, withdrawn(T0)], [withdrawn(T0), grant]):
        life = Life(catalog(hello=HELLO)).hear(joined())
        for one in order:
            life.hear(one)
        assert life.customer.state.consents["offers/email"][0] == "withdrawn"


def test_a_refusal_told_twice_moves_on_once():
    life = Life(catalog(hello=HELLO | {"steps": [send("hi", "email", "sms", "push")]})).hear(joined())
    life.hear(event("kairos.customer", T0 - 1, own=True, addresses={"push": [{"token": "t", "platform": "fcm"}]}))
    life.hear(event("x"))
    refused = report(life.messages[0], "anna", "message.refused", T0 + 1, reason="failed_provider")
    life.hear(refused).hear(withdrawn(T0 + 2, "sms")).hear(refused)
    assert [m.channel for m in life.messages] == ["email", "sms"]


def test_a_flood_of_receipts_makes_no_cap_forget_what_it_has_counted():
    receipt = campaign(started("bought"), send("receipt"), topic="service", key=[{"ref": ["event", "id"]}])
    life = Life(catalog(ONE_A_DAY, hello=HELLO | {"key": [{"ref": ["event", "id"]}]}, receipt=receipt)).hear(joined())
    life.hear(event("x", T0))
    for n in range(SENDS + 10):
        life.hear(event("bought", T0 + n + 1, f"b-{n}"))
    life.hear(event("x", T0 + HOUR))
    assert life.sent.count("hello/hello") == 1 and life.reasons() == ["frequency_cap"]
    assert len(life.customer.state.sends) == SENDS
