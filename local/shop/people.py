"""Who comes to the shop: drawn one by one, each from a seed of their own, so that one more changes nobody else."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Final, Literal

from local.shop.assortment import MARKETS, Market

Habit = Literal["browser", "buyer", "leaver", "toys", "reader", "newcomer", "lapsed", "quiet", "passer-by"]

HABITS: Final[dict[Habit, int]] = {
    "browser": 34, "buyer": 18, "leaver": 14, "toys": 7, "reader": 6, "newcomer": 6, "lapsed": 5, "quiet": 10,
}  # fmt: skip
BIRTHDAYS: Final = 0.04  # of the known customers, on the day itself: fifteen times life, else a demo would show one
YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Person:
    """A visitor. `known` ones have an account; the others only a device."""

    id: str
    habit: Habit
    market: Market
    birthday: bool
    random: Random

    @property
    def known(self) -> bool:
        """Whether the shop knows who it is."""
        return self.habit != "passer-by"

    @property
    def ref(self) -> dict[str, str]:
        """The person as events name them."""
        return {"id": self.id} if self.known else {"anonymous_id": self.id}


def people(seed: int, known: int, anonymous: int) -> list[Person]:
    """The day's cast."""
    names = [f"c-{n:04}" for n in range(1, known + 1)] + [f"device-{n:04}" for n in range(1, anonymous + 1)]
    return [_person(seed, name) for name in names]


def _person(seed: int, name: str) -> Person:
    random = Random(f"{seed}/{name}")
    market = random.choices(MARKETS, [market.weight for market in MARKETS])[0]
    drawn = random.choices(list(HABITS), list(HABITS.values()))[0]
    birthday = random.random() < (0.3 if drawn == "lapsed" else BIRTHDAYS)
    habit: Habit = "passer-by" if name.startswith("device") else drawn
    return Person(name, habit, market, birthday, random)


def body(person: Person, today: int) -> dict[str, Any]:
    """What the shop's backend tells about a customer: `PUT /v1/customers/{id}`."""
    random, market = Random(f"body/{person.id}/{person.random.random()}"), person.market
    day = datetime.fromtimestamp(today / 1000, UTC)
    first = random.choice(market.names)
    year = random.randint(1950, 2006)
    born = (
        f"{year}-{day:%m-%d}"
        if person.birthday
        else f"{year}-{(day.month + random.randint(1, 11) - 1) % 12 + 1:02}-{random.randint(1, 28):02}"
    )
    addresses: dict[str, Any] = {}
    if random.random() < 0.96:
        addresses["email"] = f"{first.lower()}.{person.id}@example.com"
    if random.random() < 0.3:
        addresses["phone"] = f"{market.dialling}{person.id[-4:]}"
    if random.random() < 0.25:
        addresses["push"] = [{"token": f"token-{person.id}", "platform": "fcm"}]
    return {
        "attributes": {
            "first_name": first, "country": market.country, "timezone": market.timezone,
            "locale": market.locale, "birthday": born,
        },
        "addresses": addresses,
        "consents": _consents(random, addresses, today),
    }  # fmt: skip


def _consents(random: Random, addresses: dict[str, Any], today: int) -> list[dict[str, str]]:
    time = datetime.fromtimestamp(today / 1000 - random.randint(30, YEAR) * 86_400, UTC).isoformat(timespec="seconds")
    given: dict[str, str] = {"state": "granted", "time": time, "source": "checkout"}
    said: list[dict[str, str]] = []
    if random.random() < 0.78:
        said.append({"topic": "offers", "channel": "email", **given})
    if "push" in addresses and random.random() < 0.8:
        said += [{"topic": topic, "channel": "push", **given} for topic in ("offers", "game")]
    if random.random() < 0.7:
        confirmed = {"proof": "confirmed by mail"} if random.random() < 0.85 else {}
        said.append({"topic": "news", "channel": "email", **given, **confirmed})
    if said and random.random() < 0.04:
        later = datetime.fromtimestamp(today / 1000 - 86_400, UTC).isoformat(timespec="seconds")
        said.append({**said[0], "state": "withdrawn", "time": later, "source": "preferences"})
    return said
