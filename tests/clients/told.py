"""Client libraries as a shop runs them: what each needs, how it is started, and what came of all of them at once."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any, Final

from tests.clients.archived import archived
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
        return [str(PYTHON), str(SHOPS / "python.py"), client, f"http://{address}", KEY, who]
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
        found: dict[str, list[dict[str, Any]]] = {}
        for event in archived(self.dev):
            found.setdefault((event.get("customer") or {}).get("id", ""), []).append(event)
        return found
