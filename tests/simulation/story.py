"""What happens to the shop in one run: who does what, and when the team deploys, stops, or resumes something."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kairos.domain.events import Json, Millis
from kairos.domain.identity import DEVICE
from kairos.service.ports import StoredMessage
from tests.unit.domain.shop import DAY, HOUR, MINUTE, T0

LASTS: Final[Millis] = 3 * DAY
"""How long things go on happening."""

STARTS: Final[tuple[Millis, ...]] = (T0, T0, 1_803_718_800_000, 1_792_832_400_000)
"""A summer's Monday; the last days of a February that has no 29th; the days around the end of summer time in Europe."""

CUSTOMERS: Final = ("ann", "bob", "cid")
DEVICES: Final = ("d1", "d2")
FORGETS: Final = 0.15
"""In how many stories somebody is forgotten."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that comes from outside: an HTTP call (`http`, `identify`, `put`), an event of the bus, or the team's doing."""

    at: Millis
    kind: str  # http | bus | identify | alias | put | unsubscribe | complain | stop | resume | deploy | restore | erase | import
    who: str = ""
    told: Any = field(default_factory=dict)


Deeds = tuple[Deed, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """All of one run, in order of time."""

    deeds: Deeds

    def without(self, numbers: range) -> "Story":
        """The same with fewer deeds."""
        return Story(tuple(deed for number, deed in enumerate(self.deeds) if number not in numbers))


def story(seed: int) -> Story:
    """A life of a few customers; the first that is told of each is where they can be reached."""
    luck = random.Random(f"story {seed}")
    people, start = luck.sample(CUSTOMERS, luck.randint(1, 3)), luck.choice(STARTS)
    deeds = [Deed(start + luck.randint(0, HOUR), "put", who, _presented(luck, who)) for who in people]
    for number in range(luck.choice((3, 6, 10, 16))):
        at = start + luck.choice((luck.randint(0, LASTS), luck.randint(0, 4 * HOUR)))
        deeds += _deed(luck, f"e{number}", at, luck.choice(people))
    for deed in [deed for deed in deeds if deed.kind in ("http", "bus") and deed.who and luck.random() < 0.2]:
        soon = deed.at + luck.choice((luck.randint(0, 3_000), luck.randint(0, 120_000)))
        deeds += _unsubscribe(luck, "", soon, deed.who)  # while what they have just done is worked off
    again = [d for d in deeds if d.kind == "bus" and d.told["time"] <= d.at and luck.random() < 0.2]
    deeds += [
        replace(deed, at=deed.at + luck.randint(0, 2 * DAY)) for deed in again
    ]  # the archive of the bus is replayed
    deeds += _forgotten(random.Random(f"forgotten {seed}"), deeds)  # drawn apart: all else is as without it
    return Story(tuple(sorted(deeds, key=lambda deed: deed.at)))


def _forgotten(luck: random.Random, deeds: Sequence[Deed]) -> Deeds:
    """In some stories somebody is forgotten, often while what they have just done is worked off; with all their names."""
    if luck.random() >= FORGETS:
        return ()
    done = luck.choice([deed for deed in deeds if deed.who])
    soon = luck.choice((luck.randint(0, 3_000), luck.randint(0, 120_000), luck.randint(0, DAY)))
    addresses = next(
        d.told["addresses"] for d in deeds if (d.kind, d.who) == ("put", done.who) and "consents" in d.told
    )
    return (Deed(done.at + soon, "erase", done.who, (done.who, *addresses.values())),)


def meddling(luck: random.Random, message: StoredMessage, address: str | None, now: Millis) -> Deed:
    """What stops this message, if it comes before its claim: an opt-out, a complaint about the last one, or an exit."""
    who, put = message.owner, message.put
    if luck.random() < 0.5 and not put.transactional and not who.startswith(DEVICE):
        return Deed(now, "unsubscribe", who, (put.topic, put.channel))
    if luck.random() < 0.5 and address and put.channel == "email":
        return Deed(now, "complain", who, address)
    type = luck.choice(("trial.ended", "order.placed"))
    told = {
        "id": f"meddling-{now}",
        "type": type,
        "time": now,
        "customer": {"id": who},
        "properties": {"cart_id": "c1"},
    }
    return Deed(now, "http", who, [told])


def _presented(luck: random.Random, who: str) -> Json:
    topics = [("offers", "email"), ("offers", "sms"), ("news", "email")]
    consents = [
        {"topic": topic, "channel": channel, "state": "granted", "proof": "form"}
        for topic, channel in topics
        if luck.random() < 0.85
    ]
    birthday = luck.choice(("1990-06-02", "1990-06-04", "1992-02-29", "1990-02-28", "1990-10-25"))
    return {
        "attributes": {
            "region": luck.choice(("north", "south")),
            "birthday": birthday,
            "timezone": luck.choice(_ZONES),
        },
        "addresses": {
            "email": luck.choices(_MAILBOXES, (8, 1, 1))[0].format(who),
            "phone": f"+4520{CUSTOMERS.index(who):06}",
        },
        "consents": consents,
    }


_MAILBOXES: Final = ("{}@shop.example", "bounce+{}@simulator.amazonses.com", "complaint+{}@simulator.amazonses.com")
_ZONES: Final = ("Europe/Copenhagen", "America/New_York", "Asia/Tokyo")


def _deed(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    kind = luck.choices(tuple(_KINDS), tuple(weight for weight, _ in _KINDS.values()))[0]
    return _KINDS[kind][1](luck, id, at, who)


def _visit(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """One to three events of a customer, or of a device of theirs, by HTTP or on the bus; some come late."""
    events = [_event(luck, f"{id}.{part}", at, who) for part in range(luck.choice((1, 1, 1, 2, 3)))]
    if luck.random() < 0.4:
        return (Deed(at, "bus", who, events[0]),)
    return (Deed(at, "http", who, events),)


def _rush(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """Everything at once, through all doors."""
    doors = (_visit, _visit, _visit, _put, _identify, _alias, _unsubscribe, _moved_in)
    several = [luck.choice(doors)(luck, f"{id}.{n}", at + luck.randint(0, 400), who) for n in range(luck.randint(2, 5))]
    return tuple(deed for deeds in several for deed in deeds)


def _moved_in(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """Their region is told, and in the same breath they come into a shop of that region."""
    put = Deed(at, "put", who, {"attributes": {"region": luck.choice(("north", "south"))}})
    entered = {"id": id, "type": "shop.entered", "time": at, "customer": {"id": who}, "properties": {}}
    soon = at + luck.randint(0, 1_500)
    return (put, Deed(soon, "bus", who, entered) if luck.random() < 0.4 else Deed(soon, "http", who, [entered]))


def _twice(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """What somebody has done, perhaps on a device before they were known, they do again a day or two later."""
    device = luck.choice(DEVICES)
    type, properties = luck.choice(
        (("order.placed", {"order": "o4", "total": 50}), ("paper.downloaded", {"paper": "p3"}))
    )
    first, later = ({"id": who} if luck.random() < 0.3 else {"anonymous_id": device}), at + luck.randint(DAY, 2 * DAY)
    told = [
        {"id": f"{id}.{when}", "type": type, "time": when, "customer": whose, "properties": properties}
        for when, whose in ((at, first), (later, {"id": who}))
    ]
    known = _known_as(f"{id}.id", luck.randint(at, later), who, device)
    return (Deed(at, "http", who, told[:1]), known, Deed(later, "http", who, told[1:]))


def _event(luck: random.Random, id: str, at: Millis, who: str) -> Json:
    others = ({"anonymous_id": luck.choice(DEVICES)}, {"anonymous_id": luck.choice(DEVICES)}, {"id": former(who)})
    whose = luck.choice(others) if luck.random() < 0.25 else {"id": who}
    type = luck.choices(tuple(_TYPES), tuple(weight for weight, _ in _TYPES.values()))[0]
    late = luck.choices((0, luck.randint(0, DAY), -luck.randint(0, 2 * HOUR)), (8, 2, 1))[0]
    return {"id": id, "type": type, "time": at - late, "customer": whose, "properties": _TYPES[type][1](luck)}


_TYPES: Final[dict[str, tuple[int, Callable[[random.Random], Json]]]] = {
    "page.viewed": (5, lambda luck: {"category": luck.choice(("toys", "books"))}),
    "cart.updated": (5, lambda luck: {"cart_id": luck.choice(("c1", "c2")), "total": luck.choice((0, 20, 50)), "category": "toys"}),
    "order.placed": (2, lambda luck: {"cart_id": luck.choice(("c1", "c2")), "order": luck.choice(("o1", "o2", "o3")), "total": 50}),
    "paper.downloaded": (2, lambda luck: {"paper": luck.choice(("p1", "p2"))}),
    "signup": (2, lambda luck: {}),
    "trial.started": (2, lambda luck: {}),
    "trial.ended": (1, lambda luck: {}),
    "page.broken": (1, lambda luck: {}),
    "shop.entered": (2, lambda luck: {}),
}  # fmt: skip


def _frost(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    told = {"id": id, "type": "frost.warned", "time": at, "properties": {"region": luck.choice(("north", "south"))}}
    return (Deed(at, "bus", "", told),)


def _put(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    value = luck.choice((("region", "north"), ("region", "south"), ("timezone", luck.choice(_ZONES)), ("region", None)))
    return (Deed(at, "put", who, {"attributes": dict((value,))}),)


def _identify(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    return (_known_as(id, at, who, luck.choice(DEVICES)),)


def former(who: str) -> str:
    """The id of somebody before they had their own."""
    return f"former-{who}"


def _alias(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """An id is given up for another, as ids of devices are."""
    return (Deed(at, "alias", who, {"userId": who, "previousId": former(who), "messageId": id}),)


def _known_as(id: str, at: Millis, who: str, device: str) -> Deed:
    told = {"userId": who, "anonymousId": device, "messageId": id, "traits": {"language": "da"}}
    return Deed(at, "identify", who, told)


def _unsubscribe(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    return (Deed(at, "unsubscribe", who, luck.choice((("offers", "email"), ("offers", "sms"), ("news", "email")))),)


def _deploy(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    return (Deed(at, "deploy", "", luck.choice((1, 2))),)


def _restore(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """Of a while ago, which may have been before the last deployment."""
    back = luck.choice((luck.randint(1_000, 2 * HOUR), luck.randint(2 * HOUR, DAY)))
    before = _deploy(luck, id, at - luck.randint(0, back), who) if luck.random() < 0.5 else ()
    return (*before, Deed(at, "restore", "", back))


def _undone(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """The wait of a reader is over and their message out, other definitions are deployed; then states are as in the wait."""
    properties = {"paper": f"p-{id}"}
    read = {"id": id, "type": "paper.downloaded", "time": at, "customer": {"id": who}, "properties": properties}
    over = at + DAY
    restored, back = over + luck.randint(HOUR, 3 * HOUR), luck.randint(MINUTE, 20 * HOUR)
    deployed = Deed(luck.randint(over + MINUTE, restored), "deploy", "", 1)
    return (Deed(at, "http", who, [read]), deployed, Deed(restored, "restore", "", restored - over + back))


def _stop(luck: random.Random, id: str, at: Millis, who: str) -> Deeds:
    """For some hours, or by mistake for nothing that is stopped."""
    what = luck.choice((None, "cart", "receipt"))
    resume = Deed(at + luck.randint(MINUTE, 8 * HOUR), "resume", "", what)
    return (Deed(at, "stop", "", what), resume) if luck.random() < 0.7 else (resume,)


_KINDS: Final[dict[str, tuple[int, Callable[[random.Random, str, Millis, str], Deeds]]]] = {
    "visit": (18, _visit), "rush": (4, _rush), "moved in": (2, _moved_in), "twice": (2, _twice), "frost": (2, _frost),
    "put": (2, _put), "identify": (2, _identify), "alias": (1, _alias), "unsubscribe": (1, _unsubscribe), "deploy": (1, _deploy),
    "restore": (1, _restore), "undone": (1, _undone), "stop": (1, _stop),
}  # fmt: skip
