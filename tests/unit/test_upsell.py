"""The playbook's inbound campaign: given this visitor and this reason, exactly this content or this refusal."""

from functools import lru_cache
from pathlib import Path

import pytest

from kairos.catalog.bundle import compile_directory
from kairos.domain.decide import decide
from kairos.domain.events import Consent, Event, Ref
from kairos.domain.inbound import offers
from kairos.domain.link import link
from kairos.domain.state import Customer

NOW = 1_793_610_000_000
LIKELY = {"upsell_offer": "Two visits a year", "upsell_value": 900, "p_upsell": 0.4}


@lru_cache
def catalog():
    return link(compile_directory(Path(__file__).parents[2] / "campaigns").catalog)


def told(customer, type, **more):
    event = Event(f"{type}-1", type, NOW - 1000, NOW - 1000, customer=Ref("ada"), own=True, **more)
    return decide(customer, event, catalog(), NOW).customer


def visitor(attributes, *words):
    consents = tuple(Consent("offers", "email", word, NOW - 2000) for word in words)
    return told(Customer.unknown("ada"), "kairos.customer", attributes={"backend": attributes}, consents=consents)


@pytest.mark.parametrize(
    ("why", "attributes", "reason_of_visit", "template", "reason"),
    [
        ("comes to renew", LIKELY, "renewal", "upsell", ""),
        ("gold gets its own", LIKELY | {"tier": "gold"}, "browse", "upsell-gold", ""),
        ("comes with a complaint", LIKELY, "complaint", "", "not_in_audience"),
        ("cannot pay it", LIKELY | {"credit_risk": "high"}, "renewal", "", "not_in_audience"),
        ("nothing suits them", {}, "renewal", "", "not_in_audience"),
    ],
)
def test_what_a_visitor_is_shown(why, attributes, reason_of_visit, template, reason):
    request = {"type": "visit", "properties": {}, "context": {"reason": reason_of_visit}}
    (offer,) = offers(visitor(attributes), ["home-banner"], request, catalog(), NOW)["home-banner"]
    assert (offer.campaign, offer.template, offer.reason) == ("upsell", template, reason)


REQUEST = {"type": "visit", "properties": {}, "context": {"reason": "renewal"}}


def test_a_yes_or_no_is_respected_for_a_fortnight():
    customer = told(visitor(LIKELY), "content.dismissed", properties={"campaign": "upsell"})
    (offer,) = offers(customer, ["home-banner"], REQUEST, catalog(), NOW)["home-banner"]
    assert offer.reason == "cooldown"
    (later,) = offers(customer, ["home-banner"], REQUEST, catalog(), NOW + 15 * 86_400_000)["home-banner"]
    assert later.template == "upsell"


def test_who_has_withdrawn_from_offers_is_shown_none():
    (offer,) = offers(visitor(LIKELY, "withdrawn"), ["home-banner"], REQUEST, catalog(), NOW)["home-banner"]
    assert offer.reason == "no_consent"


def test_placed_content_competes_by_priority_and_each_is_shown_once():
    gold = told(visitor(LIKELY), "kairos.customer", attributes={"backend": {"rank": "gold"}})
    found = offers(gold, ["home-banner", "home-banner"], REQUEST, catalog(), NOW)["home-banner"]
    assert [offer.campaign for offer in found] == ["upsell", "rank-up"]
