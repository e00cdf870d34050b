"""What a preference centre shows of a customer, and what follows from what they send in."""

import pytest

from kairos.domain.events import Consent, Event, Ref
from kairos.domain.preferences import PAUSE, Choice, Choices, Wish, after, changed, choices_of
from kairos.domain.state import Profile
from tests.unit.domain.shop import DAY, T0, Life, campaign, catalog, on, send, started

LETTER = campaign(started("letter"), send("a", "email", "sms"))
NEWS = campaign(started("news"), send("a", "email"), topic="news")
TIPS = campaign(started("tip"), send("a", "push", "email"), topic="tips")
BILL = campaign(started("bill"), send("a", "email"), topic="service")
CONFIRM = campaign(
    {"kind": "event", "on": on("consent.requested", match={"properties": {"channel": ["email"]}})}, send("c"), topic="service"
)  # fmt: skip
SHOP = catalog(letter=LETTER, news=NEWS, tips=TIPS, bill=BILL, confirm=CONFIRM)
ADDRESSES = {"email": "anna@example.com", "phone": "+4520123456"}


def known(*words, addresses=None, definitions=SHOP, **attributes):
    """Somebody of whom this was said, one word after the other: `offers/email granted`, with `!` if it is proven."""
    life = Life(definitions)
    consents = tuple(
        Consent(topic, channel, state.strip("!"), T0 - DAY, proof="p" if state.endswith("!") else "")
        for topic, channel, state in (word.replace("/", " ").split() for word in words)
    )
    told = {"backend": attributes} if attributes else {}
    life.hear(
        Event(
            "joins", "kairos.customer", T0 - DAY, T0 - DAY, "shop", Ref("anna"), own=True, consents=consents,
            addresses=ADDRESSES if addresses is None else addresses, attributes=told,
        ), T0 - DAY,
    )  # fmt: skip
    return life


def shown(life):
    choices = choices_of(life.customer, life.catalog, T0)
    return {c.name: "pending" if c.pending else c.chosen for c in choices.topics}


@pytest.mark.parametrize(
    ("why", "words", "addresses", "rows"),
    [
        ("nothing was said", [], ADDRESSES,
         {"offers/email": False, "offers/sms": False, "news/email": False, "tips/email": True}),
        ("a yes", ["offers/email granted"], ADDRESSES,
         {"offers/email": True, "offers/sms": False, "news/email": False, "tips/email": True}),
        ("no phone", [], {"email": "anna@example.com"}, {"offers/email": False, "news/email": False, "tips/email": True}),
        ("no address, but a word", ["offers/sms granted"], {}, {"offers/sms": True}),
        ("implied until withdrawn", ["tips/email withdrawn"], {"email": "anna@example.com"},
         {"offers/email": False, "news/email": False, "tips/email": False}),
        ("a double opt-in that waits", ["news/email granted"], {"email": "anna@example.com"},
         {"offers/email": False, "news/email": "pending", "tips/email": True}),
        ("a double opt-in that is proven", ["news/email granted!"], {"email": "anna@example.com"},
         {"offers/email": False, "news/email": True, "tips/email": True}),
        ("where nobody writes, but there is a word", ["offers/push granted"], {}, {"offers/push": True}),
        ("a topic of the past", ["gone/email granted"], {}, {}),
        ("what needs no consent", ["service/email withdrawn"], {}, {}),
    ],
)  # fmt: skip
def test_the_choices_are_where_somebody_can_be_reached_or_has_had_a_word(why, words, addresses, rows):
    assert shown(known(*words, addresses=addresses)) == rows


def test_a_double_opt_in_that_nothing_can_confirm_is_not_offered_but_can_be_left():
    nobody_asks = catalog(news=NEWS)
    email = {"email": "anna@example.com"}
    assert shown(known(addresses=email, definitions=nobody_asks)) == {}
    assert shown(known("news/email granted!", addresses=email, definitions=nobody_asks)) == {"news/email": True}


@pytest.mark.parametrize("status", ["paused", "draft"])
def test_nor_one_whose_confirmation_is_not_sent(status):
    definitions = catalog(news=NEWS, confirm=CONFIRM | {"status": status})
    assert shown(known(definitions=definitions)) == {}


NOW_CHOSEN = ("offers/email", "tips/email")


