"""How large a customer's state is with the whole playbook: ordinary ones are one write unit, nobody's grows without end."""

from base64 import b64encode
from random import Random

from kairos.domain.events import OWN_TYPES
from kairos.domain.sources import own
from kairos.domain.sources.customers import told
from local.aws.sizes import write_units
from local.shop.people import people
from tests.months import BEGIN, Life, lived, playbook

BOUND = 120 * 1024
"""Less than a third of what an item may have."""


def test_an_ordinary_customer_is_one_write_unit() -> None:
    sizes = sorted(size for person in people(1848, 60, 20) for size in lived(person, 60).sizes)
    assert len(sizes) > 3_000
    assert write_units(sizes[int(len(sizes) * 0.99)]) == 1, sizes[int(len(sizes) * 0.99)]
    assert write_units(sizes[-1]) <= 2


UNDERSTOOD = {"timezone", "locale", "birthday"}
"""Attributes that Kairos goes by are refused where they are not what it can go by."""


def test_whoever_sends_as_much_as_they_can_stays_within_bounds() -> None:
    random = Random(1)

    def text(length: int) -> str:
        return b64encode(random.randbytes(length)).decode()[:length]

    life, catalog = Life("abuser"), playbook()
    triggers = [c.trigger.on for c in catalog.campaigns.values() if c.trigger.on is not None]
    counts = [count.on for count in catalog.counts.values()]
    heard = sorted({t for s in (*triggers, *counts, *catalog.lasts.values()) for t in s.types - OWN_TYPES})
    words = [{"topic": text(250), "channel": text(250), "state": "granted"} for _ in range(150)]
    life.put(
        told(
            "abuser",
            {"attributes": {n: text(990) for n in catalog.attributes - UNDERSTOOD}, "consents": words},
            BEGIN,
            BEGIN,
            "p",
        )
    )
    paths = {p[1] for c in catalog.campaigns.values() for p in c.event_paths if p[0] == "properties" and len(p) > 1}
    sizes = []
    for _ in range(22):
        for type in heard:
            life.now += 1_000
            properties = {name: text(500) for name in paths} | {"total": 5, "starts_at": "2026-05-01T10:00:00Z"}
            event = {"id": text(500), "type": type, "customer": "abuser", "properties": properties}
            life.put(own.normalise(event, received=life.now, new_id=str, trusted=True))
        sizes.append(life.sizes[-1])
    assert max(life.sizes) < BOUND, max(life.sizes)
    assert sizes[-1] - sizes[-2] < 1024, sizes  # it has stopped growing
