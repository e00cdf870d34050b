"""One message out: what holds it, what refuses it, what the provider's answer makes of it."""

from dataclasses import replace

import pytest

from kairos.service.ports import BrokenTemplate, CircuitOpen, Control, MessageRef, NotTaken, Refused
from tests.fakes import QUARTER
from tests.unit.domain.shop import HOUR, T0, address_hash, campaign, catalog, event, joined, send, started
from tests.unit.service.workers import Workers

HASH = address_hash("email", "ada@shop.example")
WELCOME = campaign(started("signup"), send("hello", "email"), expires=HOUR)


def shop(policy=None, definition=WELCOME, **prepared):
    workers = Workers(catalog(policy, welcome=definition))
    for name, value in prepared.items():
        setattr(workers.provider, name, value)
    return workers


def heard(workers):
    return workers.hear(joined(), event("signup"))


def reports(workers):
    return [
        line["event"]["properties"]["reason"]
        for line in workers.world.lines
        if line.get("event", {}).get("type") == "message.refused"
    ]


def test_a_message_goes_out_once_and_is_settled():
    workers = heard(shop())
    assert (workers.statuses(), len(workers.world.accepted)) == (["sent"], 1)
    assert ("sent", "sent") in workers.records()
    assert not workers.minutes(60).world.refs


@pytest.mark.parametrize("stop", ["all", "campaign:welcome", "channel:email"])
def test_the_kill_switch_holds_a_message_until_it_is_resumed(stop):
    workers = shop()
    workers.world.control_now = Control(frozenset({stop}))
    heard(workers)
    assert (workers.statuses(), workers.world.accepted) == (["pending"], [])
    (message,) = workers.world.messages.values()
    assert message.due == T0 + QUARTER
    workers.world.control_now = Control()
    assert workers.minutes(15).statuses() == ["sent"]


def test_a_message_that_was_held_too_long_is_refused_as_expired():
    workers = shop()
    workers.world.control_now = Control(frozenset({"all"}))
    heard(workers)
    workers.world.control_now = Control()
    workers.world.now += HOUR
    assert workers.minutes(1).statuses() == ["refused"]
    assert ("refused", "expired") in workers.records()
    assert reports(workers) == ["expired"]


def test_a_template_that_cannot_be_rendered_is_refused_before_any_claim():
    workers = shop()
    workers.renderer.broken = BrokenTemplate("hello: line 3: name")
    (message,) = heard(workers).world.messages.values()
    assert (message.status, message.reason, message.tries) == ("refused", "failed_template", 0)


@pytest.mark.parametrize(("reason", "suppressed"), [("failed_provider", set()), ("undeliverable", {f"email#{HASH}"})])
def test_a_providers_refusal_is_told_to_decide(reason, suppressed):
    workers = heard(shop(answers=[Refused(reason, "MessageRejected")]))
    assert workers.statuses() == ["refused"]
    assert ("refused", reason) in workers.records()
    assert reports(workers) == [reason]
    assert workers.world.suppressed.keys() == suppressed


def test_what_was_not_taken_goes_a_minute_later():
    workers = heard(shop(answers=[NotTaken("Throttling")]))
    assert workers.statuses() == ["pending"]
    assert workers.minutes(1).statuses() == ["sent"]
    assert len(workers.world.accepted) == 1


def test_an_open_circuit_holds_the_channel_for_a_quarter_of_an_hour():
    workers = heard(shop(answers=[CircuitOpen("SendingPaused")]))
    assert workers.world.control_now.circuits == {"email": T0 + QUARTER}
    assert workers.minutes(14).statuses() == ["pending"]
    assert workers.minutes(2).statuses() == ["sent"]


def test_a_suppressed_address_is_never_claimed():
    workers = shop()
    workers.world.suppressed[f"email#{HASH}"] = ("bounced", T0)
    assert heard(workers).statuses() == ["refused"]
    assert ("refused", "suppressed") in workers.records()
    assert not workers.world.accepted


def test_quiet_hours_put_a_message_off_until_they_end():
    quiet = {"quiet_hours": [{"channels": ["email"], "from": 9 * 3600, "to": 9 * 3600 + 1800}]}
    workers = shop(quiet)
    heard(workers)
    assert not workers.world.accepted
    assert workers.minutes(31).statuses() == ["sent"]


def test_an_opt_out_between_look_and_claim_is_judged_again():
    workers = shop()
    claims = []
    claim = workers.messages.claim

    def overtaken(message, **given):
        claims.append(given["guard"])
        if len(claims) == 1:
            kept = workers.world.states[message.customer]
            moved = replace(kept.state, guard=kept.state.guard + 1, consents={})
            workers.world.states[message.customer] = replace(kept, state=moved)
        claim(message, **given)

    workers.messages.claim = overtaken
    heard(workers)
    assert len(claims) == 1
    assert ("refused", "no_consent") in workers.records()
    assert not workers.world.accepted


def test_what_is_emitted_goes_to_the_bus_with_an_id_and_the_customer():
    emits = campaign(started("signup"), {"id": "emit-1", "do": "emit", "type": "lead.hot", "detail": {"score": 5}})
    workers = heard(shop(definition=emits))
    ((kind, detail),) = workers.world.emitted
    assert kind == "lead.hot"
    assert (detail["customer"], detail["score"], bool(detail["id"])) == ({"id": "anna"}, 5, True)


def test_a_message_that_nobody_knows_is_nobodys_business():
    assert shop().deliver.batch([("1", MessageRef("ada", "nothing"))]) == []


def test_a_sent_message_is_reported_where_a_definition_listens():
    follow = campaign(started("message.sent"), {"id": "tag-1", "do": "tag", "tags": ["met"]})
    workers = Workers(catalog(welcome=WELCOME, follow=follow)).hear(joined(), event("signup"))
    assert workers.world.states["anna"].state.tags["met"][0]
    assert not any(message.due for message in workers.world.messages.values())
