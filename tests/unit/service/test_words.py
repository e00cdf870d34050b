"""Unsubscribing and confirming: nothing by a look, everything by one press, and it is so when the page says so."""

import re

import pytest

from kairos.domain.events import Consent
from kairos.domain.tokens import DAY, InvalidToken, Preferences, verify
from kairos.service.visits import Visit
from tests.unit.service.reception import ASKED, KEYS, NOW, ONE_CLICK, OPT_OUT, POSTED, Shop, token, visit


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b"from=topic&shown=da", "application/x-www-form-urlencoded"),
        (b"", ""),
        (b"\xff\xfe nothing that can be read", "text/plain"),
        (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
    ],
    ids=["one click", "one click, multipart", "the page's button", "nothing", "no text", "too much"],
)  # fmt: skip
def test_any_post_withdraws_from_the_topic_of_the_message_before_it_answers(body, content_type):
    """RFC 8058: the key and value in either form, no cookie, no redirect; in doubt somebody wants to be left alone."""
    shop = Shop()
    answer = shop.links.unsubscribe(token(OPT_OUT), Visit({"content-type": content_type}, "POST", body))
    assert answer.status == 200 and "Location" not in answer.headers and "Set-Cookie" not in answer.headers
    (event,) = shop.committed
    assert (event.type, event.customer.id, event.own) == ("consent.withdrawn", "ada", True)
    assert event.consents == (Consent("offers", "email", "withdrawn", NOW, "unsubscribe", "", "m1"),)
    assert shop.queued == []


def test_the_other_button_withdraws_from_all_of_the_channel():
    shop = Shop()
    page = shop.links.unsubscribe(token(OPT_OUT), visit(b"from=channel"))
    assert "reklame" in page.body
    (event,) = shop.committed
    assert [(c.topic, c.channel, c.state) for c in event.consents] == [
        (topic, "email", "withdrawn") for topic in ("offers", "news", "tips")
    ]


def test_an_opt_out_that_cannot_be_committed_is_queued():
    shop = Shop(commits=False)
    assert shop.links.unsubscribe(token(OPT_OUT), POSTED).status == 200
    (body,) = shop.queued
    assert body["kairos"] == "event"
    assert body["event"]["consents"][0]["state"] == "withdrawn"


@pytest.mark.parametrize("door", ["ask", "unsubscribe"])
def test_the_way_to_the_preference_centre_is_good_for_a_day(door):
    page = getattr(Shop().links, door)(token(OPT_OUT), POSTED)
    (there,) = re.findall(r'href="\.\./p/([\w-]+)"', page.body)
    assert verify(there, Preferences, keys=KEYS, now=NOW + DAY - 1000) == Preferences("ada", "m1")
    with pytest.raises(InvalidToken, match="expired"):
        verify(there, Preferences, keys=KEYS, now=NOW + DAY)


def test_a_confirmation_grants_with_proof_and_the_words_that_were_agreed_to():
    shop = Shop()
    assert shop.links.confirm(token(ASKED), visit(method="POST", accept_language="en")).status == 200
    (event,) = shop.committed
    (word,) = event.consents
    assert (event.type, event.own) == ("consent.granted", True)
    assert (word.topic, word.channel, word.state, word.source, word.proof) == (
        "news", "email", "granted", "confirmation", "m1"
    )  # fmt: skip
    version, _, text = word.wording.partition(": ")
    assert re.fullmatch(r"confirm\.en\.[0-9a-f]{8}", version)
    asked = shop.links.ask_to_confirm(token(ASKED), visit(accept_language="en"))
    assert text.replace("<&>", "&lt;&amp;&gt;") in asked.body


def test_a_confirmation_that_cannot_be_committed_is_queued():
    shop = Shop(commits=False)
    assert (shop.links.confirm(token(ASKED), POSTED).status, len(shop.queued)) == (200, 1)
