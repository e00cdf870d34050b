"""The client libraries that a shop already has, unmodified, against `kairos dev` over HTTP.

Each identifies a customer, registers them, fills a cart and sends 250 views; the first request of each meets a queue that is out of
order. Nothing is lost, nothing is sent again once it was taken, the welcome comes at once and the cart is remembered an hour later.
"""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from tests.clients.gate import OUT_OF_ORDER, Gate
from tests.end_to_end.dev_client import ROOT, Dev

SHOPS: Final = Path(__file__).parent / "shops"
PYTHON: Final = Path(sys.prefix) / "clients" / "bin" / "python"
LIBRARIES: Final = ROOT / "build" / "clients" / "node_modules"
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NODE: Final = shutil.which("node")
PYTHONS: Final = ("segment_python", "analytics_python", "rudder_python")
NODES: Final = ("segment_node", "rudder_node")
BROWSER: Final = "browser"
CLIENTS: Final = (*PYTHONS, *NODES, BROWSER)
KEY: Final = "dev-write-key"
CHANNELS = {"topic": "offers", "channel": "email", "state": "granted"}


def missing(client: str) -> str:
    """What this machine lacks to run a client; nothing if it lacks nothing."""
    if client in PYTHONS:
        return "" if PYTHON.exists() else "make tools"
    if not LIBRARIES.is_dir():
        return ".ci/clients (npm)"
    if client in NODES:
        return "" if NODE else "node"
    return "" if CHROMIUM else "chromium"


class Page(SimpleHTTPRequestHandler):
    """The shop's own site: another origin than the API."""

    def translate_path(self, path: str) -> str:
        name = path.split("?")[0]
        library = LIBRARIES / "@segment/analytics-next/dist/umd"
        return str(library / "index.js" if name == "/analytics.js" else SHOPS / Path(name).name)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nobody is interested."""


def command(client: str, address: str, site: str) -> list[str]:
    who = name(client)
    if client in PYTHONS:
        return [str(PYTHON), str(SHOPS / f"{client}.py"), f"http://{address}", KEY, who]
    if client in NODES:
        return [str(NODE), str(SHOPS / f"{client}.mjs"), f"http://{address}", KEY, who]
    page = f"{site}/browser.html?api={address}&key={KEY}&who={who}"
    return [str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", page]


def name(client: str) -> str:
    return client.replace("_", "-")


class Told:
    """What came of all clients at once: what each was answered, and the stack afterwards."""

    def __init__(self, dev: Dev, site: str) -> None:
        self.dev = dev
        passing = threading.Lock()
        self.gates = {
            client: Gate(dev.url, lambda: self._fail(), passing) for client in CLIENTS if not missing(client)
        }  # fmt: skip
        for client in self.gates:
            dev.ask("PUT", f"/v1/customers/{name(client)}", {"consents": [CHANNELS]}, key="dev-admin-key")
        with ThreadPoolExecutor(len(self.gates)) as at_once:
            self.output = dict(
                zip(self.gates, at_once.map(lambda client: self._run(client, site), self.gates), strict=True)
            )
        self.archived = self._archived()

    def _fail(self) -> None:
        assert self.dev.ask("POST", "/_local/settle")[0] == 200  # so that nothing but the request meets it
        assert self.dev.ask("POST", "/_local/faults", OUT_OF_ORDER)[0] == 200

    def _run(self, client: str, site: str) -> str:
        libraries = ROOT / "build" / "clients"
        where = libraries if libraries.is_dir() else ROOT
        ran = subprocess.Popen(
            command(client, self.gates[client].address, site), cwd=where,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        if client == BROWSER:  # which shows its page until somebody closes it
            self.gates[client].wait(for_messages=256)
            ran.terminate()
        return f"{ran.communicate(timeout=90)[0]}\nended with {ran.returncode}"

    def _archived(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that was heard, by customer."""
        assert self.dev.ask("POST", "/_local/settle")[0] == 200
        s3 = self.dev.aws("s3")
        [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"] if "archive" in one["Name"]]
        found: dict[str, list[dict[str, Any]]] = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                for line in s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read().splitlines():
                    if event := json.loads(line).get("event"):
                        found.setdefault((event.get("customer") or {}).get("id", ""), []).append(event)
        return found


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    dev = Dev("--clock", "virtual")
    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield Told(dev, f"http://127.0.0.1:{site.server_port}")
    finally:
        site.shutdown()
        dev.stop()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    if lacking := missing(request.param):
        pytest.skip(f"{request.param}: not here, see {lacking}")
    return str(request.param)


def test_it_is_told_to_come_again_and_then_that_all_is_taken(told: Told, client: str) -> None:
    gate = told.gates[client]
    posts = [status for method, _, status in gate.answers if method == "POST"]
    assert posts.count(503) == 1, (gate.answers, told.output[client])
    assert set(posts) == {200, 503}
    once = [id for id, statuses in gate.messages.items() if statuses.count("200") != 1]
    assert not once, "sent again although taken, or never taken"


def test_everything_it_said_is_heard(told: Told, client: str) -> None:
    said = told.gates[client].messages.keys()
    assert len(said) == (256 if client == BROWSER else 253), told.output[client]
    assert said <= {event["id"] for who in ("", name(client)) for event in told.archived.get(who, [])}
    viewed = [event for event in told.archived[name(client)] if event["type"] == "product.viewed"]
    assert {event["properties"]["product_id"] for event in viewed} >= {f"p-{number}" for number in range(250)}


def test_what_it_said_is_on_the_profile(told: Told, client: str) -> None:
    status, customer = told.dev.ask("GET", f"/v1/customers/{name(client)}", key="dev-admin-key")
    assert status == 200
    assert customer["addresses"]["email"] == f"{name(client)}@shop.example"
    assert customer["attributes"]["declared"]["first_name"] == "Ada"


def test_the_welcome_comes_at_once_and_the_cart_is_remembered_an_hour_later(told: Told, client: str) -> None:
    who = name(client)
    [welcome] = [m for m in told.dev.messages(who) if m["campaign"] == "welcome"]
    if not any(m["campaign"] == "abandoned-cart" for m in told.dev.messages(who)):
        told.dev.advance("61m")
    [reminder] = [m for m in told.dev.messages(who) if m["campaign"] == "abandoned-cart"]
    assert welcome["to"] == reminder["to"] == f"{who}@shop.example"
    assert "Oak kite" in reminder["html"]


def test_a_page_is_asked_by_its_browser_whether_it_may(told: Told) -> None:
    if lacking := missing(BROWSER):
        pytest.skip(f"{BROWSER}: not here, see {lacking}")
    answers = told.gates[BROWSER].answers
    assert ("OPTIONS", "/v1/b", 204) in answers
    assert ("POST", "/v1/t", 200) in answers  # the beacon, which has its key in the body and is not asked for
    assert told.gates[BROWSER].messages[f"beacon-{BROWSER}"] == ["200"]
    assert f"beacon-{BROWSER}" in [event["id"] for event in told.archived[BROWSER]]
