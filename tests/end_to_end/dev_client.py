"""A running `kairos dev`, and the plain clients that a shop has."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3

from tests.canaries import sings

ROOT = Path(__file__).parent.parent.parent


class Dev:
    """`kairos dev` as a process of its own."""

    def __init__(self, *arguments: str, patience: int = 60) -> None:
        self.patience = patience  # seconds that an answer may take
        command = [sys.executable, "-m", "local", "dev", "--port", "0", "--aws-port", "0", *arguments]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'kairos'}"}
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process writes to it
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self.process.stdout
        self.lines = [self.process.stdout.readline().strip() for _ in range(3)]
        self.url = self.lines[0]
        self.aws_url = self.lines[1].removeprefix("AWS_ENDPOINT_URL=")

    def stop(self) -> int:
        """The exit code after an orderly end. Nobody may be in its log."""
        self.process.terminate()
        code = self.process.wait(20)
        self._log.seek(0)
        log = self._log.read()
        print(log, file=sys.stderr)
        assert not sings(log)
        return code

    def ask(self, method: str, path: str, body: Any = None, key: str = "dev-write-key") -> tuple[int, Any]:
        """One HTTP request under a local key."""
        basic = base64.b64encode(f"{key}:".encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.patience) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def aws(self, service: Any) -> Any:
        """A plain boto3 client."""
        return boto3.client(
            service, endpoint_url=self.aws_url, region_name="eu-west-1",
            aws_access_key_id="any", aws_secret_access_key="any",
        )  # fmt: skip

    @property
    def bus(self) -> str:
        """The stack's bus."""
        names = [bus["Name"] for bus in self.aws("events").list_event_buses()["EventBuses"]]
        return str(next(name for name in names if name != "default"))

    @property
    def now(self) -> str:
        """The virtual clock."""
        return str(self.ask("POST", "/_local/settle")[1]["now"])

    def advance(self, span: str) -> str:
        """Time goes on; where it then is."""
        status, answer = self.ask("POST", "/_local/clock", {"advance": span})
        assert status == 200, answer
        return str(answer["now"])

    def to(self, moment: str) -> None:
        """Time goes on until then."""
        assert self.ask("POST", "/_local/clock", {"to": moment})[0] == 200

    def post(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Events over HTTP, all of them accepted."""
        status, answer = self.ask("POST", "/v1/events", list(events))
        assert (status, answer["rejected"]) == (202, []), answer

    def customer(self, id: str, **attributes: Any) -> None:
        """A customer with an e-mail address who wants our offers and news."""
        wanted = [{"topic": t, "channel": "email", "state": "granted", "proof": "test"} for t in ("offers", "news")]
        body = {"attributes": attributes, "addresses": {"email": f"{id}@shop.example"}, "consents": wanted}
        status, answer = self.ask("PUT", f"/v1/customers/{urllib.parse.quote(id)}", body, key="dev-admin-key")
        assert status == 200, answer

    def messages(self, customer: str) -> list[dict[str, Any]]:
        """What the providers accepted for this customer."""
        assert self.ask("POST", "/_local/settle")[0] == 200
        found: list[dict[str, Any]] = self.ask("GET", f"/_local/messages?customer={customer}")[1]
        return found

    def decisions(self, customer: str) -> list[dict[str, Any]]:
        """What was decided about this customer."""
        assert self.ask("POST", "/_local/settle")[0] == 200
        found: list[dict[str, Any]] = self.ask("GET", f"/_local/decisions?customer={customer}")[1]
        return found
