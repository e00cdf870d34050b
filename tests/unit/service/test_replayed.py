"""What real clients sent, sent again, in another order, in other batches and at other times: the same customers come of it."""

import gzip
import json
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from kairos.catalog.bundle import compile_directory
from kairos.catalog.mapping import compile_mapping
from kairos.domain.access import Key, Scope, hash_of
from kairos.domain.definitions import Catalog
from kairos.domain.link import link
from kairos.domain.sources.vocabulary import Vocabulary
from kairos.service.customers import view
from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from local.clock import iso
from tests.fakes import keys_of
from tests.unit.service.workers import Workers

ROOT: Final = Path(__file__).parents[3]
VOCABULARY: Final = Vocabulary.of(compile_mapping(ROOT / "events"))
NOON: Final = 1_795_521_600_000  # 2026-11-24T12:00:00Z, after all that was recorded
KEY: Final = {"authorization": "Basic " + b64encode(b"WKEY123:").decode()}
LIBRARIES: Final = (
    "py-segment-gzip",
    "py-rudder",
    "py-analytics-legacy",
    "node-segment",
    "node-rudder",
    "web-segment-std",
)

Message = dict[str, Any]


@cache
def definitions() -> Catalog:
    """The shipped campaigns and their policy."""
    return link(compile_directory(ROOT / "campaigns").catalog)


@cache
def recorded() -> tuple[str, ...]:
    """Every message of the recordings as JSON; each library speaks of people of its own."""
    found: dict[str, Message] = {}
    for library in LIBRARIES:
        for request in json.loads((ROOT / "tests" / "data" / "captures" / f"{library}.json").read_text()):
            body = b64decode(request["body_b64"])
            if request["method"] == "POST":
                told = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
                found |= {one["messageId"]: _of(library, one) for one in told.get("batch", [told])}
    return tuple(json.dumps(one) for one in found.values())


def _of(library: str, message: Message) -> Message:
    return message | {
        name: f"{message[name]} {library}" for name in ("userId", "anonymousId", "previousId") if message.get(name)
    }  # fmt: skip


class Shop:
    """The door and the workers behind it."""

    def __init__(self) -> None:
        self.workers = Workers(definitions())
        self.workers.world.now = NOON
        world = self.workers.world
        keys = keys_of(world.clock, Key("captured", hash_of("WKEY123"), Scope.INGEST, rate=100_000))
        self.door = Ingest(self.workers.queues, keys, world.clock, world.ids, Tally(), VOCABULARY).segment

    def send(self, messages: list[Message], *, later: int = 0) -> None:
        """One batch, sent at this moment by a client whose clock is right."""
        self.workers.world.now += later
        sent = iso(self.workers.world.now)
        batch = [{name: value for name, value in message.items() if name != "sentAt"} for message in messages]
        answer = self.door("batch", KEY, json.dumps({"batch": batch, "sentAt": sent}).encode())
        assert answer.status == 200, answer.body
        self.workers.settle()

    def known(self) -> dict[str, Any]:
        """All that is known of everybody who is somebody; what states remember of moments, too."""
        found: dict[str, Any] = {}
        for who, customer in self.workers.world.states.items():
            state = customer.state
            if state.moved:
                found[who] = ("is", state.moved)
                continue
            shown = view(customer, definitions(), NOON)
            shown["counts"] = {keep: moments for keep, moments in state.counts.items() if moments}
            seen = {name: time for name, (time, _) in state.observed.items()}
            facts = (state.lasts, state.interests, seen, state.newest)
            found[who] = ("", shown, facts)
        return found


@cache
def clean() -> dict[str, Any]:
    shop = Shop()
    for message in recorded():
        shop.send([json.loads(message)])
    return shop.known()


def test_the_recordings_tell_of_customers_their_devices_and_their_orders():
    known = clean()
    assert {who for who, (word, *_) in known.items() if word == "is"} >= {"anonymous:anon-9 node-segment"}
    shown = known["user-1 py-rudder"][1]
    assert shown["attributes"]["declared"]["birthday"] == "1990-02-28"
    assert shown["attributes"]["behaviour"] == {"timezone": "Europe/Berlin", "locale": "de-DE"}
    assert shown["interest"]["owned"]["p-1"] > 0 and shown["counts"]


@pytest.mark.parametrize("seed", range(12))
def test_replayed_reordered_and_duplicated_it_is_the_same(seed):
    chance, shop = Random(seed), Shop()
    messages = [json.loads(message) for message in recorded()]
    stream = [*messages, *chance.choices(messages, k=20)]
    chance.shuffle(stream)
    while stream:
        size = chance.randint(1, 12)
        shop.send(stream[:size], later=chance.choice((0, 1, 700, 90_000, 3_600_000)))
        stream = stream[size:]
    assert shop.known() == clean()