@pytest.mark.parametrize(
    ("why", "wish", "granted", "withdrawn"),
    [
        ("nothing changed", Wish(NOW_CHOSEN, was=NOW_CHOSEN), [], []),
        ("one more", Wish((*NOW_CHOSEN, "offers/sms"), was=NOW_CHOSEN), ["offers/sms"], []),
        ("one less", Wish(("tips/email",), was=NOW_CHOSEN), [], ["offers/email"]),
        ("nothing any more", Wish(NOW_CHOSEN, was=NOW_CHOSEN, none=True), [], list(NOW_CHOSEN)),
        ("a page from before somebody opted out elsewhere changes nothing back",
         Wish((*NOW_CHOSEN, "offers/sms"), was=(*NOW_CHOSEN, "offers/sms")), [], []),
        ("nor takes away what was granted since", Wish((), was=("tips/email",)), [], ["tips/email"]),
        ("without what was shown, what is so counts", Wish(("offers/sms",)), ["offers/sms"], list(NOW_CHOSEN)),
        ("what nobody offers", Wish(("service/email", "x/y", "offers/fax", ""), was=("",)), [], []),
    ],
)  # fmt: skip
def test_only_what_somebody_changed_is_their_word(why, wish, granted, withdrawn):
    life = known("offers/email granted")
    choices = choices_of(life.customer, SHOP, T0)
    change = changed(choices, wish, Profile(), SHOP.policy, T0)
    assert ([c.name for c in change.granted], [c.name for c in change.withdrawn]) == (granted, withdrawn)
    assert change.attributes == {}


@pytest.mark.parametrize(
    ("why", "wish", "attributes"),
    [
        ("a channel", {"preferred": "sms"}, {"declared": {"preferred_channel": "sms"}}),
        ("no channel any more", {"preferred": ""}, {}),
        ("a channel that leads nowhere", {"preferred": "fax"}, {}),
        ("a language that the shop knew otherwise", {"locale": "da"}, {"declared": {"locale": "da"}, "backend": {"locale": None}}),
        ("the same language", {"locale": "en"}, {}),
        ("a pause", {"pause": True}, {"declared": {"paused_until": "2026-07-01T09:00:00Z"}}),
        ("no pause any more", {"pause": False}, {"declared": {"paused_until": None}}),
    ],
)  # fmt: skip
def test_preferences_are_declared_and_stand_above_what_the_shop_said_before(why, wish, attributes):
    life = known(locale="en-GB")
    choices = choices_of(life.customer, SHOP, T0)
    change = changed(choices, Wish((), was=(), **wish), life.customer.profile, SHOP.policy, T0)
    assert change.attributes == attributes


def test_where_the_shop_s_word_comes_last_nothing_of_it_is_taken_back():
    declared_first = catalog(
        {"attributes": {"precedence": ["declared", "backend", "behaviour"], "indexed": []}}, letter=LETTER
    )
    life = known(locale="en", definitions=declared_first)
    choices = choices_of(life.customer, declared_first, T0)
    change = changed(choices, Wish((), was=(), locale="da"), life.customer.profile, declared_first.policy, T0)
    assert change.attributes == {"declared": {"locale": "da"}}


@pytest.mark.parametrize(
    "wish",
    [
        {"on": ("offers/sms", "news/email")},
        {"on": NOW_CHOSEN, "none": True},
        {"on": NOW_CHOSEN, "preferred": "sms", "locale": "da"},
        {"on": NOW_CHOSEN, "pause": True},
    ],
)
def test_what_the_page_shows_afterwards_is_what_is_so_once_it_is_committed(wish):
    life = known("offers/email granted", locale="en")
    choices = choices_of(life.customer, SHOP, T0)
    change = changed(choices, Wish(was=NOW_CHOSEN, **wish), life.customer.profile, SHOP.policy, T0)
    promised = after(choices, change, SHOP.policy, T0)
    words = [(c, "granted") for c in change.granted] + [(c, "withdrawn") for c in change.withdrawn]
    consents = tuple(Consent(c.topic, c.channel, state, T0) for c, state in words)
    life.hear(
        Event(
            "m1.preferences", "kairos.preferences", T0, T0, "links", Ref("anna"), own=True, consents=consents,
            attributes=change.attributes,
        ), T0,
    )  # fmt: skip
    assert choices_of(life.customer, SHOP, T0) == promised


def test_a_pause_ends_by_itself():
    choices = Choices((Choice("offers", "email", True),), ("email",), "", "en", 0, "UTC")
    change = changed(choices, Wish(("offers/email",), pause=True), Profile(), SHOP.policy, T0)
    life = known("offers/email granted")
    life.hear(
        Event("p", "kairos.preferences", T0, T0, "links", Ref("anna"), own=True, attributes=change.attributes), T0
    )
    assert choices_of(life.customer, SHOP, T0 + PAUSE - 1).paused_until == T0 + PAUSE
    assert choices_of(life.customer, SHOP, T0 + PAUSE).paused_until == 0
