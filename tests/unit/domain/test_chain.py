"""Chains: waits of every kind, branches, tags, values, coupons, events out, exits."""

from dataclasses import replace

import pytest

from kairos.domain.events import Consent
from kairos.domain.settling import report
from kairos.domain.state import NeedsProfile
from tests.unit.domain.shop import DAY, HOUR, T0, Life, campaign, catalog, event, joined, on, send, started


def series(*steps, policy=None, **more):
    return Life(catalog(policy, hello=campaign(started("x"), *steps, **more))).hear(
        joined(country="DK", ends="2026-06-20")
    )


def wait(**how):
    return {"id": "wait-1", "do": "wait"} | how


def dues(life):
    return (life.customer.state.due - T0) / HOUR


@pytest.mark.parametrize(
    ("how", "hours"),
    [
        ({"for": 2 * DAY}, 48),
        ({"until": {"at": 9 * 3600}}, None),  # it is nine now: at once
        ({"until": {"at": 8 * 3600}}, 23),
        ({"until": {"path": ["attributes", "ends"], "offset": {"days": -3}, "at": 9 * 3600}}, 16 * 24),
        ({"until": {"path": ["event", "properties", "at"]}}, 6),
        ({"until": {"path": ["attributes", "missing"]}}, None),
        ({"on": on("y"), "timeout": 5 * HOUR}, 5),
    ],
)
def test_a_chain_waits_until(how, hours):
    life = series(wait(**how), send()).hear(event("x", at="2026-06-01T15:00:00Z"))
    assert (life.sent, life.customer.state.due) == (["hello/hello"], None) if hours is None else dues(life) == hours


def test_a_wait_that_was_over_long_ago_makes_the_next_step_stale():
    life = series(wait(until={"path": ["attributes", "ends"], "offset": {"days": -30}}), send()).hear(event("x"))
    assert life.reasons() == ["expired"]


def test_three_overdue_reminders_do_not_come_at_once():
    steps = [send("a"), wait(**{"for": 2 * DAY}), send("b"), wait(**{"for": 2 * DAY}) | {"id": "wait-2"}, send("c")]
    life = series(*steps).hear(event("x")).wake(T0 + 4 * DAY)
    assert life.sent == ["hello/a", "hello/c"] and life.reasons() == ["expired"]


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (event("y", T0 + HOUR, order="1"), ["hello/thanks"]),
        (event("y", T0 + HOUR, order="2"), ["hello/nudge", "hello/thanks"]),
        (event("y", T0 - HOUR, order="1"), ["hello/nudge", "hello/thanks"]),  # before the wait began
        (event("z", T0 + HOUR, order="1"), ["hello/nudge", "hello/thanks"]),
    ],
)
def test_waiting_for_an_event_or_its_timeout(heard, expected):
    waiting = wait(
        on=on("y", same="properties.order"),
        timeout=2 * DAY,
        **{"else": [send("nudge"), wait(**{"for": DAY}) | {"id": "wait-2"}]},
    )
    life = series(waiting, send("thanks")).hear(event("x", order="1")).hear(heard, T0 + HOUR).until(T0 + 9 * DAY)
    assert life.sent == expected


def test_the_event_waited_for_may_have_come_before_the_chain_got_there():
    life = series(wait(**{"for": DAY}), wait(on=on("y"), timeout=DAY) | {"id": "wait-2"}, send())
    life.hear(event("x")).hear(event("y", T0 + DAY + 1), T0 + DAY + 1).until(T0 + DAY + 2)
    assert life.sent == ["hello/hello"]


def test_choose_takes_the_first_branch_that_holds_and_goes_on_behind_it():
    choose = {"id": "choose-1", "do": "choose", "branches": [
        {"when": {"attributes": {"country": ["SE"]}}, "steps": [send("hej")]},
        {"when": {"attributes": {"country": ["DK"]}}, "steps": [send("dav"), wait(**{"for": DAY})]},
        {"when": None, "steps": [send("hello")]},
    ]}  # fmt: skip
    life = series(choose, send("after")).hear(event("x")).until(T0 + DAY)
    assert life.sent == ["hello/dav", "hello/after"]


