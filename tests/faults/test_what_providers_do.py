"""What providers answer, do not answer, and tell later; and the customer who says no in between."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.faults.shop import Shop, counted, event

WELCOME: Final = "welcome send.mail email"
LETTER: Final = "letter send.mail email"


def test_throttled_by_the_provider_a_message_goes_out_a_minute_later(shop: Shop) -> None:
    """429: it surely did not take it."""
    shop.know("ada")
    shop.fails("ses", "SendEmail", "TooManyRequestsException", times=3)
    shop.hear(event("letter.wanted", "ada", "ada-1"))
    assert shop.sent("ada") == []
    shop.stack.advance("5m")
    assert (shop.sent("ada"), shop.messages("ada")) == ([LETTER], [("sent", "")])
    assert shop.decided("ada") == ["letter entered", "letter sent"], "nobody was ever in doubt"


@pytest.mark.parametrize("error", ["InternalServiceErrorException", "timeout", "reset"])
@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_of_an_answer_that_says_nothing_marketing_goes_out_at_most_once(shop: Shop, error: str, taken: bool) -> None:
    """5xx, a timeout, a connection that breaks: SES may have it or not; its own word settles it, or a quarter of an hour does."""
    shop.know(who := f"bea-{error}-{taken}".lower())
    shop.fails("ses", "SendEmail", error, applied=taken)
    shop.hear(event("letter.wanted", who, f"{who}-1"))
    shop.stack.advance("2h")
    assert shop.sent(who) == ([LETTER] if taken else [])
    assert shop.messages(who) == [("sent" if taken else "given_up", "")]
    assert shop.decided(who) == ["letter entered", "letter in_doubt", *(["letter sent"] if taken else [])]


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not taken"])
def test_of_an_answer_that_says_nothing_a_receipt_goes_out_at_least_once(shop: Shop, taken: bool) -> None:
    """Transactional: sent again after a quarter of an hour in doubt, until somebody says that it was taken."""
    shop.know(who := f"cam-{taken}".lower())
    shop.fails("ses", "SendEmail", "timeout", applied=taken)
    shop.hear(event("signup", who, f"{who}-1"))
    shop.stack.advance("2h")
    assert (shop.sent(who), shop.messages(who)) == ([WELCOME], [("sent", "")])


def test_a_provider_that_never_answers_gets_a_receipt_three_times_and_no_more(shop: Shop) -> None:
    shop.know("dan")
    shop.fails("ses", "SendEmail", "timeout", times=100)
    shop.hear(event("signup", "dan", "dan-1"))
    shop.stack.advance("1d")
    calls = 100 - sum(fault.times for fault in shop.stack.gateway.faults.waiting)
    assert (calls, shop.messages("dan"), shop.sent("dan")) == (3, [("given_up", "")], [])


def test_a_paused_account_holds_its_channel_and_no_other(shop: Shop) -> None:
    shop.know("eva")
    shop.fails("ses", "SendEmail", "SendingPausedException")
    shop.hear(event("letter.wanted", "eva", "eva-1"), event("text.wanted", "eva", "eva-2"))
    shop.hear(event("signup", "eva", "eva-3"))
    assert shop.sent("eva") == ["text send.short sms"]
    calls = shop.stack.costs()["requests"]["ses"]["SendEmail"]
    shop.stack.advance("14m")
    assert shop.stack.costs()["requests"]["ses"]["SendEmail"] == calls, "nobody asks a closed door"
    shop.stack.advance("5m")
    assert sorted(shop.sent("eva")) == [LETTER, "text send.short sms", WELCOME]


def test_a_rejected_message_is_refused_and_gives_its_place_back(shop: Shop) -> None:
    """The provider refuses this message, not the address: three letters a week may still go."""
    shop.know("fay")
    shop.fails("ses", "SendEmail", "MessageRejected")
    for n in range(5):
        shop.hear(event("letter.wanted", "fay", f"fay-{n}"))
    assert shop.sent("fay") == [LETTER] * 3
    assert counted(shop.decided("fay")) == {
        "letter entered": 5, "letter refused failed_provider": 1, "letter sent": 3, "letter refused frequency_cap": 1
    }  # fmt: skip


def test_an_opted_out_number_is_written_to_no_more_and_the_next_channel_is_tried(shop: Shop) -> None:
    shop.know("gus")
    shop.fails("sns", "Publish", "OptedOut")
    shop.hear(event("reach.wanted", "gus", "gus-1"))
    assert shop.sent("gus") == ["reach send.both email"]
    shop.hear(event("text.wanted", "gus", "gus-2"))
    assert shop.sent("gus", "text") == []
    assert counted(shop.decided("gus"))["text refused suppressed"] == 1
    shop.know("hal")
    shop.put("hal", addresses={"phone": "+4520" + f"{sum(map(ord, 'gus')):06}"})
    shop.hear(event("text.wanted", "hal", "hal-1"))
    assert shop.sent("hal") == [], "whoever else has that number"


def feedback(shop: Shop, kind: str, message: Mapping[str, Any] | None, **tags: str) -> dict[str, Any]:
    """What SES tells over its topic of a message it took, or of one that nobody knows."""
    named = {"message": "nobodys", "customer": "nobody", "campaign": "letter", **tags}
    if message:
        sent = next(one for one in shop.stack.providers.sent if one.message == message["id"])
        named = dict(sent.tags)
    stamp = "2026-05-04T08:00:00.000Z"
    recipient = {"emailAddress": message["to"] if message else "nobody@shop.example"}
    details = {
        "Delivery": {"timestamp": stamp, "recipients": [recipient["emailAddress"]]},
        "Bounce": {"timestamp": stamp, "bounceType": "Permanent", "bounceSubType": "General",
                   "bouncedRecipients": [recipient], "feedbackId": "f"},
        "Complaint": {"timestamp": stamp, "complainedRecipients": [recipient], "feedbackId": "f"},
        "Send": {},
    }  # fmt: skip
    about = {"messageId": "ses-1", "timestamp": stamp, "tags": {name: [value] for name, value in named.items()}}
    told = {"eventType": kind, "mail": about, kind.lower(): details[kind]}
    return {"Type": "Notification", "MessageId": f"n-{kind}", "Message": json.dumps(told)}


def mail(shop: Shop, who: str) -> dict[str, Any]:
    return next(m for m in shop.stack.messages() if m["customer"] == who)


def test_feedback_that_comes_an_hour_late_still_settles_what_was_given_up(shop: Shop) -> None:
    shop.know("ivy")
    shop.fails("ses", "SendEmail", "timeout", applied=True)
    kept, shop.stack.providers._mail_topics = shop.stack.providers._mail_topics, {}  # SES says nothing for now
    shop.hear(event("letter.wanted", "ivy", "ivy-1"))
    shop.stack.advance("1h")
    shop.stack.providers._mail_topics = kept
    assert shop.messages("ivy") == [("given_up", "")]
    shop.letter("BulkQueue", feedback(shop, "Delivery", mail(shop, "ivy")))
    shop.stack.settle()
    assert shop.messages("ivy") == [("sent", "")]
    assert shop.decided("ivy") == ["letter entered", "letter in_doubt", "letter sent"]
    shop.letter("BulkQueue", feedback(shop, "Bounce", mail(shop, "ivy")))
    shop.stack.settle()
    shop.hear(event("signup", "ivy", "ivy-2"))
    assert counted(shop.decided("ivy"))["welcome refused suppressed"] == 1


def test_feedback_that_comes_before_the_receipt_counts_and_the_receipt_changes_nothing(shop: Shop) -> None:
    """While deliver stands before writing down that it sent, the bounce is worked off."""
    shop.know("jim")

    def bounced() -> None:
        shop.letter("BulkQueue", feedback(shop, "Bounce", mail(shop, "jim")))
        shop.stack.player.poller.drain()

    seen: list[str] = []
    bounces: list[str] = []

    def witness(function: str, service: str, operation: str, request: object) -> None:
        seen.append(operation)
        if function == "DeliverFunction" and operation == "UpdateItem" and seen.count("SendEmail") == 1:
            shop.stack.gateway.witness = None
            bounced()
            bounces.append(service)

    shop.stack.gateway.witness = witness
    shop.hear(event("letter.wanted", "jim", "jim-1"))
    assert bounces
    assert shop.messages("jim") == [("sent", "")]
    assert counted(shop.decided("jim")) == {"letter entered": 1, "letter sent": 1, "letter refused undeliverable": 1}
    shop.hear(event("letter.wanted", "jim", "jim-2"))
    assert counted(shop.decided("jim"))["letter refused suppressed"] == 1


def test_feedback_about_what_nobody_knows_does_no_harm(shop: Shop) -> None:
    shop.know("kim")
    before = sum(1 for _ in shop.items())
    for kind in ("Send", "Delivery", "Bounce", "Complaint"):
        shop.letter("BulkQueue", feedback(shop, kind, None))
    shop.letter("BulkQueue", "Successfully validated SNS topic for Amazon SES event publishing.")
    shop.letter("BulkQueue", {"Type": "Notification", "Message": "Successfully validated SNS topic"})
    shop.stack.settle()
    [unreadable] = [json.loads(body) for body in shop.clear("RejectedQueue")]
    assert unreadable["reason"] == "bad_json"
    assert not [item for item in shop.items() if item["pk"]["S"] == "C#nobody" and item["sk"]["S"].startswith("M#")]
    assert sum(1 for _ in shop.items()) - before <= 2, "a closed address and who was said to have it"
    shop.hear(event("letter.wanted", "kim", "kim-1"))
    assert shop.sent("kim") == [LETTER]


def test_feedback_that_comes_five_times_is_heard_once(shop: Shop) -> None:
    shop.know("lea")
    shop.hear(event("letter.wanted", "lea", "lea-1"))
    for _ in range(5):
        for kind in ("Bounce", "Delivery", "Send"):
            shop.letter("BulkQueue", feedback(shop, kind, mail(shop, "lea")))
    shop.stack.settle()
    assert shop.messages("lea") == [("sent", "")]
    assert counted(shop.decided("lea")) == {"letter entered": 1, "letter sent": 1, "letter refused undeliverable": 1}
    told = counted(one["type"] for one in shop.archived() if (one["customer"] or {}).get("id") == "lea")
    assert told["message.bounced"] == 5, "the archive has each delivery of it, by one id"
    ids = {one["id"] for one in shop.archived() if one["type"] == "message.bounced" and one["customer"]["id"] == "lea"}
    assert len(ids) == 1


def test_unsubscribed_at_any_step_of_the_sender_only_what_was_claimed_goes_out(shop: Shop) -> None:
    """At each AWS call of deliver, from before the look to behind the receipt."""
    outcomes = []
    for call in range(1, 30):
        who = shop.know(f"mia{call}")
        shop.hear(event("letter.wanted", who, f"{who}-1"))
        way_out = shop.way_out(who)

        def leave(way_out: str = way_out) -> None:
            assert shop.stack.request("POST", way_out, b"List-Unsubscribe=One-Click", _FORM).status == 200

        seen = shop.during("DeliverFunction", call, leave)
        shop.hear(event("letter.wanted", who, f"{who}-2"))
        shop.stack.gateway.witness = None
        shop.stack.advance("20m")
        if len(seen) < call:
            break
        claimed = "dynamodb.TransactWriteItems" in seen[:-1]
        assert shop.sent(who) == [LETTER] * (1 + claimed), seen
        assert ("letter refused no_consent" in shop.decided(who)) is not claimed, seen
        outcomes.append(claimed)
    assert set(outcomes) == {True, False}


_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
