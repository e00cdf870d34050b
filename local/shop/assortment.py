"""What the shop sells, and where it sells it."""

from dataclasses import dataclass
from random import Random
from typing import Any, Final

WEBSITE: Final = "https://nordlys.example"


@dataclass(frozen=True, slots=True)
class Market:
    """A country with its zone, language and money; `rate` turns a price in DKK into it."""

    country: str
    timezone: str
    locale: str
    currency: str
    rate: float
    weight: int
    dialling: str
    names: tuple[str, ...]


MARKETS: Final = (
    Market("DK", "Europe/Copenhagen", "da-DK", "DKK", 1.0, 60, "+452012",
           ("Anna", "Bo", "Clara", "Emil", "Freja", "Ida", "Jonas", "Karla", "Lars", "Mette", "Niels", "Sofie")),
    Market("US", "America/New_York", "en-US", "USD", 0.15, 22, "+1917555",
           ("Ava", "Ben", "Chloe", "Daniel", "Ella", "Grace", "Henry", "Liam", "Maya", "Noah", "Olivia", "Sam")),
    Market("JP", "Asia/Tokyo", "en-JP", "JPY", 22.0, 18, "+81905550",
           ("Aiko", "Daiki", "Emi", "Haruto", "Kaito", "Mei", "Ren", "Sakura", "Takumi", "Yui", "Yuna", "Yuto")),
)  # fmt: skip

GOODS: Final = {
    "toys": (("Oak kite", 230), ("Tin train", 310), ("Wooden bear", 180), ("Star puzzle", 120), ("Rag doll", 260)),
    "home": (("Storm lantern", 420), ("Wool throw", 690), ("Birch stool", 950), ("Beeswax candles", 95)),
    "kitchen": (("Cast-iron pan", 560), ("Bread knife", 240), ("Stoneware cup", 130), ("Linen apron", 210)),
    "outdoor": (("Rain cape", 480), ("Enamel mug", 85), ("Camp blanket", 530), ("Pocket torch", 160)),
    "books": (("Winter almanac", 190), ("Bird atlas", 260), ("Soup book", 175)),
}
CATEGORIES: Final = tuple(GOODS)
CATALOGUES: Final = (("spring", "The spring catalogue"), ("workshop", "The workshop catalogue"))


def product(random: Random, market: Market, category: str) -> dict[str, Any]:
    """An item as carts and orders carry it, priced in the market's own money."""
    number = random.randrange(len(GOODS[category]))
    name, price = GOODS[category][number]
    sku = f"{category}-{number + 1:03}"
    local = round(price * market.rate) if market.rate > 1 else round(price * market.rate, 2)
    return {
        "product_id": sku, "name": name, "category": category, "quantity": random.choices((1, 2, 3), (8, 2, 1))[0],
        "price": local, "image": f"{WEBSITE}/img/{sku}.jpg",
    }  # fmt: skip