def test_no_branch_holds_and_the_chain_goes_on():
    choose = {"id": "choose-1", "do": "choose", "branches": [{"when": {"tagged": ["vip"]}, "steps": [send("vip")]}]}
    assert series(choose, send("after")).hear(event("x")).sent == ["hello/after"]


def test_tags_and_values_are_seen_by_what_follows():
    tag = {"id": "tag-1", "do": "tag", "tags": ["ebook"]}
    put = {
        "id": "set-1",
        "do": "set",
        "values": {"level": {"ref": ["event", "properties", "level"]}, "x": {"ref": ["event", "no"]}},
    }
    audience = {"all": [{"tagged": ["ebook"]}, {"attributes": {"level": [3]}, "source": "behaviour"}]}
    definitions = catalog(
        first=campaign(started("x"), tag, put, topic=""), then=campaign(started("y"), audience=audience)
    )
    life = Life(definitions).hear(joined()).hear(event("x", level=3)).hear(event("y", T0 + 1))
    assert life.sent == ["then/hello"]
    assert life.customer.profile is not None and "x" not in life.customer.profile.attributes["behaviour"]
    life.catalog = definitions
    untagged = campaign(started("x"), {"id": "untag-1", "do": "untag", "tags": ["ebook"]}, topic="")
    life.catalog = catalog(first=untagged, then=campaign(started("y"), audience=audience))
    life.hear(event("x", T0 + 2)).hear(event("y", T0 + 3))
    assert life.reasons() == ["not_in_audience"]


def test_a_coupon_goes_with_the_messages_behind_it():
    coupon = {"id": "coupon-1", "do": "coupon", "name": "comeback", "percent": 15, "valid": 12 * HOUR}
    life = series(send("a"), wait(**{"for": DAY}), coupon, send("b")).hear(event("x")).until(T0 + DAY)
    first, second = life.messages
    assert first.coupon is None and second.coupon["percent"] == 15 and second.coupon["id"]


COUPON = {"id": "coupon-1", "do": "coupon", "name": "comeback", "percent": 15, "valid": 2 * DAY}


def test_a_coupon_begins_with_the_first_message_that_shows_it_and_later_ones_show_the_same():
    life = series(COUPON, send("a"), wait(**{"for": DAY}), send("b")).hear(event("x")).until(T0 + DAY)
    first, second = life.messages
    assert "since" not in first.coupon and second.coupon == {**first.coupon, "since": T0}


def test_of_a_name_there_is_one_live_code():
    codes = []
    life = series(COUPON, send("a"), cooldown=None)
    for day in (0, 1, 3):
        life.hear(event("x", T0 + day * DAY))
        codes.append(life.messages[-1].coupon["id"])
    assert codes[0] == codes[1] != codes[2]


def test_a_coupon_that_nobody_has_seen_begins_with_the_next_message():
    life = series(COUPON, send("a"), wait(**{"for": DAY}), send("b")).hear(event("x"))
    life.hear(report(life.messages[0], "anna", "message.refused", T0 + 1, reason="failed_template")).until(T0 + DAY)
    assert "since" not in life.messages[1].coupon


def test_a_wait_for_a_moment_of_the_customer_moves_with_it():
    until = {"path": ["attributes", "ends"], "offset": {"days": -3, "ms": 0}, "at": 9 * 3600}
    life = series(wait(until=until), send("soon")).hear(event("x"))
    life.hear(told("ends", "2026-06-20", T0 + 1)).hear(told("ends", "2026-06-10", T0 + 2))
    assert life.customer.state.due == T0 + 6 * DAY
    assert life.until(T0 + 6 * DAY).sent == ["hello/soon"]


def told(name, value, time):
    return event("kairos.customer", time, own=True, attributes={"backend": {name: value}})


def test_an_event_goes_out_on_the_bus_with_its_references_filled():
    detail = {
        "country": {"ref": ["attributes", "country"]},
        "who": {"parts": ["a-", {"ref": ["event", "properties", "n"]}]},
        "none": {"ref": ["event", "no"]},
    }
    life = series({"id": "emit-1", "do": "emit", "type": "lead.qualified", "detail": detail}, topic="").hear(
        event("x", n=7)
    )
    (out,) = life.messages
    assert (out.channel, out.detail) == ("event", {"type": "lead.qualified", "detail": {"country": "DK", "who": "a-7"}})


