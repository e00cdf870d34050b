"""The two ports of `kairos dev`, and its local routes."""

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.clock import VirtualClock
from local.server import PortTaken, Server
from local.stack import Stack
from local.state import load, save, saved_moment


@pytest.fixture
def server(stack: Stack) -> Iterator[Server]:
    made = Server(0, 0)
    made.start(stack)
    yield made
    made.stop()


def ask(server: Server, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, {"content-type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def client(server: Server, service: Any) -> Any:
    return boto3.client(
        service, endpoint_url=server.aws_url, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y"
    )


def test_any_aws_client_puts_events_on_the_bus_and_they_are_worked_off_without_asking(
    server: Server, stack: Stack
) -> None:
    bus = next(b["Name"] for b in client(server, "events").list_event_buses()["EventBuses"] if b["Name"] != "default")
    client(server, "events").put_events(
        Entries=[{"Source": "shop", "DetailType": "cart.updated", "Detail": "{}", "EventBusName": bus}]
    )
    seen = stack.lambdas.module("Function").seen
    deadline = time.monotonic() + 5
    while not seen and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [body["detail-type"] for body, _, _ in seen] == ["cart.updated"]


def test_tables_and_queues_are_read_with_any_aws_client(server: Server, stack: Stack) -> None:
    assert client(server, "dynamodb").list_tables()["TableNames"] == [stack.table.name]
    assert len(client(server, "sqs").list_queues()["QueueUrls"]) == 3
    url = stack.template.resolve.known["Dlq"]
    assert "Messages" not in client(server, "sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)


@pytest.mark.parametrize("given", ["http", "aws"])
def test_a_port_that_somebody_has_is_named(given: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}: Address already in use"):
            Server(*((port, 0) if given == "http" else (0, port)))


def test_the_api_answers_over_http(server: Server) -> None:
    status, event = ask(server, "POST", "/echo/anna?x=1", {"n": 1})
    assert (status, event["pathParameters"], event["rawQueryString"]) == (201, {"name": "anna"}, "x=1")


def test_the_clock_moves_when_told_and_says_where_it_is(server: Server) -> None:
    assert ask(server, "POST", "/_local/clock", {"advance": "1h30m"}) == (200, {"now": "2026-05-01T11:30:00Z"})
    assert ask(server, "POST", "/_local/clock", {"to": "2026-05-02T09:00:00+02:00"}) == (
        200,
        {"now": "2026-05-02T07:00:00Z"},
    )
    assert ask(server, "POST", "/_local/settle") == (200, {"now": "2026-05-02T07:00:00Z"})


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/_local/clock", b"{", None),
        ("/_local/clock", b"[]", None),
        ("/_local/clock", {}, "advance"),
        ("/_local/clock", {"advance": "soon"}, "advance"),
        ("/_local/clock", {"advance": 5}, "advance"),
        ("/_local/clock", {"to": "soon"}, "to"),
        ("/_local/clock", {"to": "2020-01-01T00:00:00Z"}, "to"),
        ("/_local/clock", {"advance": "999999999w"}, "advance"),
        ("/_local/clock", {"by": "1h"}, "by"),
        ("/_local/faults", {"service": "ses", "operation": "Send", "error": "x"}, "operation"),
    ],
)
def test_what_cannot_be_is_refused_by_field(server: Server, path: str, body: Any, field: str | None) -> None:
    status, problem = ask(server, "POST", path, body)
    assert (status, problem["status"], problem.get("field")) == (400, 400, field)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/_local/nothing", 404), ("GET", "/_local/clock", 405), ("GET", "/v1/nothing", 404)],
)
def test_what_is_not_there_is_said_in_problem_json(server: Server, method: str, path: str, status: int) -> None:
    found, problem = ask(server, method, path)
    assert (found, problem["status"]) == (status, status)


def test_lists_are_chosen_by_parameters(server: Server, stack: Stack) -> None:
    url = stack.template.resolve.known["Queue"]
    client(server, "sqs").send_message(QueueUrl=url, MessageBody='{"mail": "anna@shop.example"}')
    ask(server, "POST", "/_local/settle")
    assert len(ask(server, "GET", "/_local/messages?campaign=welcome")[1]) == 1
    assert ask(server, "GET", "/_local/messages?campaign=other")[1] == []
    assert ask(server, "GET", "/_local/messages?colour=red")[0] == 400
    assert ask(server, "GET", "/_local/decisions") == (200, [])
    assert ask(server, "GET", "/_local/costs")[1]["requests"]["ses"] == {"SendEmail": 1}


def test_a_saved_stack_goes_on_where_it_was(stack: Stack, tmp_path: Path, clock: VirtualClock) -> None:
    item: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "b"}, "v": {"B": b"\x01"}}
    sqs, known = stack.session.client("sqs"), stack.template.resolve.known
    stack.session.client("dynamodb").put_item(TableName=stack.table.name, Item=item)
    sqs.send_message(QueueUrl=known["Queue"], MessageBody='{"mail": "anna@shop.example"}')
    stack.settle()
    sqs.send_message(QueueUrl=known["Dlq"], MessageBody="left")
    sent = stack.messages()
    save(stack, tmp_path)
    stack.stop()

    again = Stack.start(campaigns=None, clock=clock, template=tmp_path / "template.yaml", log=lambda line: None)
    load(again, tmp_path)
    left = again.session.client("sqs").receive_message(QueueUrl=again.template.resolve.known["Dlq"])["Messages"]
    key = {"pk": item["pk"], "sk": item["sk"]}
    assert saved_moment(tmp_path) == clock.now
    assert again.session.client("dynamodb").get_item(TableName=again.table.name, Key=key)["Item"] == item
    assert [message["Body"] for message in left] == ["left"]
    assert again.messages() == sent
