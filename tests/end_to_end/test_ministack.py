"""The template in an AWS that nobody here wrote: events in by plain clients, mail out of its SES."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.ministack import Deployed, deploy, eventually, ministack

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def stack() -> Iterator[Deployed]:
    with ministack() as url:
        yield deploy(url, "nordlys.example")


def mail_to(stack: Deployed, address: str) -> dict[str, Any] | None:
    return eventually(lambda: next((mail for mail in stack.mails() if address in str(mail["To"])), None))


def registered(address: str) -> dict[str, Any]:
    name = address.split("@")[0]
    return {"customer": {"id": name, "email": address}, "properties": {"first_name": name.title()}}


def test_an_event_put_on_the_bus_becomes_a_message_in_its_ses(stack: Deployed) -> None:
    entry = {
        "Source": "shop", "DetailType": "customer.registered", "EventBusName": stack.outputs["BusName"],
        "Detail": json.dumps(registered("astrid@customer.example")),
    }  # fmt: skip
    assert stack.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    mail = mail_to(stack, "astrid@customer.example")
    assert mail is not None


def test_an_event_posted_over_http_becomes_a_message_in_its_ses(stack: Deployed) -> None:
    event = {"type": "customer.registered", **registered("bjarke@customer.example")}
    status, answer = stack.http("POST", "/v1/events", event, stack.key)
    assert (status, answer["accepted"]) == (202, 1)
    assert mail_to(stack, "bjarke@customer.example") is not None


def test_an_event_without_a_key_is_turned_away(stack: Deployed) -> None:
    assert stack.http("POST", "/v1/events", {"type": "customer.registered"})[0] == 401


def test_a_customer_put_by_a_backend_can_be_got(stack: Deployed) -> None:
    key = stack.key
    status, _ = stack.http("PUT", "/v1/customers/clara", {"attributes": {"tier": "gold"}}, key)
    assert status == 200
    status, customer = stack.http("GET", "/v1/customers/clara", key=key)
    assert status == 200
    assert customer["attributes"]["backend"]["tier"]
