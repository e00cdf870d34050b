"""One function in AWS's own runtime emulator, on the built layers: `python -m local.lambda_runtime FUNCTION EVENT`."""

import json
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
OPT: Final = ROOT / "build" / "host"
"""What /opt is on Lambda; `make layers-host` fills it."""

WAIT: Final = 30.0


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one cold invocation answered, logged and took to start."""

    answer: Any
    log: str

    @property
    def failed(self) -> bool:
        """Whether the function raised or its sandbox died."""
        return isinstance(self.answer, dict) and "errorType" in self.answer

    @property
    def init_ms(self) -> float:
        """The init duration as the runtime reports it."""
        found = re.search(r"INIT REPORT\(durationMs: ([\d.]+)", self.log)
        return float(found[1]) if found else float("nan")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def emulator() -> Path:
    """The runtime interface emulator that the SAM CLI ships. Raises FileNotFoundError."""
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    found = sorted(
        Path(sys.prefix, "sam").glob(f"lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}")
    )
    if not found:
        raise FileNotFoundError("no runtime interface emulator here, which comes with the SAM CLI: make tools")
    return found[0]


def invoke(code: Path, handler: str, environment: Mapping[str, str], event: Any, *, timeout: int = 60) -> Invocation:
    """Starts the function cold, sends it one event and ends it."""
    door, api = free_port(), free_port()
    command = [
        str(emulator()),
        *("--runtime-interface-emulator-address", f"127.0.0.1:{door}"),
        *("--runtime-api-address", f"127.0.0.1:{api}"),
        *(str(Path(sys.prefix, "rie", "bin", "python")), "-m", "awslambdaric", handler),
    ]
    lambda_environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(OPT / "python"),
        "AWS_LAMBDA_FUNCTION_NAME": code.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "POWERTOOLS_TRACE_DISABLED": "1",  # no X-Ray daemon listens here
        **environment,
    }
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=code, env=lambda_environment, stdout=log, stderr=log)
        try:
            answer = _post(door, event, process, timeout)
        finally:
            process.terminate()
            process.wait()
        log.seek(0)
        return Invocation(answer, log.read())


def _post(port: int, event: Any, process: "subprocess.Popen[bytes]", timeout: int) -> Any:
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    until = time.monotonic() + WAIT
    while True:
        try:
            request = urllib.request.Request(url, json.dumps(event).encode())
            with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310  # our own emulator, over http
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:  # the sandbox died; its log says of what
            return {"errorType": f"HTTP {error.code}", "errorMessage": error.read().decode()}
        except urllib.error.URLError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.02)


def main(arguments: list[str]) -> int:
    """Runs one function against a fresh embedded AWS and prints its log and its answer; 1 if it failed."""
    if len(arguments) != 2 or not (ROOT / "functions" / arguments[0] / "handler.py").is_file():
        names = ", ".join(sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py")))
        print(f"usage: make invoke FUNCTION=NAME EVENT=events/FILE.json; functions: {names}", file=sys.stderr)
        return 2
    event = Path(arguments[1])
    if not event.is_file():
        print(f"EVENT: there is no file {event}", file=sys.stderr)
        return 2
    from local.server import Server
    from local.stack import Stack

    server = Server(0, 0)
    stack = Stack.start(base_url=server.url)
    server.start(stack)
    try:
        code = ROOT / "functions" / arguments[0]
        function = next(each for each in stack.lambdas.functions.values() if each.code.resolve() == code)
        environment = {**function.environment, "AWS_ENDPOINT_URL": server.aws_url}
        ran = invoke(code, function.handler, environment, json.loads(event.read_text()))
    finally:
        server.stop()
        stack.stop()
    print(ran.log, file=sys.stderr)
    print(json.dumps(ran.answer, indent=2, ensure_ascii=False))
    return int(ran.failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
