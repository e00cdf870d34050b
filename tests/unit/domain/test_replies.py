"""What people text, and which of the words that everybody understands it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kairos.domain.definitions import Catalog
from kairos.domain.events import Consent
from kairos.domain.replies import keyword
from tests.unit.domain.shop import DAY, HOUR, T0, Life, address_hash, catalog, event

NUMBER = address_hash("sms", "+4520123456")

TEXTS = [
    ("STOP", "stop", "carriers' own word"), ("stop", "stop", "letter case"), (" Stop! ", "stop", "blanks and punctuation"),
    ("“STOP”", "stop", "quotes"), ("ＳＴＯＰ", "stop", "wide letters"), ("S T O P", "stop", "spelt"),
    ("STOP please, this is too much", "stop", "a sentence that begins so"), ("stop all", "stop", "two words"),
    ("opt out", "stop", "two words for one"), ("OPT-OUT", "stop", "with a hyphen"), ("Revoke", "stop", "the FCC's list"),
    ("cancel", "stop", ""), ("END", "stop", ""), ("quit", "stop", ""), ("Unsubscribe", "stop", ""), ("remove", "stop", ""),
    ("Afmeld", "stop", "da"), ("abmelden", "stop", "de"), ("STOPP", "stop", "de, sv, nb"), ("stoppa", "stop", "sv"),
    ("avslutt", "stop", "nb"), ("meld av", "stop", "nb"), ("wypisz", "stop", "pl"), ("rezygnuję", "stop", "pl, accents"),
    ("ODWOŁAJ", "stop", "pl"), ("Arrêt", "stop", "fr"),
    ("cancel my order please", "", "a sentence that only begins like it"), ("End of the month is fine", "", ""),
    ("please do not stop", "", "not the first word"), ("stopover in Oslo?", "", "a longer word"), ("nonstop", "", ""),
    ("START", "start", ""), ("unstop", "start", ""), ("Tilmeld", "start", "da"), ("påmelding", "start", "nb"),
    ("wznów", "start", "pl"), ("start sending me this again", "", "a grant is one word and no other"),
    ("HELP", "help", ""), ("info", "help", ""), ("hjælp", "help", "da"), ("Hjälp", "help", "sv"), ("hilfe?", "help", "de"),
    ("pomoc", "help", "pl"), ("can you help me", "", ""),
    ("", "", "nothing"), ("👍", "", "no word at all"), ("yes", "", "a word of a campaign's own"), ("12", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "meant", "why"), TEXTS, ids=[f"{text!r} {why}" for text, _, why in TEXTS])
def test_a_text_means(text, meant, why):
    assert keyword(text) == meant


@given(st.text(max_size=3000))
def test_any_text_at_all_is_digested(text):
    assert keyword(text) in ("stop", "start", "help", "")


@given(st.text(alphabet=" .,!?\n\t-_*", max_size=8), st.text(alphabet=" .,!?\n\t-_*", max_size=8), st.booleans())
def test_nothing_around_stop_hides_it(before, behind, upper):
    assert keyword(f"{before}{'STOP' if upper else 'stop'}{behind}") == "stop"


def definitions() -> Catalog:
    return catalog()


def texted(word: str, time: int, stopped: int = 0):
    more: dict[str, Any] = {"stopped": stopped} if stopped else {}
    return event("sms.received", time, own=True, channel="sms", keyword=word, text=word, inbound_id=f"i{time}",
                 address_hash=NUMBER, **more)  # fmt: skip


def said(time: int, *words: tuple[str, str], proof: str = ""):
    consents = tuple(Consent(topic, "sms", state, time, proof=proof) for topic, state in words)
    return event("kairos.customer", time, own=True, consents=consents, addresses={"phone": "+4520123456"})


def words(life: Life) -> dict[str, str]:
    return {name.removesuffix("/sms"): word for name, (word, _, _) in life.customer.state.consents.items()}


# the shop's topics: offers (explicit), news (double opt-in), tips (implied), service (transactional)
STOPS = [
    ("nothing was ever said: only what was implied", [said(T0)], {"tips": "withdrawn"}),
    ("granted", [said(T0, ("offers", "granted"))], {"offers": "withdrawn", "tips": "withdrawn"}),
    ("asked for, not confirmed yet", [said(T0, ("news", "granted"))], {"news": "withdrawn", "tips": "withdrawn"}),
    ("proven", [said(T0, ("news", "granted"), proof="click")], {"news": "withdrawn", "tips": "withdrawn"}),
    ("withdrawn already", [said(T0, ("offers", "withdrawn"))], {"offers": "withdrawn", "tips": "withdrawn"}),
    ("granted by somebody who knew it later", [said(T0), said(T0 + 2 * DAY, ("offers", "granted"))],
     {"offers": "granted", "tips": "withdrawn"}),
]  # fmt: skip


@pytest.mark.parametrize(("told", "left"), [row[1:] for row in STOPS], ids=[row[0] for row in STOPS])
def test_stop_withdraws_what_stands_by_its_own_moment(told, left):
    life = Life(definitions())
    for one in told:
        life.hear(one)
    life.hear(texted("stop", T0 + DAY), now=T0 + 3 * DAY)
    assert words(life) == left


STARTS = [
    ("what that stop took", [said(T0, ("offers", "granted"))], [], {"offers": "proven", "tips": "proven"}),
    ("a double opt-in that was waiting is confirmed by it", [said(T0, ("news", "granted"))], [], {"news": "proven", "tips": "proven"}),
    ("nothing that was withdrawn before", [said(T0, ("offers", "withdrawn"))], [], {"offers": "withdrawn", "tips": "proven"}),
    ("nothing that was withdrawn since", [said(T0, ("offers", "granted"))], [said(T0 + DAY + HOUR, ("tips", "withdrawn"))],
     {"offers": "proven", "tips": "withdrawn"}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "between", "left"), [row[1:] for row in STARTS], ids=[row[0] for row in STARTS])
def test_start_gives_back(before, between, left):
    life = Life(definitions())
    for one in (*before, texted("stop", T0 + DAY), *between, texted("start", T0 + 2 * DAY, stopped=T0 + DAY)):
        life.hear(one)
    assert words(life) == left


def test_start_without_a_stop_grants_nothing():
    life = Life(definitions()).hear(said(T0, ("offers", "withdrawn"))).hear(texted("start", T0 + DAY))
    assert words(life) == {"offers": "withdrawn"}


def test_stop_and_start_are_kept_as_evidence_with_what_was_texted():
    life = Life(definitions()).hear(said(T0, ("offers", "granted")))
    decision = life._decide(texted("stop", T0 + DAY))
    evidence = [e.consent for e in decision.effects if hasattr(e, "consent")]
    assert [(c.topic, c.state, c.source, c.wording, c.proof) for c in evidence] == [
        (topic, "withdrawn", "sms", "stop", f"i{T0 + DAY}") for topic in ("offers", "tips")
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["as it was", "the later first"])
def test_stop_and_start_end_alike_in_any_order(order):
    told = (texted("stop", T0 + DAY), texted("start", T0 + 2 * DAY))
    life = Life(definitions()).hear(said(T0))
    for number in order:
        life.hear(told[number], now=T0 + 3 * DAY)
    assert life.customer.state.suppressed == {"sms": {NUMBER: -(T0 + 2 * DAY)}}


def test_stop_by_whatsapp_withdraws_whatsapp_alone():
    life = Life(definitions()).hear(said(T0, ("offers", "granted")))
    life.hear(event("whatsapp.received", T0 + DAY, own=True, channel="whatsapp", keyword="stop", text="stop",
                    inbound_id="wamid.1", address_hash=address_hash("whatsapp", "+4520123456")))  # fmt: skip
    consents = {name: word for name, (word, _, _) in life.customer.state.consents.items()}
    assert consents["offers/sms"] == "granted"
    assert {name for name, word in consents.items() if word == "withdrawn"} == {"tips/whatsapp"}
    assert set(life.customer.state.suppressed) == {"whatsapp"}


def test_only_kairos_itself_may_say_what_somebody_texted():
    forged = event("sms.received", T0 + DAY, channel="sms", keyword="stop", address_hash=NUMBER)
    life = Life(definitions()).hear(said(T0, ("offers", "granted"))).hear(forged)
    assert words(life) == {"offers": "granted"}
    assert not life.customer.state.suppressed
