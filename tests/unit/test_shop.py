"""The generated day is the same for the same seed, and as mixed as it says."""

from collections import Counter
from datetime import datetime

import pytest

from local.shop import Script, shop_day
from local.shop.script import Delivery, slots


@pytest.fixture(scope="module")
def day() -> Script:
    return shop_day()


def test_the_same_seed_makes_the_same_day(day: Script) -> None:
    assert shop_day() == day


def test_another_seed_makes_another_day(day: Script) -> None:
    assert shop_day(seed=7).deliveries != day.deliveries


def test_one_more_customer_changes_nobody_else(day: Script) -> None:
    more = shop_day(known=421)
    assert {k: v for k, v in more.customers.items() if k in day.customers} == day.customers


def told(day: Script) -> list[Delivery]:
    """Deliveries of events; the admin's door takes changes of customers."""
    return [delivery for delivery in day.deliveries if delivery.door != "admin"]


def test_a_day_has_at_least_five_thousand_events_of_several_hundred_customers(day: Script) -> None:
    events = {delivery.event["id"]: delivery.event for delivery in told(day)}
    assert len(events) >= 5_000
    assert len({str(event.get("customer")) for event in events.values()}) >= 400


def test_some_deliveries_are_repeated_and_some_late(day: Script) -> None:
    times = Counter(delivery.event["id"] for delivery in told(day))
    late = [d for d in told(day) if d.at - datetime.fromisoformat(d.event["time"]).timestamp() * 1000 > 600_000]
    assert 0.03 < sum(n > 1 for n in times.values()) / len(times) < 0.08
    assert max(times.values()) >= 3
    assert len(late) > 100


def test_deliveries_come_in_order_through_every_door(day: Script) -> None:
    deliveries = list(day.deliveries)
    assert [d.at for d in deliveries] == sorted(d.at for d in deliveries)
    assert {d.door for d in deliveries} == {"http", "bus", "admin"}
    assert day.start < deliveries[0].at <= deliveries[-1].at <= day.end


@pytest.mark.parametrize(
    ("type", "least"),
    [("page.viewed", 3_000), ("session.started", 500), ("cart.updated", 250), ("order.placed", 100),
     ("customer.registered", 15), ("newsletter.subscribed", 15), ("catalogue.downloaded", 15), ("booking.created", 5), ("whitepaper.downloaded", 10), ("invoice.issued", 5),
     ("weather.frost", 1), ("product.price_dropped", 1)],
)  # fmt: skip
def test_the_mixture_has_every_kind(day: Script, type: str, least: int) -> None:
    assert day.facts[type] >= least


def test_three_time_zones_birthdays_and_anonymous_visitors_are_there(day: Script) -> None:
    attributes = [customer["attributes"] for customer in day.customers.values()]
    assert {a["timezone"] for a in attributes} == {"Europe/Copenhagen", "America/New_York", "Asia/Tokyo"}
    assert 10 <= sum(a["birthday"][5:] == "03-17" for a in attributes) <= 40
    assert any("anonymous_id" in delivery.event.get("customer", ()) for delivery in told(day))


def test_slots_keep_every_delivery_and_begin_before_it(day: Script) -> None:
    bundles = list(slots(day.deliveries, 300_000))
    assert sum(len(bundle) for _, bundle in bundles) == len(list(day.deliveries))
    assert all(begin <= delivery.at < begin + 300_000 for begin, bundle in bundles for delivery in bundle)
