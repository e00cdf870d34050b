"""What is learnt from the answers of providers and people: messages settled, addresses closed, events told, harm counted."""

import json

import pytest

from kairos.domain import tags
from kairos.domain.reputation import Hour, hour_of
from kairos.service import feedback
from kairos.service.control import Switch
from kairos.service.ports import InDoubt, Item, Noted, StoredMessage
from tests import fakes
from tests.unit.domain.shop import DAY, HOUR, MINUTE, T0, address_hash, campaign, catalog, event, joined, send, started
from tests.unit.service.workers import Workers

MAIL, NUMBER = "anna@example.com", "+4520123456"
PLACE = f"email#{address_hash('email', MAIL)}"
PHONE = f"sms#{address_hash('sms', NUMBER)}"
WELCOME = campaign(started("signup"), send("hello", "email", "sms"), topic="service")
NEWS = campaign(started("news"), send("news", "email"))
CLOSED = campaign(started("address.suppressed"), send("closed", "sms"), topic="service")


def shop(**more) -> Workers:
    return Workers(catalog(welcome=WELCOME, news=NEWS, **more)).hear(joined(), event("signup"))


def mail(kind: str, message: str = "", at: int = T0 + 1, **about):
    carried = tags.write(message=message, customer="anna", campaign="welcome", step="send.hello") if message else {}
    told = {"timestamp": iso(at), **about}
    key = {"Complaint": "complaint", "Bounce": "bounce", "Subscription": "subscription"}.get(kind, kind.lower())
    sent = {"messageId": "s1", "timestamp": iso(at), "tags": {name: [value] for name, value in carried.items()}}
    return {"eventType": kind, "mail": sent | {"destination": [MAIL]}, key: told}


def iso(moment: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment / 1000, UTC).isoformat()


def bounced(message: str = "", kind: str = "Permanent", at: int = T0 + 1, **more):
    return mail("Bounce", message, at, bounceType=kind, bouncedRecipients=[{"emailAddress": MAIL}], **more)


def complained(message: str = ""):
    return mail("Complaint", message, complainedRecipients=[{"emailAddress": MAIL}], complaintFeedbackType="abuse")


def text(body: str, at: int = T0 + 1, number: str = NUMBER):
    said = {"originationNumber": number, "messageBody": body, "inboundMessageId": f"i{at}"}
    return {"Type": "Notification", "Message": json.dumps(said), "Timestamp": iso(at)}


def batch(workers: Workers, *bodies) -> list[str]:
    """The items that come again."""
    items = [Item(str(number), json.dumps(body)) for number, body in enumerate(bodies)]
    return workers.evaluate.batch(items)


def told(workers: Workers) -> list[tuple[str, str]]:
    return [(e["customer"].get("id", ""), e["type"]) for line in workers.world.lines if (e := line.get("event"))]


@pytest.mark.parametrize(
    ("status", "tries", "unsettled"),
    [("pending", 0, False), ("pending", 1, True), ("sending", 1, True), ("in_doubt", 1, True), ("given_up", 1, True), ("sent", 1, False)],
)  # fmt: skip
def test_only_what_nobody_knew_to_be_sent_is_unsettled(status, tries, unsettled):
    put = next(iter(shop().world.messages.values())).put
    assert Noted(StoredMessage(put, "anna", status, tries=tries), first=True).unsettled is unsettled


def test_a_batch_is_counted_once_and_what_is_told_twice_is_not_counted_twice():
    workers = shop()
    (message,) = workers.world.messages
    again = [bounced(message), bounced(message), mail("Send", message), mail("Open", message), mail("Open", message)]
    assert batch(workers, *again) == []
    assert workers.world.hours == [("email", Hour(hour_of(T0), sent=1, bounced=1))]
    batch(workers, bounced(message))
    assert len(workers.world.hours) == 1


def test_texts_and_pushes_have_no_reputation_to_lose():
    workers = shop()
    sms = {"eventType": "TEXT_INVALID", "eventTimestamp": T0 + 1, "destinationPhoneNumber": NUMBER}
    batch(workers, sms)
    assert workers.world.hours == []
    assert PHONE in workers.world.suppressed


