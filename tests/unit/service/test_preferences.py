"""The preference centre over the real decisions, with the table in memory."""

import re
from dataclasses import dataclass, field, replace

import pytest

from kairos.domain.erasure import ERASURE
from kairos.domain.events import Consent, Event, Ref
from kairos.domain.state import Customer, State
from kairos.domain.tokens import Preferences, sign
from kairos.service.preferences import PreferenceCentre
from kairos.service.visits import Reception, Visit
from tests.fakes import FakeCustomers, FakeQueues
from tests.unit.domain.shop import DAY, T0, campaign, catalog, event, on, send, started
from tests.unit.service.reception import KEYS, PAGES
from tests.unit.service.workers import Workers

LETTER = campaign(started("letter"), send("a", "email", "sms"), key=[{"ref": ["event", "id"]}])
NEWS = campaign(started("news"), send("n", "email"), topic="news")
ASKED = {"kind": "event", "on": on("consent.requested", match={"properties": {"channel": ["email"]}})}
CONFIRM = campaign(ASKED, send("confirm", "email"), topic="service")
FAREWELL = campaign(
    started("consent.withdrawn"), send("bye", "email"), topic="service", key=[{"ref": ["event", "properties", "topic"]}]
)
SHOP = catalog(letter=LETTER, news=NEWS, confirm=CONFIRM, farewell=FAREWELL)


class Down(Exception):
    pass


@dataclass
class Queues(FakeQueues):
    down: set[str] = field(default_factory=set)

    def put_events(self, bodies):
        if "queue" in self.down:
            raise Down
        super().put_events(bodies)


@dataclass
class Table(FakeCustomers):
    down: set[str] = field(default_factory=set)

    def read(self, ids, *, profiles=(), consistent=False):
        if "table" in self.down:
            raise Down
        return super().read(ids, profiles=profiles, consistent=consistent)


class Centre:
    """Somebody's page, over a shop that knows them; of what it needs, some may be `down`."""

    def __init__(self):
        self.workers = Workers(SHOP).hear(joins())
        self.down: set[str] = set()
        self.erasures: list[Event] = []
        world = self.workers.world
        reception = Reception(lambda: KEYS, self.commit, Queues(world, down=self.down), PAGES, world.clock)
        self.centre = PreferenceCentre(reception, Table(world, down=self.down), SHOP)

    def commit(self, event):
        if "commit" in self.down:
            raise Down
        if event.type == ERASURE:  # what comes of it: tests/integration/whole/test_erasure.py
            self.erasures.append(event)
            return True
        return self.workers.evaluate.commit_now(event)

    def get(self, who="anna", **headers):
        return self.centre.show(sign(Preferences(who, "m1"), KEYS, T0), Visit(headers))

    def post(self, body, who="anna"):
        return self.centre.change(sign(Preferences(who, "m1"), KEYS, T0), Visit({}, "POST", body.encode()))

    def state(self, who="anna"):
        return self.workers.world.states[who].state

    def words(self):
        return {name: word for name, (word, _, _) in self.state().consents.items()}


def _of(who, what):
    return replace(what, customer=who)


def joins(time=T0 - DAY, **attributes):
    """Anna has an address and a telephone, and has said yes to offers by mail."""
    return Event(
        f"joins-{time}", "kairos.customer", time, time, "shop", Ref("anna"), own=True,
        attributes={"backend": attributes}, addresses={"email": "anna@example.com", "phone": "+4520123456"},
        consents=(Consent("offers", "email", "granted", T0 - DAY),),
    )  # fmt: skip


def ticked(page):
    return re.findall(r'name="on" value="([^"]+)" checked', page.body)


def test_a_look_shows_what_is_so_and_changes_nothing():
    centre = Centre()
    before = centre.state()
    page = centre.get()
    assert page.status == 200
    assert ticked(page) == ["offers/email"]
    assert centre.state() == before and centre.workers.world.events == []


def test_what_was_sent_in_is_committed_when_the_page_answers():
    centre = Centre()
    page = centre.post("was=&was=offers/email&on=offers/sms&preferred=sms&locale=en&do=save")
    assert page.status == 200 and "Saved." in page.body
    assert ticked(page) == ["offers/sms"] == ticked(centre.get())
    assert centre.words() == {"offers/email": "withdrawn", "offers/sms": "granted"}
    profile = centre.workers.world.states["anna"].profile
    assert profile is not None
    said = {name: fact.value for name, fact in profile.attributes["declared"].items()}
    assert said == {"preferred_channel": "sms", "locale": "en"}


def test_each_word_that_changed_is_an_event_of_its_own():
    centre = Centre()
    centre.post("was=&was=offers/email&do=save")
    centre.workers.settle()
    assert [m.put.campaign for m in centre.workers.world.messages.values()] == ["farewell"]


def test_a_yes_to_a_double_opt_in_is_asked_for_by_mail_and_counts_only_then():
    centre = Centre()
    page = centre.post("was=&was=offers/email&on=offers/email&on=news/email&shown=en&do=save")
    assert "tap the link in the message" in page.body and "waits for your confirmation" in page.body
    centre.workers.settle()
    assert centre.words()["news/email"] == "granted"
    assert [m.put.campaign for m in centre.workers.world.messages.values()] == ["confirm"]
    centre.workers.hear(event("news"))
    assert ("refused", "no_consent") in centre.workers.records()


