"""A door of its own for each client, in front of `kairos dev`: lets everything through as it is and writes down what was answered.

The first time a batch comes through, the queue behind the API is out of order: what the client is told then is Kairos's own answer.
"""

import gzip
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

OUT_OF_ORDER: Final = {"service": "sqs", "operation": "SendMessageBatch", "error": "AccessDenied", "times": 3}
_HOP_BY_HOP: Final = ("connection", "transfer-encoding", "content-length", "host", "date", "server")


@dataclass
class Gate:
    """One client's way in."""

    url: str  # of `kairos dev`
    out_of_order: Callable[[], None]
    passing: threading.Lock  # shared by all gates: what is out of order is so for this one only
    answers: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, status
    messages: dict[str, list[str]] = field(default_factory=dict)  # messageId -> what was answered, each time
    failed: bool = False

    def __post_init__(self) -> None:
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                gate.answer(self, self.rfile.read(int(self.headers.get("content-length", 0))))

            def do_OPTIONS(self) -> None:
                gate.answer(self, b"")

            def log_message(self, format: str, *arguments: Any) -> None:
                """What is of interest is written down."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, *, for_messages: int, seconds: float = 60) -> None:
        """Returns when so many have been taken, or the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if sum("200" in answers for answers in list(self.messages.values())) >= for_messages:
                return
            time.sleep(0.1)

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Asks Kairos, and tells the client to the letter what it said."""
        ids = _ids(body)
        with self.passing:
            if b'"batch"' in _plain(body) and not self.failed:
                self.failed = True
                self.out_of_order()
            status, headers, text = self._ask(handler.command, handler.path, dict(handler.headers), body)
        self.answers.append((handler.command, handler.path, status))
        for id in ids:
            self.messages.setdefault(id, []).append(str(status))
        handler.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                handler.send_header(name, value)
        handler.send_header("content-length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        kept = {name: value for name, value in headers.items() if name.lower() not in _HOP_BY_HOP}
        request = urllib.request.Request(self.url + path, body or None, kept, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()


def _ids(body: bytes) -> list[str]:
    if not body:
        return []
    told = json.loads(_plain(body))
    return [message["messageId"] for message in told.get("batch", [told])]


def _plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
