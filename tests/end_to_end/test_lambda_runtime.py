"""Every function, once, in AWS's own runtime emulator, on the layers as they are built."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.lambda_runtime import ROOT, invoke
from local.server import Server
from local.stack import Stack

pytestmark = pytest.mark.end_to_end

SAMPLES = [
    pytest.param(folder, sample, id=f"{folder.name} {sample.stem}")
    for folder in sorted(handler.parent for handler in ROOT.glob("functions/*/handler.py"))
    for sample in sorted([*ROOT.glob(f"events/{folder.name}*.json"), *ROOT.glob(f"events/{folder.name}/*.json")])
]


@pytest.fixture(scope="module")
def aws() -> Iterator[Server]:
    """The embedded AWS, with the layers built for this machine."""
    made = subprocess.run(["make", "layers-host", f"VENV={sys.prefix}"], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    server = Server(0, 0)
    stack = Stack.start(base_url=server.url)
    server.start(stack)
    yield server
    server.stop()
    stack.stop()


@pytest.mark.parametrize(("folder", "sample"), SAMPLES)
def test_a_function_runs_with_its_sample_event(folder: Path, sample: Path, aws: Server) -> None:
    assert aws.stack is not None
    function = next(each for each in aws.stack.lambdas.functions.values() if each.code.resolve() == folder)
    environment = {**function.environment, "AWS_ENDPOINT_URL": aws.aws_url}
    ran = invoke(folder, function.handler, environment, json.loads(sample.read_text()))
    assert not ran.failed, f"{ran.answer}\n{ran.log}"
    assert ran.init_ms > 0
