"""What a shop has to do with people beside carts: trials, bookings, papers, invoices, devices; and what happens without them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

from local.shop.assortment import GOODS, WEBSITE, Market, product
from local.shop.people import Person
from local.shop.visits import HOUR, MINUTE, iso

DAY: Final = 24 * HOUR
REGIONS: Final = ("hovedstaden", "fyn", "nordjylland")
SHARES: Final = {
    "agreement": 0.04, "trial": 0.03, "company": 0.06, "booking": 0.03, "invoice": 0.03, "delivery": 0.05,
    "ebook": 0.03, "contact": 0.03, "clip": 0.03, "gold": 0.02, "letter": 0.03,
}  # fmt: skip
"""Of the known customers, who has what going on today; far above life, else one would see one of each."""

Event = dict[str, Any]


def ties(person: Person) -> frozenset[str]:
    """What the person has going on; the same whoever asks."""
    random = Random(f"ties/{person.id}")
    drawn = frozenset(name for name, share in SHARES.items() if random.random() < share)
    return drawn if person.known else frozenset()


def attributes(person: Person, today: int) -> dict[str, Any]:
    """What the backend knows of it before the day begins."""
    random, has = Random(f"attributes/{person.id}"), ties(person)
    known: dict[str, Any] = {}
    if person.market.country == "DK":
        known |= {"region": random.choice(REGIONS), "drives": random.random() < 0.5}
    if "agreement" in has:
        known |= {"contract_ends": _day(today, 30), "contract_price": 1440, "contract_renewal": "by letter"}
    if "trial" in has:
        known["trial_ends_at"] = _day(today, 6)
    if "company" in has:
        known |= {
            "company": f"{random.choice(('Lys', 'Havn', 'Bro'))} {person.id[-3:]} ApS",
            "employees": random.choice((6, 14, 80)),
        }
    return known


def changes(person: Person, today: int) -> Iterator[tuple[int, Event]]:
    """What the backend learns in the course of the day, as `PUT /v1/customers/{id}`."""
    has, random = ties(person), Random(f"changes/{person.id}")
    if "gold" in has:
        yield today + 2 * HOUR + random.randrange(HOUR), {"attributes": {"tier": "gold"}}
    if "clip" in has:
        yield today + 14 * HOUR + random.randrange(HOUR), {"attributes": {"rank": "gold"}}
    if "company" in has and random.random() < 0.3:
        yield (
            today + 11 * HOUR + random.randrange(HOUR),
            {"attributes": {"credit_used_percent": 103, "credit_limit": 50_000}},
        )


def events(person: Person, today: int) -> Iterator[Event]:
    """What the person, or the shop's systems about them, tell today and in the days behind it."""
    has, random = ties(person), Random(f"relations/{person.id}")
    teller = _Teller(person, random)
    at = today + 8 * HOUR + random.randrange(8 * HOUR)
    if "trial" in has:
        yield teller.tell("trial.started", at, plan="plus", ends_at=_day(today, 6))
    if "booking" in has:
        yield from _booking(teller, random, at, today)
    if "company" in has:
        yield from _reading(teller, random, at)
    if "ebook" in has:
        yield teller.tell("ebook.downloaded", at, title="The lit kitchen", publication_id="e-7", category="kitchen",
                          url=f"{WEBSITE}/read/e-7")  # fmt: skip
        for visit in range(1, 4):
            yield teller.tell("session.started", at + visit * 20 * MINUTE, referrer="letter")
    if "invoice" in has:
        number = f"inv-{person.id}"
        about = {
            "invoice_id": number,
            "total": 845.0,
            "currency": "DKK",
            "due_on": _day(today, 1),
            "pay_url": f"{WEBSITE}/pay/{number}",
        }
        yield teller.tell("invoice.issued", at, **about)
        if random.random() < 0.5:
            yield teller.tell("invoice.paid", at + DAY, invoice_id=number, total=845.0)
    if "delivery" in has:
        item = product(random, person.market, random.choice(tuple(GOODS)))
        yield teller.tell(
            "order.delivered", at, order_id=f"parcel-{person.id}", items=[item], review_url=f"{WEBSITE}/review"
        )
    if "contact" in has:
        yield teller.tell("contact.made", at, reason=random.choice(("question", "complaint")), subject="a lamp")
    if "clip" in has:
        for hour, minutes in ((10, 40), (13, 95), (15, 130), (16, 150)):
            yield teller.tell("device.reading", today + hour * HOUR, metric="daylight_minutes", value=minutes,
                              device_id=f"clip-{person.id}", day=_day(today, 0))  # fmt: skip
    if person.habit in ("browser", "buyer", "leaver"):
        for look in range(random.randint(0, 2)):
            item = product(random, person.market, random.choice(("outdoor", "home")))
            yield teller.tell("product.viewed", at - 4 * HOUR + look * MINUTE, **item)


