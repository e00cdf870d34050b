import pytest

from kairos.adapters.pages import pages
from kairos.domain.events import Consent
from kairos.domain.tokens import Answer, Confirm, Keyring, Link, Unsubscribe, sign
from kairos.service.links import Links

NOW = 1_795_000_000_000
KEYS = Keyring(b"the key of today, 32 bytes long!")
OPT_OUT = Unsubscribe("ada", "offers", "email", "m1")
LINK = Link("https://shop.example/c?a=1&b=2", "ada", "m1", "cart", "send.offer", "b", "email")
ANSWER = Answer("likes_toys", True, "ada", "m1", "toys", "send.ask", "", "email")


class Fails(Exception):
    pass


class Shop:
    """What is committed and queued, unless it is told to fail."""

    def __init__(self, *, commits=True, queues=True):
        self.commits, self.queues = commits, queues
        self.committed, self.queued = [], []
        brand = {"name": "Nordlys <&>"}
        self.links = Links(lambda: KEYS, self.commit, self, pages(brand, "da"), lambda: NOW)

    def commit(self, event):
        if not self.commits:
            raise Fails
        self.committed.append(event)

    def put_events(self, bodies):
        if not self.queues:
            raise Fails
        self.queued += bodies

    def put_messages(self, refs):
        raise AssertionError("a link sends nothing")

    def put_rejected(self, bodies):
        raise AssertionError("a link rejects nothing")

    def put_fan_outs(self, refs, *, hops=0):
        raise AssertionError("a link reaches no audience")

    def put_pages(self, bodies):
        raise AssertionError("a link reaches no audience")

    def backlog(self, queue="events"):
        return 0


def token(payload):
    return sign(payload, KEYS, NOW)


def test_the_page_behind_an_unsubscribe_link_changes_nothing():
    shop = Shop()
    page = shop.links.ask(token(OPT_OUT))
    assert page.status == 200
    assert '<form method="post"><button type="submit">Afmeld</button></form>' in page.body
    assert (shop.committed, shop.queued) == ([], [])


def test_an_opt_out_is_committed_before_its_page_answers():
    shop = Shop()
    assert shop.links.unsubscribe(token(OPT_OUT)).status == 200
    (event,) = shop.committed
    assert (event.type, event.customer.id, event.own) == ("consent.withdrawn", "ada", True)
    assert event.consents == (Consent("offers", "email", "withdrawn", NOW, "unsubscribe", "", "m1"),)
    assert shop.queued == []


def test_an_opt_out_that_cannot_be_committed_is_queued():
    shop = Shop(commits=False)
    assert shop.links.unsubscribe(token(OPT_OUT)).status == 200
    (body,) = shop.queued
    assert body["kairos"] == "event"
    assert body["event"]["consents"][0]["state"] == "withdrawn"


def test_an_opt_out_that_nobody_took_is_not_confirmed():
    page = Shop(commits=False, queues=False).links.unsubscribe(token(OPT_OUT))
    assert page.status == 503
    assert page.headers["Retry-After"] == "60"


def test_a_click_is_queued_and_leads_to_the_signed_address_only():
    shop = Shop()
    there = shop.links.follow(token(LINK))
    assert (there.status, there.headers["Location"]) == (302, "https://shop.example/c?a=1&b=2")
    event = shop.queued[0]["event"]
    assert event["type"] == "message.clicked"
    assert event["properties"] == {"message_id": "m1", "url": LINK.url, "campaign": "cart", "step": "send.offer",
                                   "variant": "b", "channel": "email"}  # fmt: skip


def test_a_click_leads_on_though_it_could_not_be_queued():
    assert Shop(queues=False).links.follow(token(LINK)).status == 302


@pytest.mark.parametrize("door", ["follow", "answer"])
@pytest.mark.parametrize("value", [True, False, "no", 0])
def test_an_answer_is_recorded_as_declared_and_thanked_for(door, value):
    shop = Shop()
    answer = Answer("likes_toys", value, *("ada", "m1", "toys", "send.ask", "", "email"))
    assert getattr(shop.links, door)(token(answer)).status == 200
    event = shop.queued[0]["event"]
    assert (event["type"], event["attributes"]) == ("answer.given", {"declared": {"likes_toys": value}})
    assert event["properties"]["value"] == value


def test_an_answer_that_could_not_be_queued_is_not_thanked_for():
    assert Shop(queues=False).links.follow(token(ANSWER)).status == 503


def expired(payload):
    return sign(payload, KEYS, 0)


def forged(payload):
    return sign(payload, Keyring(b"somebody else's key, 32 bytes!!!"), NOW)


def garbled(payload):
    return token(payload)[:-3] + "AAA"


@pytest.mark.parametrize(
    ("door", "payload"),
    [("ask", OPT_OUT), ("unsubscribe", OPT_OUT), ("follow", LINK), ("follow", ANSWER), ("answer", ANSWER)],
)
@pytest.mark.parametrize(
    ("spoil", "status"), [(expired, 410), (forged, 404), (garbled, 404), (lambda payload: "x", 404)]
)
def test_a_token_that_is_not_good_does_nothing(door, payload, spoil, status):
    shop = Shop()
    page = getattr(shop.links, door)(spoil(payload))
    assert page.status == status
    assert "Location" not in page.headers
    assert (shop.committed, shop.queued) == ([], [])


@pytest.mark.parametrize(
    ("door", "payload"),
    [("ask", LINK), ("unsubscribe", LINK), ("unsubscribe", ANSWER), ("follow", OPT_OUT), ("answer", LINK)],
)
def test_a_token_opens_its_own_door_only(door, payload):
    shop = Shop()
    assert getattr(shop.links, door)(token(payload)).status == 404
    assert (shop.committed, shop.queued) == ([], [])


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "da"), ("en-GB,en;q=0.9,da;q=0.8", "en"), ("da-DK", "da"), ("fr,xx", "da"), ("*", "da"), (",;=", "da")],
)
def test_a_page_speaks_the_reader_s_language(accepted, language):
    assert f'<html lang="{language}">' in Shop().links.ask(token(OPT_OUT), accepted).body


def test_a_page_needs_no_script_and_no_third_party():
    page = Shop().links.ask(token(OPT_OUT))
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in page.body
    assert "http" not in page.body
    assert "Nordlys &lt;&amp;&gt;" in page.body


ASKED = Confirm("ada", "news", "email", "m1")


def test_the_page_behind_a_confirmation_changes_nothing_and_its_button_grants_with_proof():
    shop = Shop()
    page = shop.links.ask_to_confirm(token(ASKED))
    assert (page.status, shop.committed) == (200, []) and "<button" in page.body
    assert shop.links.confirm(token(ASKED)).status == 200
    (event,) = shop.committed
    (word,) = event.consents
    assert (event.type, event.own) == ("consent.granted", True)
    assert (word.topic, word.channel, word.state, word.source, word.proof) == (
        "news",
        "email",
        "granted",
        "confirmation",
        "m1",
    )


def test_a_confirmation_that_cannot_be_committed_is_queued_and_else_says_so():
    shop = Shop(commits=False)
    assert (shop.links.confirm(token(ASKED)).status, len(shop.queued)) == (200, 1)
    assert Shop(commits=False, queues=False).links.confirm(token(ASKED)).status == 503


def test_a_confirmation_is_no_way_out():
    assert Shop().links.unsubscribe(token(ASKED)).status == 404
