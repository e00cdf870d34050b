"""What the packages weigh and what a cold start costs, beside a bare handler with one DynamoDB client."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from local.lambda_runtime import OPT, ROOT, invoke
from local.server import Server
from local.stack import Stack

RUNS = 5
BARE = "import boto3\nclient = boto3.client('dynamodb')\n\ndef handler(event, context):\n    return None\n"
EMPTY = "def handler(event, context):\n    return None\n"


def megabytes(folder: Path) -> float:
    """Of all files below it."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def init_ms(code: Path, environment: Mapping[str, str], event: object) -> float:
    """The median of several cold starts, as the runtime reports them."""
    return statistics.median(invoke(code, "handler.handler", environment, event).init_ms for _ in range(RUNS))


def slowest_imports(code: Path, environment: Mapping[str, str]) -> list[tuple[float, str]]:
    """What a function's start spends most on, in ms, by Python's own count."""
    ran = subprocess.run(
        [str(Path(sys.prefix, "rie", "bin", "python")), "-X", "importtime", "-c", "import handler"],
        cwd=code, env={"PYTHONPATH": f"{OPT / 'python'}:{code}", "AWS_DEFAULT_REGION": "eu-west-1", **environment},
        capture_output=True, text=True,
    )  # fmt: skip
    rows = [line.removeprefix("import time:").split("|") for line in ran.stderr.splitlines() if "|" in line]
    timed = [(int(row[1]) / 1000, row[2].strip()) for row in rows if row[1].strip().isdecimal()]
    outer = {name.split(".")[0] for _, name in timed}
    return sorted(((ms, name) for ms, name in timed if name in outer and name != "handler"), reverse=True)[:4]


def main() -> None:
    engine = OPT / "python" / "kairos"
    dependencies = megabytes(OPT / "python") - megabytes(engine)
    print(f"layers, unzipped (Lambda's limit: 250 MB): dependencies {dependencies:.1f} MB", end=", ")
    print(f"engine {megabytes(engine):.2f} MB, campaigns {megabytes(OPT / 'campaigns'):.2f} MB")
    server = Server(0, 0)
    stack = Stack.start(base_url=server.url)
    server.start(stack)
    try:
        measure(server, stack)
    finally:
        server.stop()
        stack.stop()


def measure(server: Server, stack: Stack) -> None:
    """One row per function: its cold start, how that compares, and where it goes."""
    with tempfile.TemporaryDirectory() as folder:
        bare, empty = Path(folder, "bare"), Path(folder, "empty")
        for code, source in ((bare, BARE), (empty, EMPTY)):
            code.mkdir()
            (code / "handler.py").write_text(source)
        nothing, anchor = init_ms(empty, {}, None), init_ms(bare, {}, None)
    print(f"{'cold start':>12} {'ms':>6} {'× bare':>7}   dearest imports (ms)")
    print(f"{'empty':>12} {nothing:6.0f} {nothing / anchor:7.2f}")
    print(f"{'bare boto3':>12} {anchor:6.0f} {1:7.2f}   boto3.client('dynamodb') and nothing else")
    for function in stack.lambdas.functions.values():
        samples = sorted(ROOT.glob(f"events/{function.code.name}*.json"))
        if not samples:
            continue
        environment = {**function.environment, "AWS_ENDPOINT_URL": server.aws_url}
        ms = init_ms(function.code, environment, json.loads(samples[0].read_text()))
        dearest = ", ".join(f"{name} {cost:.0f}" for cost, name in slowest_imports(function.code, environment))
        print(f"{function.code.name:>12} {ms:6.0f} {ms / anchor:7.2f}   {dearest}")


if __name__ == "__main__":
    main()