def test_a_count_that_fails_holds_up_nothing(monkeypatch):
    workers = shop()
    (message,) = workers.world.messages
    monkeypatch.setattr(workers.reputation, "count", None)
    assert batch(workers, bounced(message)) == []
    assert PLACE in workers.world.suppressed


def test_one_answer_in_trouble_comes_again_and_the_others_do_not(monkeypatch):
    workers = shop()
    (message,) = workers.world.messages
    monkeypatch.setattr(workers.messages, "note", None)
    assert batch(workers, bounced(message), mail("Send", message), text("hello")) == ["0"]
    monkeypatch.undo()
    assert batch(workers, bounced(message)) == []
    assert PLACE in workers.world.suppressed


def test_a_complaint_without_tags_closes_the_address_for_all_who_are_reached_there():
    workers = shop(closed=CLOSED)
    workers.world.owners.add((PLACE, "bob"))
    assert batch(workers, complained()) == []
    assert workers.world.suppressed[PLACE] == ("complained", T0 + 1)
    assert {who for who, type in told(workers) if type == "address.suppressed"} == {"anna", "bob"}
    assert workers.world.states["anna"].state.suppressed == {"email": {PLACE.removeprefix("email#"): T0 + 1}}


def test_with_tags_its_own_customer_hears_of_the_message_and_the_others_of_the_address():
    workers = shop()
    (message,) = workers.world.messages
    workers.world.owners.add((PLACE, "bob"))
    batch(workers, bounced(message))
    said = [(who, type) for who, type in told(workers) if who == "bob" or type.startswith(("message.b", "address"))]
    assert said == [("bob", "address.suppressed"), ("anna", "message.bounced")]


def test_no_more_are_told_than_one_batch_can_bear(monkeypatch):
    monkeypatch.setattr(feedback, "OWNERS", 3)
    workers = shop()
    workers.world.owners |= {(PLACE, f"c{number}") for number in range(9)}
    batch(workers, complained())
    assert len([who for who, type in told(workers) if type == "address.suppressed"]) == 3
    assert PLACE in workers.world.suppressed, "the claim of any of the others finds out"


def test_a_bounce_that_is_older_than_its_release_closes_nothing():
    workers = shop()
    workers.world.released[PHONE] = T0 + DAY
    batch(workers, {"eventType": "TEXT_INVALID", "eventTimestamp": T0 + 1, "destinationPhoneNumber": NUMBER})
    assert not workers.world.suppressed
    assert ("anna", "address.suppressed") not in told(workers)


def test_soft_bounces_close_an_address_at_the_third_day_and_a_delivery_forgives_them():
    workers = shop()
    for number in range(2):
        batch(workers, bounced(kind="Transient", at=T0 + number * DAY))
    batch(workers, mail("Delivery", "m", T0 + DAY, recipients=[MAIL]))
    assert workers.world.soft[PLACE] == set()
    for number in range(2, 5):
        assert PLACE not in workers.world.suppressed
        batch(workers, bounced(kind="Transient", at=T0 + number * DAY))
    assert workers.world.suppressed[PLACE][0] == "soft_bounces"


def test_a_delivery_forgives_no_bounce_of_a_later_day():
    workers = shop()
    batch(workers, bounced(kind="Transient", at=T0 + DAY), mail("Delivery", "m", T0, recipients=[MAIL]))
    assert len(workers.world.soft[PLACE]) == 1


def test_soft_bounces_of_last_month_are_forgotten():
    workers = shop()
    for at in (T0, T0 + DAY, T0 + 30 * DAY):
        batch(workers, bounced(kind="Transient", at=at))
    assert len(workers.world.soft[PLACE]) == 1
    assert not workers.world.suppressed


def test_who_unsubscribes_at_ses_is_known_by_the_message_or_by_the_address():
    for message in ("m", ""):
        workers = shop()
        workers.world.owners.add((PLACE, "bob"))
        batch(workers, mail("Subscription", message, newTopicPreferences={"unsubscribeAll": True}))
        assert workers.world.states["anna"].state.consents["offers/email"][0] == "withdrawn"
        assert ("bob" in workers.world.states) is not bool(message)


