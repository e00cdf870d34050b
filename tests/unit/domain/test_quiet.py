"""What is told of customers in bulk: a fact for everything to come, and no news where it is old or says so."""

import pytest

from kairos.domain.events import Consent
from tests.unit.domain.shop import DAY, HOUR, T0, Life, campaign, catalog, event, started

TIER = {"kind": "change", "of": ["attributes", "tier"], "to": ["gold"]}
SHOP = catalog(
    vip=campaign(TIER, topic="service"),
    confirm=campaign(started("consent.requested"), topic="service"),
    thanks=campaign(started("consent.granted"), topic="service"),
)


def told(time=T0, spoken=None, **more):
    given = tuple(Consent(topic, "email", "granted", spoken or time, "a fair") for topic in ("offers", "news"))
    return event(
        "kairos.customer", time, received=T0, own=True, attributes={"backend": {"tier": "gold"}},
        addresses={"email": "anna@example.com"}, consents=given, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "sent"),
    [
        (told(), {"vip/hello", "confirm/hello", "thanks/hello"}),
        (told(quiet=True), set()),
        (told(spoken=T0 - 2 * DAY), {"vip/hello"}),  # a yes of the day before yesterday is nothing to thank for now
        (told(spoken=T0 - HOUR), {"vip/hello", "confirm/hello", "thanks/hello"}),
        (told(T0 - 2 * DAY), set()),
    ],
)
def test_what_is_told_starts_what_is_new_unless_it_is_quiet_or_old(fact, sent):
    life = Life(SHOP).hear(fact, T0)
    assert set(life.sent) == sent
    assert set(life.customer.state.consents) == {"offers/email", "news/email"}
    assert life.customer.profile and life.customer.profile.attributes["backend"]["tier"].value == "gold"


def test_what_changes_after_a_quiet_import_is_news():
    life = Life(SHOP).hear(told(quiet=True), T0)
    again = event("kairos.customer", T0 + HOUR, own=True, attributes={"backend": {"tier": "gold"}})
    assert life.hear(again).sent == [], "it was so"
    life.hear(event("kairos.customer", T0 + 2 * HOUR, own=True, attributes={"backend": {"tier": None}}))
    life.hear(event("kairos.customer", T0 + 3 * HOUR, own=True, attributes={"backend": {"tier": "gold"}}))
    assert life.sent == ["vip/hello"]


def test_only_kairos_itself_is_quiet():
    shouted = event("customer.registered", T0, quiet=True)
    assert not shouted.quiet
