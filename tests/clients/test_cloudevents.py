"""CloudEvents as the SDKs of Python and JavaScript make them."""

import json
import subprocess
from base64 import b64decode
from typing import Any

import pytest

from kairos.service.ingest import Ingest
from kairos.service.metrics import Tally
from tests.clients.told import PYTHON, SHOPS
from tests.end_to_end.dev_client import ROOT
from tests.fakes import FakeQueues, World, keys_of

CAPTURES = ROOT / "tests" / "data" / "captures"


def posted(world: World, headers: dict[str, str], body: bytes) -> int:
    door = Ingest(FakeQueues(world), keys_of(world.clock), world.clock, world.ids, Tally())
    return door({**headers, "x-api-key": "write-key"}, body).status


def test_what_the_sdk_makes_is_understood_in_every_mode() -> None:
    if not PYTHON.exists():
        pytest.skip("the cloudevents SDK is not here, see make tools")
    ran = subprocess.run([PYTHON, SHOPS / "cloudevents_python.py"], capture_output=True, text=True, check=True)
    world = World(now=1_900_000_000_000)
    for _, headers, body in json.loads(ran.stdout):
        assert posted(world, headers, b64decode(body)) == 202
    heard: list[dict[str, Any]] = [queued["event"] for queued in world.events]
    assert [event["id"] for event in heard] == [f"https://shop.example/ü {number}" for number in range(1, 6)]
    for event in heard:
        assert (event["type"], event["customer"]) == ("product.viewed", {"id": "Jürgen"})
        assert event["properties"] == {"product_id": "kite", "name": "Drachen ü"}


@pytest.mark.parametrize("library", ["py-cloudevents", "node-cloudevents"])
def test_what_sdks_sent_over_the_wire_is_taken_byte_for_byte(library: str) -> None:
    world = World(now=1_900_000_000_000)
    for request in json.loads((CAPTURES / f"{library}.json").read_text()):
        assert posted(world, dict(request["headers"]), b64decode(request["body_b64"])) == 202
    binary, structured = (queued["event"] for queued in world.events)
    assert binary["properties"] == structured["properties"]
    assert binary["properties"]["order_id"] == "o-1001"
    assert binary["customer"] == structured["customer"] == {"id": "user-1"}
    assert binary["type"] == structured["type"] == "com.example.order.placed"
