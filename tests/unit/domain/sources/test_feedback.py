"""What each provider says, from payloads as they come (events/feedback), in the project's words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kairos.domain.effects import PutMessage
from kairos.domain.events import Ref
from kairos.domain.sources import queued
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.texts import Text
from tests.unit.domain.shop import HOUR, address_hash

PAYLOADS = Path(__file__).parents[4] / "events" / "feedback"
NOW = 1_795_424_410_000
SENT_AT, TOLD_AT = 1_795_424_401_000, 1_795_424_404_000
MESSAGE = "y2tihvlqnrpl2ogjemka55jrde"
MAIL, NUMBER = "ada@shop.example", "+4520123456"

P, S, F = "permanent", "soft", "failed"
TABLE = [
    # payload, kind, what it means for address and message, what it counts as, when, where, and more that is told
    ("ses-send", "sent", "", "sent", SENT_AT, "", {}),
    ("ses-delivery", "delivered", "", "", TOLD_AT, MAIL, {}),
    ("ses-delivery-delay", "delayed", "", "", TOLD_AT, "", {"delay_type": "TransientCommunicationFailure"}),
    ("ses-bounce", "bounced", P + F, "bounced", TOLD_AT, MAIL, {"bounce_type": "Permanent", "bounce_sub_type": "General"}),
    ("ses-bounce-mailbox-full", "bounced", S, "", TOLD_AT, MAIL, {"bounce_type": "Transient", "bounce_sub_type": "MailboxFull"}),
    ("ses-bounce-too-large", "bounced", "", "", TOLD_AT, MAIL, {"bounce_type": "Transient", "bounce_sub_type": "MessageTooLarge"}),
    ("ses-bounce-account-suppression", "bounced", P + F, "", TOLD_AT, MAIL,
     {"bounce_type": "Permanent", "bounce_sub_type": "OnAccountSuppressionList"}),
    ("ses-complaint", "complained", P, "complained", TOLD_AT, MAIL, {"complaint_type": "abuse"}),
    ("ses-complaint-not-spam", "complained", "", "", TOLD_AT, MAIL, {"complaint_type": "not-spam"}),
    ("ses-reject", "rejected", F, "", SENT_AT, "", {"reject_reason": "Bad content"}),
    ("ses-rendering-failure", "rejected", F, "", SENT_AT, "", {}),
    ("ses-open", "opened", "", "", TOLD_AT, "", {}),
    ("ses-open-apple-privacy", "opened", "", "", TOLD_AT, "", {"bot": True}),
    ("ses-click", "clicked", "", "", TOLD_AT, "", {"link": "https://nordlys.example/cart"}),
    ("ses-click-scanner", "clicked", "", "", TOLD_AT, "", {"link": "https://nordlys.example/cart", "bot": True}),
    ("ses-subscription", "unsubscribed", "", "", TOLD_AT, MAIL, {}),
    ("sms-pending", "sent", "", "", TOLD_AT, NUMBER, {"status": "PENDING"}),
    ("sms-delivered", "delivered", "", "", TOLD_AT, NUMBER, {"status": "DELIVERED"}),
    ("sms-unreachable", "bounced", S + F, "", TOLD_AT, NUMBER, {"status": "UNREACHABLE"}),
    ("sms-invalid", "bounced", P + F, "", TOLD_AT, NUMBER, {"status": "INVALID"}),
    ("sms-carrier-blocked", "rejected", F, "", TOLD_AT, NUMBER, {"status": "CARRIER_BLOCKED"}),
    ("whatsapp-delivered", "delivered", "", "", TOLD_AT, NUMBER, {}),
    ("whatsapp-read", "opened", "", "", TOLD_AT, NUMBER, {}),
    ("whatsapp-not-there", "bounced", P + F, "", TOLD_AT, NUMBER, {"status": "Message undeliverable"}),
    ("whatsapp-too-many", "rejected", F, "", TOLD_AT, NUMBER,
     {"status": "This message was not delivered to maintain healthy ecosystem engagement."}),
    ("sms-unknown", "delayed", "", "", TOLD_AT, NUMBER, {"status": "UNKNOWN"}),
]  # fmt: skip


def payload(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def understood(body):
    return queued.read(body, NOW, Segment())


def read(name):
    (found,) = understood(payload(name))
    return found


@pytest.mark.parametrize(
    ("name", "kind", "means", "counts", "time", "address", "details"), TABLE, ids=[r[0] for r in TABLE]
)
def test_what_a_provider_says(name, kind, means, counts, time, address, details):
    said = read(name)
    assert (said.kind, said.message, said.customer, said.time) == (kind, MESSAGE, "ada", time)
    assert "".join(word for word in (P, S, F) if getattr(said, word)) == means
    assert (said.counts, said.address, said.details) == (counts, address, details)


def test_each_payload_is_in_the_table_or_has_a_test_of_its_own():
    own = {"ses-subscription-topic", "sms-received", "sns-push-failure", "whatsapp-received", "whatsapp-preference"}
    assert {file.stem for file in PAYLOADS.glob("*.json")} == {row[0] for row in TABLE} | own


def test_it_says_the_same_through_a_topic_and_over_the_bus():
    for name in ("ses-bounce", "sms-unreachable"):
        notification = {
            "Type": "Notification",
            "Message": json.dumps(payload(name)),
            "Timestamp": "2026-11-23T09:00:05Z",
        }
        envelope = {"detail-type": "x", "source": "aws.ses", "id": "e", "detail": payload(name)}
        assert understood(notification) == understood(envelope) == (read(name),)


def test_a_dead_push_endpoint_is_known_by_its_arn():
    said = read("sns-push-failure")
    assert (said.kind, said.permanent, said.failed, said.message) == ("bounced", True, True, "")
    token = {"token": "t", "platform": "fcm", "arn": payload("sns-push-failure")["EndpointArn"]}
    assert said.address == token["arn"]
    assert said.event(NOW, address_hash) is None, "without tags it is of no message"


PUT = PutMessage(
    id=MESSAGE, campaign="abandoned-cart", key="c1", step="send.reminder", channel="email", channels=("sms",), topic="offers",
    template="reminder", transactional=False, since=1, trigger="e1", same={}, expires=NOW + HOUR, due=0, guard=0, catalog="c",
)  # fmt: skip


def test_of_a_message_that_does_not_arrive_it_is_told_how_to_go_on():
    lost = read("ses-bounce").event(NOW, address_hash, PUT)
    assert (lost.properties["reason"], lost.properties["channels"]) == ("undeliverable", ["sms"])
    assert lost.properties["address_hash"] == address_hash("email", MAIL)
    assert read("ses-reject").event(NOW, address_hash, PUT).properties["reason"] == "failed_provider"
    assert "channels" not in read("ses-bounce-mailbox-full").event(NOW, address_hash, PUT).properties
    assert "channels" not in read("ses-complaint").event(NOW, address_hash, PUT).properties


def test_what_is_told_twice_is_one_event_and_what_happens_twice_is_two():
    opened = read("ses-open")
    assert opened.event(NOW, address_hash).id == opened.event(NOW + 5, address_hash).id
    assert opened.event(NOW, address_hash).id != replace(opened, time=opened.time + 1).event(NOW, address_hash).id


@pytest.mark.parametrize(
    ("name", "topics"),
    [("ses-subscription", ["offers", "tips"]), ("ses-subscription-topic", ["offers"])],
)
def test_who_unsubscribes_at_ses_withdraws_from_the_topics_there_are(name, topics):
    said = read(name).withdrawal("ada", ("offers", "tips"), NOW)
    assert (said.type, said.own, said.customer) == ("consent.withdrawn", True, Ref(id="ada"))
    assert [(c.topic, c.channel, c.state, c.time) for c in said.consents] == [
        (topic, "email", "withdrawn", TOLD_AT) for topic in topics
    ]


def test_who_joins_a_topic_at_ses_has_withdrawn_nothing():
    body = payload("ses-subscription-topic")
    body["subscription"]["newTopicPreferences"]["topicSubscriptionStatus"] = [
        {"topicName": "offers", "subscriptionStatus": "OptIn"}
    ]
    assert understood(body) == ()


def test_a_text_message_is_of_the_moment_of_its_notification():
    body = {
        "Type": "Notification",
        "Message": json.dumps(payload("sms-received")),
        "Timestamp": "2026-11-23T09:00:04.000Z",
    }
    (said,) = understood(body)
    assert isinstance(said, Text)
    assert (said.number, said.keyword, said.time) == (NUMBER, "stop", TOLD_AT)
    event = said.event("ada", NOW, address_hash)
    assert (event.type, event.own, event.customer, event.properties["text"]) == (
        "sms.received",
        True,
        Ref(id="ada"),
        "Stop",
    )
    assert said.event("", NOW, address_hash).customer == Ref(phone=NUMBER)


def test_a_text_message_that_ends_in_half_a_character_is_heard():
    (said,) = understood(payload("sms-received") | {"messageBody": "STOP \ud83d"})
    assert (said.keyword, said.text) == ("stop", "STOP \ufffd")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"messageBody": None}, "messageBody"), ({"originationNumber": ""}, "originationNumber"), ({"inboundMessageId": 5}, "inboundMessageId")],
)  # fmt: skip
def test_a_text_message_that_is_none_is_refused_by_its_field(change, field):
    with pytest.raises(BadEvent) as refused:
        understood(payload("sms-received") | change)
    assert refused.value.field == field


def test_nothing_that_ses_says_of_who_looked_is_kept():
    for name in ("ses-open", "ses-click"):
        said = json.dumps(read(name).event(NOW, address_hash).properties)
        assert "192.0.2.40" not in said and "iPhone" not in said


def test_an_unknown_kind_is_refused():
    for body in ({"eventType": "Unheard", "mail": {}}, {"eventType": "TEXT_UNHEARD", "eventTimestamp": 1}):
        with pytest.raises(BadEvent, match="known here"):
            understood(body)