@pytest.mark.parametrize("owned", [True, False], ids=["somebody's", "nobody's"])
def test_stop_closes_a_number_whoever_has_it(owned):
    workers = shop() if owned else Workers(catalog())
    assert batch(workers, text("STOP")) == []
    assert workers.world.suppressed == {PHONE: ("stopped", T0 + 1)}
    who = "anna" if owned else f"address:{PHONE.removeprefix('sms#')}"
    state = workers.world.states[who].state
    assert state.suppressed == {"sms": {PHONE.removeprefix("sms#"): T0 + 1}}
    assert state.consents["tips/sms"][0] == "withdrawn"


def test_start_whose_answer_was_lost_still_gives_back_what_stop_took(monkeypatch):
    workers = shop()
    batch(workers, text("STOP"))
    monkeypatch.setattr(workers.archive, "put", None)  # what is committed stays so; the text comes again
    workers.world.now = T0 + HOUR
    assert batch(workers, text("START", T0 + HOUR)) == ["0"]
    monkeypatch.undo()
    assert batch(workers, text("START", T0 + HOUR)) == []
    assert workers.world.states["anna"].state.consents["offers/sms"][0] == "proven"
    assert not workers.world.suppressed


def test_too_many_complaints_stop_marketing_until_somebody_resumes():
    workers = shop()
    switch = Switch(
        workers.control, workers.reputation, fakes.FakeDue(workers.world), workers.queues, workers.world.clock
    )
    for number in range(3):
        workers.world.messages[f"m{number}"] = next(iter(workers.world.messages.values()))
        assert not workers.world.control_now.stops
        batch(workers, complained(f"m{number}"))
        workers.world.suppressed.clear()
        workers.minutes(1)
    assert workers.world.control_now.stops == {"marketing:email"}
    assert workers.tally.counts["MarketingPaused", ""] == 1
    workers.minutes(2)
    assert workers.tally.counts["MarketingPaused", ""] == 3, "the alarm rings as long as it is so"
    switch.resume(campaign="welcome")
    switch.resume(channel="sms")
    assert workers.world.control_now.stops == {"marketing:email"}
    switch.resume()
    workers.minutes(2)
    assert (workers.world.control_now.stops, workers.world.hours) == (frozenset(), [])
    assert workers.tally.counts["MarketingPaused", ""] == 3


AFTER = campaign(started("message.sent"), send("after", "sms"), topic="service")


def in_doubt(**more) -> tuple[Workers, str]:
    """Somebody whose welcome nobody knows to be sent."""
    workers = Workers(catalog(welcome=WELCOME, **more))
    workers.provider.answers = [InDoubt("timeout")]
    workers.hear(joined(topics=("offers", "service")), event("signup"))
    (message,) = workers.world.messages
    return workers, message


@pytest.mark.parametrize("after", [False, True], ids=["before", "behind"])
@pytest.mark.parametrize("call", range(1, 9))
def test_that_a_message_was_sent_is_told_wherever_the_worker_dies_that_hears_it_from_the_provider(call, after):
    workers, message = in_doubt(after=AFTER)
    workers.world.events.append(mail("Delivery", message, recipients=[MAIL]))
    workers.world.kill_at, workers.world.after = workers.world.step + call, after
    workers.settle().minutes(40)
    assert sorted(workers.statuses()) == ["sent", "sent"]
    assert 1 <= len(workers.world.accepted) <= 2, "of the welcome no answer came; what follows must be known"
    assert not any(kept.due for kept in workers.world.messages.values())


@pytest.mark.parametrize("late", [-10 * MINUTE, 10 * MINUTE])
def test_what_a_provider_says_was_received_when_it_was_queued_whatever_the_workers_clock_says(late):
    workers = shop()
    (message,) = workers.world.messages
    workers.world.owners.add((PHONE, "anna"))
    sent, workers.world.now = T0 + HOUR, T0 + HOUR + late
    told = [bounced(message), text("STOP"), mail("Subscription", message, newTopicPreferences={"unsubscribeAll": True})]
    before = len(workers.world.lines)
    assert workers.evaluate.batch([Item(str(n), json.dumps(body), sent=sent) for n, body in enumerate(told)]) == []
    received = [line["event"]["received"] for line in workers.world.lines[before:] if "event" in line]
    assert len(received) == 3 and set(received) == {sent}
