"""Where a customer is, by their events' context: the newest word, in any order, and a profile read only when it changes."""

from itertools import permutations

import pytest

from kairos.domain.decide import decide
from kairos.domain.events import Event, Ref
from kairos.domain.state import Customer, NeedsProfile
from tests.unit.domain.shop import HOUR, T0, campaign, catalog, started

KNOWN = catalog(toys=campaign(started("page.viewed"), cooldown=HOUR))


def page(number, time, **context):
    return Event(f"p{number}", "page.viewed", time, time + 1, customer=Ref(id="anna"), context=context)


def heard(*events, customer=None):
    customer = customer or Customer.unknown("anna")
    for event in events:
        customer = decide(customer, event, KNOWN, T0 + HOUR).customer
    return customer


def observed(customer):
    return {name: fact.value for name, fact in customer.profile.attributes.get("behaviour", {}).items()}


PARIS, LONDON = {"timezone": "Europe/Paris", "locale": "fr-FR"}, {"timezone": "Europe/London"}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_newest_word_stands_in_any_order(order):
    told = [page(1, T0, **PARIS), page(2, T0 + 2, **LONDON), page(3, T0 + 3, **PARIS), page(4, T0 + 1, locale="en")]
    customer = heard(*(told[number] for number in order))
    assert observed(customer) == {"timezone": "Europe/Paris", "locale": "fr-FR"}
    assert customer.state.observed == {"timezone": (T0 + 3, T0 + 4), "locale": (T0 + 3, T0 + 4)}
    assert customer.state.attributes["timezone"] == {"behaviour": "Europe/Paris"}


def test_of_one_instant_the_later_received_stands():
    first, second = (
        Event(f"p{n}", "page.viewed", T0, T0 + n, customer=Ref(id="anna"), context=c)
        for n, c in ((1, PARIS), (2, LONDON))
    )
    assert (
        observed(heard(first, second))
        == observed(heard(second, first))
        == {"timezone": "Europe/London", "locale": "fr-FR"}
    )


def test_what_they_say_themselves_and_what_the_shop_knows_goes_before():
    said = Event("i1", "identify", T0, T0, customer=Ref(id="anna"), attributes={"declared": {"timezone": "Asia/Tokyo"}})
    for order in ((said, page(1, T0 + 5, **PARIS)), (page(1, T0 + 5, **PARIS), said)):
        assert heard(*order).profile.merged(KNOWN.policy.precedence)["timezone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    "context",
    [
        {"timezone": "Mars/Olympus", "locale": "??"}, {"timezone": 7, "locale": ["da"]}, {"timezone": "", "locale": ""},
        {"timezone": "../../etc/passwd", "locale": "x" * 99}, {"timezone": None},
    ],
)  # fmt: skip
def test_what_is_no_zone_and_no_locale_is_not_taken(context):
    assert observed(heard(page(1, T0, **context))) == {}


def test_the_profile_is_needed_only_when_the_word_changes():
    customer = heard(page(1, T0, **PARIS))
    blind = Customer("anna", customer.state)
    assert decide(blind, page(2, T0 + 1, **PARIS), KNOWN, T0 + HOUR).customer.state.observed["timezone"] == (
        T0 + 1,
        T0 + 2,
    )
    with pytest.raises(NeedsProfile):
        decide(blind, page(2, T0 + 1, **LONDON), KNOWN, T0 + HOUR)
    decide(blind, page(2, T0 - 1, **LONDON), KNOWN, T0 + HOUR)  # older: no change


def test_kairos_s_own_events_say_nothing_of_where_somebody_is():
    own = Event("o1", "message.opened", T0, T0, customer=Ref(id="anna"), context=PARIS, own=True)
    assert observed(heard(own)) == {}


@pytest.mark.parametrize("device_later", [False, True])
def test_of_a_device_and_its_customer_the_newest_word_stands(device_later):
    anna = heard(page(1, T0 + (0 if device_later else 9), **PARIS))
    device = Customer("anonymous:d1", *_of(heard(page(2, T0 + 5, **LONDON), customer=Customer.unknown("anonymous:d1"))))
    device.state.version = 1
    told = Event("i1", "identify", T0 + 10, T0 + 10, customer=Ref(id="anna", anonymous_id="d1"))
    united = decide(anna, told, KNOWN, T0 + HOUR, (device,)).customer
    assert observed(united)["timezone"] == ("Europe/London" if device_later else "Europe/Paris")


def _of(customer):
    return customer.state, customer.profile
