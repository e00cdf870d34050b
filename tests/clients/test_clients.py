"""The client libraries that a shop already has, unmodified, against `kairos dev` over HTTP; and each snippet of docs/clients.md as it stands.

Each library identifies a customer, registers them, fills a cart and sends 250 views; the first batch of each meets a queue that is out
of order. Nothing is lost, nothing is sent again once it was taken, the welcome comes at once and the cart is remembered an hour later.
"""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from kairos.catalog.mapping import compile_mapping
from kairos.domain.events import Ref
from kairos.domain.sources import eventbridge
from kairos.domain.sources.segment import Segment
from tests.clients.archived import archived
from tests.clients.told import BROWSER, CLIENTS, LIBRARIES, NODE, PYTHON, Page, Told, missing, name
from tests.end_to_end.dev_client import ROOT, Dev

TEXT = (ROOT / "docs" / "clients.md").read_text()
SHOPS = (ROOT / "docs" / "shops.md").read_text()
SNIPPETS = dict(re.findall(r"^```\w+\n(?:#|//) test: (\w+)\n(.*?)^```$", TEXT + SHOPS, re.MULTILINE | re.DOTALL))
AWS = PYTHON.parent / "aws"


@pytest.fixture(scope="module")
def dev() -> Iterator[Dev]:
    started = Dev("--clock", "virtual")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def told(dev: Dev) -> Iterator[Told]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield Told(dev, f"http://127.0.0.1:{site.server_port}")
    finally:
        site.shutdown()


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


def run(dev: Dev, snippet: str, *command: Any) -> None:
    """The snippet as it stands, with this machine's addresses."""
    if not os.access(command[0], os.X_OK):
        pytest.skip(f"{snippet}: {command[0]} is not here, see make tools")
    told = SNIPPETS[snippet].replace("http://127.0.0.1:8080", dev.url).replace("BUS", dev.bus)
    aws = {
        "AWS_ENDPOINT_URL": dev.aws_url,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
    path = os.pathsep.join([str(AWS.parent), os.environ["PATH"]])
    ran = subprocess.run(
        [*map(str, command), told], env={**os.environ, **aws, "PATH": path}, capture_output=True, text=True, timeout=60,
        cwd=LIBRARIES.parent if LIBRARIES.is_dir() else ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def known(dev: Dev, who: str) -> Any:
    dev.ask("POST", "/_local/settle")
    return dev.ask("GET", f"/v1/customers/{who}", key="dev-admin-key")[1]


def test_segment_of_python(dev: Dev) -> None:
    run(dev, "segment", PYTHON, "-c")
    assert known(dev, "ada")["attributes"]["declared"] == {"first_name": "Ada"}


def test_segment_of_node(dev: Dev) -> None:
    if not (NODE and LIBRARIES.is_dir()):
        pytest.skip("segment of node: not here, see .ci/clients")
    run(dev, "node", NODE, "-e")
    assert known(dev, "bo")["addresses"] == {"email": "bo@shop.example"}


def test_a_webhook_of_shopify(dev: Dev) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("webhook: openssl is not here")
    run(dev, "webhook", "/bin/sh", "-ec")
    assert known(dev, "anonymous%3Acart-1")["id"] == "anonymous:cart-1"


def test_products_of_any_shop(dev: Dev) -> None:
    run(dev, "product", "/bin/sh", "-c")
    dropped = [event for event in archived(dev) if event["type"] == "product.price_dropped"]
    assert [(event["properties"]["percent"], event["id"]) for event in dropped] == [(20, "p-2.price_dropped")]


def test_curl(dev: Dev) -> None:
    run(dev, "sh", "/bin/sh", "-c")
    assert ("m-1", "Chat Opened", {"id": "cai"}) in [(e["id"], e["type"], e["customer"]) for e in archived(dev)]


def test_a_body_in_chunks(dev: Dev) -> None:
    connection = http.client.HTTPConnection(dev.url.removeprefix("http://"))
    parts = iter([b'{"userId": "gro", "traits": ', b'{"firstName": "Gro"}, ', b'"writeKey": "dev-write-key"}'])
    connection.request("POST", "/v1/i", parts, {"content-type": "text/plain"}, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())) == (200, {"success": True})
    assert known(dev, "gro")["attributes"]["declared"] == {"first_name": "Gro"}


def test_cloudevents(dev: Dev) -> None:
    run(dev, "cloudevents", PYTHON, "-c")
    assert "kite" in known(dev, "dora")["interest"]["product"]


def test_boto3(dev: Dev) -> None:
    run(dev, "boto3", sys.executable, "-c")
    assert known(dev, "emil")["addresses"] == {"email": "emil@shop.example"}


def test_the_aws_command_line(dev: Dev) -> None:
    if not AWS.exists():
        pytest.skip("cli: the AWS command line is not here, see make tools")
    run(dev, "cli", "/bin/sh", "-c")
    assert ("stock", "product.back_in_stock") in [(e["source"], e["type"]) for e in archived(dev) if "source" in e]


def test_a_pipe_s_template_makes_a_detail_that_is_understood() -> None:
    target = yaml_parse(SNIPPETS["pipe"])["Orders"]["Properties"]["TargetParameters"]
    order = {"body": {"number": "o-7", "customer": {"id": "fia"}, "sum": 12.5}}
    detail = re.sub(r"<\$\.([\w.]+)>", lambda path: json.dumps(_dig(order, path[1])), target["InputTemplate"])
    said = target["EventBridgeEventBusParameters"]
    envelope = {"id": "e1", "detail-type": said["DetailType"], "source": said["Source"], "detail": json.loads(detail)}
    event = eventbridge.normalise(envelope, received=1, messages=Segment())
    assert (event.id, event.type, event.customer) == ("o-7", "order.placed", Ref(id="fia"))
    assert event.properties == {"order_id": "o-7", "total": 12.5}


def _dig(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("snippet", ["pipe", "destination"])
def test_what_is_deployed_is_a_template_that_cfn_lint_knows(snippet: str, tmp_path: Any) -> None:
    """With what it refers to beside it."""
    resources: dict[str, Any] = {name: {"Type": "AWS::SQS::Queue"} for name in ("OrdersQueue", "UndeliveredQueue")}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    }
    resources |= dict.fromkeys(("OrdersRole", "ToKairosRole"), role)
    parameters = {"BusArn": {"Type": "String"}, "KairosUrl": {"Type": "String"}}
    written = "\n".join(f"  {line}" for line in SNIPPETS[snippet].splitlines())
    template = f"Parameters: {json.dumps(parameters)}\nResources:\n{written}\n"
    template += "".join(f"  {name}: {json.dumps(one)}\n" for name, one in resources.items())
    (tmp_path / "template.yaml").write_text(template)
    ran = subprocess.run(
        [Path(sys.prefix) / "bin" / "cfn-lint", "--ignore-checks", "W", "--", str(tmp_path / "template.yaml")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


def test_the_table_of_events_is_the_mapping_s() -> None:
    rows = re.findall(
        r"^\| ([A-Z][^|]+) \| `([a-z_.]+)` \|", TEXT.split("<!-- mapping -->")[1].split("\n## ")[0], re.MULTILINE
    )
    told = {name: type for names, type in rows for name in names.split(", ")}
    assert told == {name: rule["type"] for name, rule in compile_mapping(ROOT / "events")["events"].items()}
