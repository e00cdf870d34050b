"""Starts ministack, and deploys this template into it with the real SAM CLI."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import boto3

from local.lambda_runtime import free_port
from tests.end_to_end.ministack_filter import filtered

ROOT: Final = Path(__file__).parents[2]
BUILT: Final = ROOT / "build" / "ministack" / "build"
ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
STACK: Final = "kairos"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Deployed:
    """A stack in a running ministack, for plain clients."""

    url: str
    session: boto3.Session
    outputs: dict[str, str]
    api: str

    def client(self, service: str) -> Any:
        """An AWS client."""
        return self.session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]  # any service

    @property
    def key(self) -> str:
        """The key that the stack was born with."""
        held = self.client("secretsmanager").get_secret_value(SecretId=self.outputs["KeysSecretArn"])
        return str(json.loads(held["SecretString"])["first"])

    def http(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """One request to the API; status and JSON."""
        headers = {"Host": f"{self.api}.execute-api.localhost", "Content-Type": "application/json", "x-api-key": key}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def mails(self) -> list[dict[str, Any]]:
        """What its SES has taken."""
        with urllib.request.urlopen(f"{self.url}/_ministack/ses/messages", timeout=10) as response:
            return list(json.load(response)["messages"].get(ACCOUNT, []))


def eventually(look: Callable[[], Found], seconds: float = 60) -> Found:
    """What is seen as soon as there is something to see, or in the end."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.25)
    return found


def environment(url: str | None = None) -> dict[str, str]:
    """For programs that are to know this account only; the layers are built for the host."""
    host = {"LAYER_PLATFORM": "host", "LAYER_PYTHON": "{}.{}".format(*sys.version_info), "VENV": sys.prefix}
    account = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**kept, **host, **account, "SAM_CLI_TELEMETRY": "0", **({"AWS_ENDPOINT_URL": url} if url else {})}


def run(*command: str | Path, url: str | None = None) -> None:
    """Runs a tool of one of the environments; its output is the failure's text."""
    ran = subprocess.run(
        [str(part) for part in command], cwd=ROOT, env=environment(url), capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@contextmanager
def ministack() -> Iterator[str]:
    """The address of a ministack of our own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
    }
    log = BUILT.with_name("ministack.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(Path(sys.prefix, "ministack", "bin", "ministack"))],
            env={**environment(url), **own}, stdout=out, stderr=out, cwd=BUILT.parent,
        )  # fmt: skip
        try:
            assert eventually(lambda: _answers(f"{url}/_ministack/health"), 20), log.read_text()
            yield url
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def deploy(url: str, sender: str) -> Deployed:
    """`sam build` and `sam deploy`; then the routes, which its HTTP API does not take from SAM."""
    sam = Path(sys.prefix, "sam", "bin", "sam")
    run(sam, "build", "--build-dir", BUILT)
    template = BUILT / "ministack.json"
    template.write_text(filtered(BUILT / "template.yaml", BUILT / "CampaignsLayer" / "campaigns"))
    session = boto3.Session(ACCOUNT, "test", region_name=REGION)
    session.client("sesv2", endpoint_url=url).create_email_identity(EmailIdentity=sender)
    options = ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar"]
    run(sam, "deploy", "--template-file", template, "--stack-name", STACK, *options, url=url)
    stack = session.client("cloudformation", endpoint_url=url).describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    return Deployed(url, session, outputs, _add_routes(url, session, json.loads(template.read_text())))


def _add_routes(url: str, session: boto3.Session, template: dict[str, Any]) -> str:
    gateway = session.client("apigatewayv2", endpoint_url=url)
    functions = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in session.client("cloudformation", endpoint_url=url).describe_stack_resources(StackName=STACK)[
            "StackResources"
        ]
    }
    api = str(gateway.get_apis()["Items"][0]["ApiId"])
    for name, resource in template["Resources"].items():
        routes = [
            each["Properties"]
            for each in resource.get("Properties", {}).get("Events", {}).values()
            if each["Type"] == "HttpApi"
        ]
        if not routes:
            continue
        made = gateway.create_integration(
            ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
            IntegrationUri=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{functions[name]}",
        )  # fmt: skip
        for route in routes:
            target = f"integrations/{made['IntegrationId']}"
            gateway.create_route(ApiId=api, RouteKey=f"{route['Method']} {route['Path']}", Target=target)
    return api
