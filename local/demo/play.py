"""Plays a script through the real functions: customers, their past, the deliveries, and time for what they caused."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from local.demo.readers import Readers
from local.shop.script import Delivery, Script, slots
from local.stack import Stack

ADMIN: Final = "dev-admin-key"
SLOT: Final = 240_000
"""Deliveries of four minutes are made together, at their beginning: an event up to five minutes ahead is believed."""
BATCH: Final = 100
Tick = Callable[[int], None]


def load(stack: Stack, script: Script, tick: Tick) -> None:
    """Customers through the admin API, endpoints for their phones, then what happened before today."""
    endpoint = _platform(stack)
    for customer, body in script.customers.items():
        addresses = dict(body.get("addresses", {}))
        if "push" in addresses:
            addresses["push"] = [
                {"token": one["token"], "platform": "sns", "arn": endpoint(one["token"])} for one in addresses["push"]
            ]
        answer = stack.request("PUT", f"/v1/customers/{customer}", {**body, "addresses": addresses}, key=ADMIN)
        _expect(answer, 200, 201, 204)
        tick(1)
    history = list(script.history)
    for start in range(0, len(history), BATCH):
        _expect(stack.post_events(history[start : start + BATCH]), 202)
        stack.settle()
        tick(len(history[start : start + BATCH]))


def play(stack: Stack, script: Script, after: str, tick: Tick) -> None:
    """The deliveries in their order and time, through the door each chose; `after` is how long the clock runs on."""
    readers = Readers(stack)
    for begin, bundle in slots(script.deliveries, SLOT):
        stack.advance_to(max(begin, stack.clock()))
        readers.act()
        _deliver(stack, bundle)
        tick(len(bundle))
    stack.advance_to(max(script.end, stack.clock()))
    readers.act()
    stack.advance(after)


def _deliver(stack: Stack, bundle: Sequence[Delivery]) -> None:
    posted = [delivery.event for delivery in bundle if delivery.door == "http"]
    for start in range(0, len(posted), BATCH):
        _expect(stack.post_events(posted[start : start + BATCH]), 202)
    for delivery in bundle:
        if delivery.door == "admin":
            change = delivery.event
            _expect(stack.request("PUT", f"/v1/customers/{change['id']}", change["body"], key=ADMIN), 200)
    if put := [(str(delivery.event["type"]), _detail(delivery.event)) for delivery in bundle if delivery.door == "bus"]:
        stack.put_events(put)


def _detail(event: Mapping[str, Any]) -> dict[str, Any]:
    return {name: event[name] for name in ("id", "time", "customer", "properties", "context") if name in event}


def _platform(stack: Stack) -> Callable[[str], str]:
    """Makes SNS endpoints, as an app's backend does when a phone registers."""
    sns = stack.session.client("sns")
    application = sns.create_platform_application(Name="shop", Platform="GCM", Attributes={})["PlatformApplicationArn"]
    return lambda token: sns.create_platform_endpoint(PlatformApplicationArn=application, Token=token)["EndpointArn"]


def _expect(answer: Any, *statuses: int) -> None:
    if answer.status not in statuses:
        raise RuntimeError(f"the API answered {answer.status}: {answer.body!r}")