def letters(person: Person, today: int) -> Iterator[tuple[int, Event]]:
    """Who asks for the newsletter at the till: a grant that still has to be confirmed."""
    if "letter" in ties(person):
        asked = {
            "topic": "news",
            "channel": "email",
            "state": "granted",
            "time": iso(today + 12 * HOUR),
            "source": "till",
        }
        yield today + 12 * HOUR, {"consents": [asked]}


def world(today: int) -> Iterator[Event]:
    """What happens without any customer: weather, stock, prices, novelties."""
    lantern, torch = GOODS["home"][0][0], GOODS["outdoor"][3][0]
    yield _told("product.price_dropped", today + 15 * HOUR, product_id="home-001", name=lantern, old_price=420, price=336,
                percent=20, currency="DKK", url=f"{WEBSITE}/home/home-001")  # fmt: skip
    yield _told("product.back_in_stock", today + 16 * HOUR, product_id="outdoor-004", name=torch, price=160, currency="DKK",
                date=_day(today, 0), url=f"{WEBSITE}/outdoor/outdoor-004")  # fmt: skip
    yield _told("weather.frost", today + 14 * HOUR, region="fyn", date=_day(today, 1), low=-6)
    yield _told("publication.released", today + 13 * HOUR, publication_id="p-12", title="Light for small kitchens",
                category="kitchen", author="Signe Holm", pages=24, url=f"{WEBSITE}/read/p-12")  # fmt: skip
    yield _told("product.launched", today + 17 * HOUR, product_id="home-009", name="Glass for the storm lantern",
                goes_with=["home-001"], goes_with_name=lantern, price=95, currency="DKK", url=f"{WEBSITE}/home/home-009")  # fmt: skip


class _Teller:
    """Events of one person, in the shop's form."""

    def __init__(self, person: Person, random: Random) -> None:
        self._person, self._random, self._count = person, random, 0

    def tell(self, type: str, at: int, **properties: Any) -> Event:
        self._count += 1
        market: Market = self._person.market
        return {
            "id": f"{self._person.id}-{type}-{self._count}", "type": type, "time": iso(at), "source": "shop",
            "customer": self._person.ref, "properties": properties,
            "context": {"timezone": market.timezone, "locale": market.locale},
        }  # fmt: skip


def _booking(teller: _Teller, random: Random, at: int, today: int) -> Iterator[Event]:
    starts = f"{_day(today, 2)}T18:00:00+01:00"
    about = {
        "booking_id": f"b-{at}", "title": "An evening of candle making", "starts_at": starts, "place": "Strandgade 12",
        "map_url": f"{WEBSITE}/find-us", "booking_url": f"{WEBSITE}/booking", "weather": "Dry and 4 degrees at six.",
    }  # fmt: skip
    yield teller.tell("booking.created", at, **about)
    if random.random() < 0.7:
        yield teller.tell(
            "booking.attended", today + 2 * DAY + 18 * HOUR, booking_id=about["booking_id"], title=about["title"]
        )


def _reading(teller: _Teller, random: Random, at: int) -> Iterator[Event]:
    """A company that reads, and some that also ask: those score."""
    for number in range(random.randint(1, 3)):
        paper = f"light-{number + 1}"
        yield teller.tell("whitepaper.downloaded", at + number * 30 * MINUTE, paper=paper, title=f"Light at work, part {number + 1}",
                          author="Signe Holm", pages=12, category="home", url=f"{WEBSITE}/paper/{paper}")  # fmt: skip
    if random.random() < 0.6:
        for number in range(2):
            yield teller.tell("contact.made", at + (3 + number) * HOUR, reason="question", subject="our office")


def _told(type: str, at: int, **properties: Any) -> Event:
    return {"id": f"{type}-{at}", "type": type, "time": iso(at), "source": "shop", "properties": properties}


def _day(today: int, ahead: int) -> str:
    return (datetime.fromtimestamp(today / 1000, UTC) + timedelta(days=ahead)).date().isoformat()
