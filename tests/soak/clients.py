"""A few clients that tell one running `kairos dev` what they have, side by side, until it is taken."""

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from tests.end_to_end.dev_client import Dev
from tests.soak.traffic import Knock

CLIENTS: Final = 4
BATCH: Final = 100
BUS_BATCH: Final = 10
PATIENCE: Final = 50


class Clients:
    """What was accepted of them, and what was refused."""

    def __init__(self, dev: Dev) -> None:
        self.dev = dev
        self.accepted: set[str] = set()
        self.knocks = self.refused = self.asked_again = 0
        self.put_aside: dict[str, int] = {}  # what the bus took and nobody can understand -> by when
        self._lock = threading.Lock()
        self._bus, self._events = dev.bus, dev.aws("events")

    def tell(self, knocks: Sequence[Knock], end: int) -> None:
        """Those of the hour up to `end`; returns when all of it was answered for good."""
        http = [knock for knock in knocks if knock.door == "http"]
        bus = [knock for knock in knocks if knock.door == "bus"]
        work = [(self._post, http[at : at + BATCH]) for at in range(0, len(http), BATCH)]
        work += [(partial(self._put, end=end), bus[at : at + BUS_BATCH]) for at in range(0, len(bus), BUS_BATCH)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            for done in [pool.submit(deed, part) for deed, part in work]:
                done.result()
        for knock in knocks:
            if knock.door == "admin":
                self.change(str(knock.event["id"]), knock.event["body"])
        self.knocks += len(knocks)

    def introduce(self, customers: Mapping[str, Mapping[str, Any]]) -> None:
        """Customers with their addresses, and an endpoint of SNS for each of their phones."""
        sns = self.dev.aws("sns")
        application = sns.create_platform_application(Name="shop", Platform="GCM", Attributes={})
        at = application["PlatformApplicationArn"]
        for customer, body in customers.items():
            addresses = dict(body.get("addresses", {}))
            if "push" in addresses:
                addresses["push"] = [
                    {
                        "token": one["token"], "platform": "sns",
                        "arn": sns.create_platform_endpoint(PlatformApplicationArn=at, Token=one["token"])["EndpointArn"],
                    }
                    for one in addresses["push"]
                ]  # fmt: skip
            self.change(customer, {**body, "addresses": addresses})

    def change(self, customer: str, body: Any) -> None:
        """`PUT /v1/customers/{id}`, as a backend does."""
        for _ in range(PATIENCE):
            status, answer = self.dev.ask("PUT", f"/v1/customers/{customer}", body, key="dev-admin-key")
            if status == 200:
                return
            assert status in (429, 500, 503), answer
            self.asked_again += 1
        raise AssertionError(f"{customer} was never put")

    def _post(self, knocks: list[Knock]) -> None:
        left = knocks
        for _ in range(PATIENCE):
            status, answer = self.dev.ask("POST", "/v1/events", [knock.event for knock in left])
            if status in (202, 400) or (status == 503 and "rejected" in answer):
                again = self._taken(left, answer.get("rejected", []))
            else:
                assert status in (429, 500, 503), answer
                again = left
            if not again:
                return
            self.asked_again, left = self.asked_again + 1, again
        raise AssertionError(f"{len(left)} were never taken: {status} {json.dumps(answer)[:300]}")

    def _taken(self, told: list[Knock], rejected: list[dict[str, Any]]) -> list[Knock]:
        """Notes what was taken and what was refused for good; what is to be told again."""
        codes = {one["index"]: one["code"] for one in rejected}
        again = [knock for index, knock in enumerate(told) if codes.get(index) == "not_queued"]
        with self._lock:
            for index, knock in enumerate(told):
                if index not in codes:
                    assert not knock.broken, knock.event
                    self.accepted.add(str(knock.event["id"]))
                elif codes[index] != "not_queued":
                    assert knock.broken, (codes[index], knock.event)
                    self.refused += 1
        return again

    def _put(self, knocks: list[Knock], end: int) -> None:
        entries = [
            {
                "Source": "shop", "DetailType": str(knock.event["type"]), "EventBusName": self._bus,
                "Detail": json.dumps({name: knock.event[name] for name in _DETAIL if name in knock.event}),
            }
            for knock in knocks
        ]  # fmt: skip
        answer = self._events.put_events(Entries=entries)
        assert not answer["FailedEntryCount"], answer
        with self._lock:
            self.accepted |= {str(knock.event["id"]) for knock in knocks if not knock.broken}
            self.put_aside |= {str(knock.event["id"]): end for knock in knocks if knock.broken}


_DETAIL: Final = ("id", "time", "customer", "properties", "context")
