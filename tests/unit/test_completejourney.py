"""Households' baskets become orders; what the data lacks is left out, not made up."""

from datetime import datetime
from typing import Any

from local.shop.completejourney import customers, orders, redemptions, registrations

NOON = datetime(2017, 3, 1, 12, 0)


def line(basket: int, product: int, quantity: int = 1, value: float = 2.0, household: int = 7) -> dict[str, Any]:
    return {
        "household_id": household, "basket_id": basket, "product_id": product, "quantity": quantity, "sales_value": value,
        "coupon_disc": 0.0, "transaction_timestamp": NOON,
    }  # fmt: skip


def test_a_basket_is_one_order_with_its_total_and_categories() -> None:
    [order] = orders([line(1, 10, 2, 5.0), line(1, 11, 1, 1.25)], {10: "toys", 11: "bread"})
    assert (order["type"], order["customer"], order["time"]) == (
        "order.placed",
        {"id": "household-7"},
        "2017-03-01T17:00:00Z",
    )
    assert (order["properties"]["total"], order["properties"]["categories"]) == (6.25, ["bread", "toys"])
    assert order["properties"]["items"][0]["price"] == 2.5


def test_lines_of_no_quantity_and_baskets_of_none_are_left_out() -> None:
    [order] = orders([line(1, 10, 0), line(1, 11), line(2, 10, 0)], {})
    assert [item["product_id"] for item in order["properties"]["items"]] == ["11"]


def test_an_unknown_product_keeps_its_place() -> None:
    [order] = orders([line(1, 99)], {})
    assert order["properties"]["categories"] == ["unknown"]


def test_two_baskets_at_one_instant_are_two_orders() -> None:
    assert [order["id"] for order in orders([line(1, 10), line(2, 10)], {})] == ["basket-1", "basket-2"]


def test_a_redemption_names_coupon_and_mailing() -> None:
    [event] = redemptions(
        [{"household_id": 7, "coupon_upc": 51, "campaign_id": 26, "redemption_date": datetime(2017, 1, 3)}]
    )
    assert (event["type"], event["time"]) == ("coupon.redeemed", "2017-01-03T17:00:00Z")
    assert event["properties"] == {"coupon": "51", "campaign_id": 26}


def test_a_household_registers_once_before_its_first_basket() -> None:
    known: set[str] = set()
    heard = list(registrations(orders([line(1, 10), line(2, 10), line(3, 10, household=8)], {}), known))
    assert [(event["type"], event["customer"]["id"]) for event in heard] == [
        ("customer.registered", "household-7"), ("order.placed", "household-7"), ("order.placed", "household-7"),
        ("customer.registered", "household-8"), ("order.placed", "household-8"),
    ]  # fmt: skip
    assert known == {"household-7", "household-8"}


def test_a_household_brings_what_the_survey_knows_and_nothing_that_is_missing() -> None:
    bodies = customers([7, 8], [{"household_id": 7, "age": "65+", "home_ownership": float("nan")}])
    assert bodies["household-7"]["attributes"] == {
        "country": "US",
        "timezone": "America/New_York",
        "locale": "en-US",
        "age": "65+",
    }
    assert "age" not in bodies["household-8"]["attributes"]
    assert bodies["household-8"]["addresses"] == {"email": "household-8@example.com"}