def test_a_pause_silences_advertising_and_its_end_lets_it_speak_again():
    centre = Centre()
    assert "pause" in centre.post("was=&was=offers/email&on=offers/email&do=pause").body.lower()
    centre.workers.hear(event("letter", id="l1"))
    assert centre.workers.records()[-2:][0] == ("refused", "no_consent")
    centre.post("was=&was=offers/email&on=offers/email&do=resume")
    centre.workers.hear(event("letter", id="l2"))
    assert len(centre.workers.world.accepted) == 1


def test_nothing_any_more_is_one_button():
    centre = Centre()
    centre.post("was=&was=offers/email&on=offers/email&do=none")
    assert centre.words() == {"offers/email": "withdrawn"}


def test_who_asks_to_be_forgotten_is_asked_once_more_and_that_changes_nothing():
    centre = Centre()
    page = centre.post("was=&was=offers/email&shown=en&do=forget")
    assert "Shall we forget you?" in page.body and 'name="do" value="erase"' in page.body
    assert (centre.erasures, centre.words()) == ([], {"offers/email": "granted"})


def test_who_says_so_again_is_forgotten_when_the_page_answers():
    centre = Centre()
    page = centre.post("shown=en&do=erase")
    assert page.status == 200 and "You are forgotten" in page.body and "<form" not in page.body
    (asked,) = centre.erasures
    assert (asked.customer, asked.source, asked.own) == (Ref("anna"), "preferences", True)


def test_an_erasure_that_cannot_be_committed_is_queued_and_one_that_nobody_took_is_not_promised():
    centre = Centre()
    centre.down.add("commit")
    assert "You are forgotten" in centre.post("shown=en&do=erase").body
    assert [body["event"]["type"] for body in centre.workers.world.events] == [ERASURE]
    centre.down.add("queue")
    assert centre.post("shown=en&do=erase").status == 503


@pytest.mark.parametrize("body", ["", "was=&on=offers/email&do=save"])
def test_the_page_of_who_was_forgotten_offers_nothing_and_takes_nothing(body):
    centre = Centre()
    centre.workers.world.states["anna"] = Customer("anna", State(erased=T0))
    page = centre.post(f"{body}&shown=en") if body else centre.get(**{"accept-language": "en"})
    assert "You are forgotten" in page.body and "<form" not in page.body
    assert centre.words() == {}


def test_what_changes_nothing_writes_nothing():
    centre = Centre()
    before = centre.workers.world.writes
    assert centre.post("was=&was=offers/email&on=offers/email&preferred=&do=save").status == 200
    assert centre.workers.world.writes == before


def test_what_cannot_be_committed_is_queued_and_shown_as_it_will_be():
    centre = Centre()
    centre.down.add("commit")
    page = centre.post("was=&was=offers/email&do=save")
    assert page.status == 200 and ticked(page) == []
    assert len(centre.workers.world.events) == 1
    centre.workers.settle()
    assert centre.words() == {"offers/email": "withdrawn"}


def test_what_nobody_took_is_not_confirmed():
    centre = Centre()
    centre.down |= {"commit", "queue"}
    assert centre.post("was=&was=offers/email&do=save").status == 503
    assert centre.words() == {"offers/email": "granted"}


def test_a_table_that_does_not_answer_is_said_so_on_a_page():
    centre = Centre()
    centre.down.add("table")
    assert (centre.get().status, centre.post("do=none").status) == (503, 503)


def test_the_page_of_a_device_that_was_identified_is_its_owner_s():
    centre = Centre()
    device = Ref(anonymous_id="d1")
    centre.workers.hear(_of(device, event("letter", id="l1")))
    centre.workers.hear(_of(Ref(id="anna", anonymous_id="d1"), event("identify", id="i1")))
    assert ticked(centre.get("anonymous:d1")) == ["offers/email"]
    centre.post("was=&was=offers/email&do=save", who="anonymous:d1")
    assert centre.words() == {"offers/email": "withdrawn"}


def test_the_words_agreed_to_are_kept_with_the_consent():
    centre = Centre()
    centre.post("was=&on=offers/sms&shown=en&do=save")
    (event,) = [
        line["event"]
        for line in centre.workers.world.lines
        if line.get("event", {}).get("type") == "kairos.preferences"
    ]
    (word,) = event["consents"]
    assert (word["source"], "proof" in word) == ("preferences", False)
    assert word["wording"].startswith("preferences.en.")
    assert word["wording"].endswith(
        "I would like to get from Nordlys <&> what is ticked here. I can change that at any time. Offers, Text message."
    )


@pytest.mark.parametrize(
    ("known", "accepted", "language"), [("sv", "en", "sv"), ("", "en", "en"), ("fi", "en", "en"), ("", "", "da")]
)
def test_the_page_speaks_the_customer_s_language_before_their_browser_s(known, accepted, language):
    centre = Centre()
    if known:
        centre.workers.hear(joins(T0, locale=known))
    assert f'<html lang="{language}">' in centre.get(**{"accept-language": accepted}).body


def test_a_language_chosen_is_spoken_at_once():
    centre = Centre()
    assert '<html lang="da">' in centre.post("was=&locale=da&shown=en&do=save").body


@pytest.mark.parametrize(
    "body", ["", "on=%00/%FF&was=x", "locale=xx&preferred=fax&do=dance", "&" * 5000, "was=" + "x" * 70_000]
)
def test_a_form_that_no_page_sends_breaks_nothing(body):
    centre = Centre()
    assert centre.post(body + "&was=offers/email&on=offers/email" if len(body) < 100 else body).status == 200
    assert centre.words()["offers/email"] in ("granted", "withdrawn")
