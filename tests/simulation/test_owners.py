"""Customers and devices whose addresses change hands, in any weather: who is found by an address is who has it."""

import random
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from kairos.domain.events import Millis
from tests.simulation.history import History
from tests.simulation.promises import addresses_know_their_owners
from tests.simulation.run import lived, quietly, weather
from tests.simulation.story import CUSTOMERS, DEVICES, Deed, Story
from tests.unit.domain.shop import HOUR, T0

SEEDS = range(40)
MAILS = ("one@shop.example", "two@shop.example", "three@shop.example")
SPAN: Millis = 6 * HOUR


def story(seed: int) -> Story:
    """Few addresses for all: told by backends and by events, taken away, brought along by devices that are identified."""
    luck = random.Random(f"owners {seed}")
    deeds: list[Deed] = []
    told: Any
    for number in range(30):
        at, who = T0 + luck.randint(0, SPAN), luck.choice(CUSTOMERS)
        mail = luck.choice((*MAILS, None))
        if (kind := luck.choice(("put", "put", "http", "http", "identify"))) == "put":
            deeds.append(Deed(at, "put", who, {"addresses": {"email": mail}}))
        elif kind == "identify":
            told = {"userId": who, "anonymousId": luck.choice(DEVICES), "messageId": f"i{number}", "traits": {}}
            deeds.append(Deed(at, "identify", who, told))
        else:
            whose = luck.choice(({"id": who}, {"anonymous_id": luck.choice(DEVICES)}))
            told = {"id": f"e{number}", "type": "page.viewed", "time": at - luck.choice((0, 0, HOUR)), "properties": {}}
            deeds.append(Deed(at, "http", who, [told | {"customer": whose | {"email": mail or MAILS[0]}}]))
    return Story(tuple(sorted(deeds, key=lambda deed: deed.at)))


def broken(seed: int) -> list[str]:
    quietly()
    stack = lived(seed, story(seed), weather(seed))
    history = History(stack.world.store)
    owned = [address for state in history.customers.values() for address in state.owned if not state.moved]
    return [*addresses_know_their_owners(stack, history), *([] if owned else ["nobody has an address"])]


def test_who_is_found_by_an_address_is_who_has_it() -> None:
    with ProcessPoolExecutor(2) as pool:
        assert [how for found in pool.map(broken, SEEDS, chunksize=10) for how in found] == []
