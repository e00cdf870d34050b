"""What somebody does in the shop: sessions of pages, carts and orders. Times are milliseconds since the epoch."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from local.shop.assortment import CATALOGUES, CATEGORIES, WEBSITE, product
from local.shop.people import Person

HOURS: Final = (1, 1, 1, 1, 1, 2, 4, 7, 8, 8, 9, 10, 12, 10, 8, 8, 9, 11, 13, 15, 16, 13, 8, 3)
"""How busy each local hour is."""
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


def iso(moment: int) -> str:
    """A moment as events carry it."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(random: Random, person: Person, today: int) -> int:
    """A moment of the (UTC) day at which the person is likely to be up."""
    local = ZoneInfo(person.market.timezone)
    offset = datetime.fromtimestamp(today / 1000, local).utcoffset() or timedelta()
    hour = random.choices(range(24), HOURS)[0]
    return today + int((hour * HOUR + random.randrange(HOUR) - offset.total_seconds() * 1000) % (24 * HOUR))


def visits(person: Person, today: int) -> Iterator[dict[str, Any]]:
    """All that one person does on the day."""
    random, habit = person.random, person.habit
    if habit in ("lapsed", "quiet"):
        return
    sessions = {"toys": random.randint(2, 4), "passer-by": random.choice((1, 1, 2))}.get(
        habit, random.choice((1, 1, 1, 2))
    )
    starts = sorted(moment(random, person, today) for _ in range(sessions))
    for number, start in enumerate(starts):
        story = _Story(person, random, start)
        if habit == "newcomer" and number == 0:
            yield story.event("customer.registered", {"form": "account"})
        yield from _session(story, habit)


def _session(story: "_Story", habit: str) -> Iterator[dict[str, Any]]:
    random = story.random
    yield story.event("session.started", {"referrer": random.choice(("search", "direct", "social", "letter"))})
    favourite = "toys" if habit == "toys" else random.choice(CATEGORIES)
    for _ in range(random.randint(3, 7) if habit == "toys" else random.randint(2, 8)):
        wandering = habit != "toys" and random.random() >= 0.6
        yield story.page(random.choice(CATEGORIES) if wandering else favourite)
    if random.random() < (0.3 if habit == "newcomer" else 0.03):
        asked = {"topic": "news", "channel": "email", "state": "granted", "source": "footer"}
        yield {**story.event("newsletter.subscribed", {"form": "footer"}), "consents": [asked]}
    if habit == "reader" and random.random() < 0.7:
        name, title = random.choice(CATALOGUES)
        yield story.event(
            "catalogue.downloaded", {"catalogue": name, "title": title, "url": f"{WEBSITE}/catalogue/{name}.pdf"}
        )
    if random.random() < {"buyer": 0.75, "leaver": 0.8, "passer-by": 0.15}.get(habit, 0.12):
        yield from _shopping(story, buys=random.random() < {"buyer": 0.9, "leaver": 0.05}.get(habit, 0.35))


def _shopping(story: "_Story", *, buys: bool) -> Iterator[dict[str, Any]]:
    """A cart is filled in a few steps; then it is bought, emptied, left, or left and bought later."""
    random = story.random
    cart, items = f"cart-{story.person.id}-{story.now // MINUTE % 1_000_000}", []
    for _ in range(random.randint(1, 3)):
        items.append(product(random, story.person.market, random.choice(CATEGORIES)))
        yield story.cart(cart, list(items))
    if buys:
        story.wait(2, 15)
        yield story.order(cart, items)
    elif random.random() < 0.1:
        yield story.cart(cart, [])
    elif random.random() < 0.2:
        story.wait(70, 400)
        yield story.order(cart, items)


class _Story:
    """One session's thread: its clock goes on with every event."""

    def __init__(self, person: Person, random: Random, start: int) -> None:
        self.person = person
        self.random = random
        self.now = start
        self.start = start
        self.count = 0

    def wait(self, least: int, most: int) -> None:
        """Lets minutes go by."""
        self.now += self.random.randint(least * 60, most * 60) * 1000

    def event(self, type: str, properties: dict[str, Any]) -> dict[str, Any]:
        """The next thing that happens, some seconds after the last."""
        self.now += self.random.randint(4_000, 90_000)
        self.count += 1
        return {
            "id": f"{self.person.id}-{self.start}-{self.count}", "type": type, "time": iso(self.now), "source": "shop",
            "customer": self.person.ref, "properties": properties,
            "context": {"timezone": self.person.market.timezone, "locale": self.person.market.locale},
        }  # fmt: skip

    def page(self, category: str) -> dict[str, Any]:
        """A product page is viewed."""
        item = product(self.random, self.person.market, category)
        url = f"{WEBSITE}/{category}/{item['product_id']}"
        return self.event("page.viewed", {"category": category, "product_id": item["product_id"], "url": url})

    def cart(self, cart: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """The cart as it now is."""
        return self.event("cart.updated", {**self._sum(cart, items), "cart_url": f"{WEBSITE}/cart/{cart}"})

    def order(self, cart: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        """The cart is bought."""
        return self.event("order.placed", {**self._sum(cart, items), "order_id": cart.replace("cart", "order")})

    def _sum(self, cart: str, items: list[dict[str, Any]]) -> dict[str, Any]:
        total = round(sum(item["price"] * item["quantity"] for item in items), 2)
        return {"cart_id": cart, "total": total, "currency": self.person.market.currency, "items": items}