def test_exit_ends_the_chain():
    assert series({"id": "exit-1", "do": "exit"}, send()).hear(event("x")).reasons("left") == ["exit"]


def test_two_sends_of_one_instant_speak_with_one_voice():
    life = series(send("a"), send("b")).hear(event("x"))
    assert life.sent == ["hello/a"] and life.reasons() == ["outranked"]


def test_kairos_own_events_trigger_others_but_never_their_own_campaign():
    definitions = catalog(
        {"publish": ["campaign.entered"]},
        hello=campaign(started("x")), echo=campaign(started("campaign.entered"), topic="service"),
    )  # fmt: skip
    life = Life(definitions).hear(joined()).hear(event("x"))
    assert sorted(life.sent) == ["echo/", "echo/hello", "hello/", "hello/hello"]  # two published, two sent


def test_a_birthday_comes_at_nine_in_the_customers_zone_and_once_though_they_move():
    birthday = campaign({"kind": "date", "date": {"path": ["attributes", "birthday"], "at": 9 * 3600}, "yearly": True})
    life = Life(catalog(birthday=birthday)).hear(joined(birthday="1990-06-03", timezone="Asia/Tokyo"))
    nine_in_tokyo = T0 + 2 * DAY - 9 * HOUR
    assert life.customer.state.due == nine_in_tokyo
    life.until(nine_in_tokyo)
    life.hear(
        event("kairos.customer", nine_in_tokyo + 1, own=True, attributes={"backend": {"timezone": "America/New_York"}})
    )
    life.until(T0 + 30 * DAY)
    assert life.sent == ["birthday/hello"] and not life.reasons()
    life.until(T0 + 400 * DAY)
    assert len(life.messages) == 2


def test_a_moment_moves_with_its_attribute():
    expiry = campaign(
        {"kind": "date", "date": {"path": ["attributes", "ends"], "offset": {"days": -30}}, "yearly": False}
    )
    life = Life(catalog(contract=expiry)).hear(joined(ends="2026-08-01"))
    before = life.customer.state.due or 0
    life.hear(event("kairos.customer", T0, own=True, attributes={"backend": {"ends": "2026-09-01"}}))
    assert life.customer.state.due == before + 31 * DAY
    life.hear(event("kairos.customer", T0 + 1, own=True, attributes={"backend": {"ends": None}}))
    assert life.customer.state.due is None


def test_facts_that_need_the_profile_say_so():
    life = series(send())
    life.customer = replace(life.customer, profile=None)
    with pytest.raises(NeedsProfile):
        life.hear(event("kairos.customer", T0, own=True, attributes={"backend": {"a": 1}}))


def test_an_older_value_never_replaces_a_newer_one_and_precedence_is_between_sources():
    life = series(send(), audience={"attributes": {"country": ["SE"]}})
    life.hear(event("answer.given", T0 + 2, own=True, attributes={"declared": {"country": "NO"}}))
    life.hear(event("kairos.customer", T0 + 1, own=True, attributes={"backend": {"country": "SE"}}))
    life.hear(event("kairos.customer", T0 - 1, own=True, attributes={"backend": {"country": "FI"}}))
    assert life.hear(event("x", T0 + 3)).sent == ["hello/hello"]
    assert life.customer.profile is not None
    assert life.customer.profile.merged(["backend", "declared"])["country"] == "SE"


def test_consent_evidence_is_kept_with_every_word():
    consent = Consent("offers", "sms", "granted", T0, source="form", wording="v2", proof="click")
    life = series(send())
    decision = life._decide(event("consent.granted", T0, own=True, consents=(consent,)))
    assert [e.consent for e in decision.effects] == [consent]


def test_an_address_that_is_known_already_needs_no_profile():
    life = series(send())
    life.customer = replace(life.customer, profile=None)
    life.hear(event("x", T0, addresses={"email": "Anna@Example.com"}))
    assert life.sent == ["hello/hello"] and life.customer.profile is None
    with pytest.raises(NeedsProfile):
        life.hear(event("x", T0 + 1, addresses={"email": "other@example.com"}))
