"""Payloads against a stack in this process; every answer looked at, every accepted event accounted for."""

import base64
import gzip
import json
import logging
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from kairos.domain.events import OWN_TYPES
from kairos.service.inflating import LARGEST
from local.aws.http_api import Request, Response
from local.aws.sources import queue_named
from local.clock import VirtualClock, parse_moment
from local.stack import Stack
from tests.fuzz.mutations import broken
from tests.fuzz.seeds import Seed, seeds

START: Final = "2026-05-04T08:00:00Z"
DRAINED: Final = 200
"""Payloads after which all that they caused is worked off."""
KEYS: Final = ("dev-write-key", "dev-admin-key")


@dataclass(slots=True)
class Tally:
    """What became of the payloads."""

    payloads: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    accepted: int = 0  # events, by the answers; and those of the bus, which takes everything
    archived: int = 0
    rejected: int = 0
    dead: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def unaccounted(self) -> int:
        return self.accepted - self.archived - self.rejected - self.dead

    def add(self, other: "Tally") -> None:
        """Together."""
        self.answers += other.answers
        self.failures += other.failures
        for name in ("payloads", "accepted", "archived", "rejected", "dead"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Fuzz:
    """Payloads against one stack, and the account of them."""

    def __init__(self) -> None:
        logging.getLogger("kairos").setLevel(logging.CRITICAL)  # what is not as agreed is nothing new here
        self.tally, self._heard = Tally(), list[str]()
        self.stack = Stack.start(clock=VirtualClock(parse_moment(START)), log=self._heard.append)

    def payload(self, number: int) -> None:
        """Sends the payload of this seed, and looks at the answer."""
        chance, stack, tally = Random(number), self.stack, self.tally
        seed, raw = broken(chance.choice(seeds()), chance)
        tally.payloads += 1
        if seed.method == "BUS":
            tally.accepted += _to_bus(stack, number, seed, raw)
            return
        key = KEYS[1] if seed.path.startswith("/v1/customers") else chance.choice(KEYS)
        headers = {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(), "host": "127.0.0.1"}
        answer = stack.api.handle(
            Request(seed.method, seed.path, "", {**headers, **dict(seed.headers)}, raw), stack.clock()
        )  # fmt: skip
        tally.answers[answer.status] += 1
        tally.accepted += _accepted(seed, raw, answer)
        if wrong := _wrong(seed, answer):
            tally.failures.append(f"payload {number}: {seed.method} {seed.path} {wrong}")

    def drain(self) -> None:
        """Has all that was queued worked off; counts what was put aside, and takes it away."""
        self.stack.settle()
        for part in ("RejectedQueue", "EventsDlq"):
            queue = queue_named(self.stack.template.resolve.attributes[part, "QueueName"])
            for message in queue._messages:
                if part == "EventsDlq":
                    self.tally.dead += 1
                    self.tally.failures.append(f"a dead letter: {message.body[:300]}")
                elif '"kairos": "segment"' not in json.loads(message.body)["body"]:  # those were never accepted
                    self.tally.rejected += 1
            queue._messages.clear()

    def finish(self) -> Tally:
        """The whole account, three hours later: whatever fails has failed ten times by then."""
        try:
            self.stack.advance("3h")
            self.drain()
            for line in self.stack.archive.lines():
                event: Any = line.get("event")
                self.tally.archived += bool(event) and not event.get("own") and event["type"] not in OWN_TYPES
            self.tally.failures += [f"a function failed: {line}" for line in self._heard]
        finally:
            self.stack.stop()
        return self.tally


def run(first: int, count: int) -> Tally:
    """The payloads of these seeds, against a stack of their own."""
    fuzz = Fuzz()
    for number in range(first, first + count):
        fuzz.payload(number)
        if (number - first) % DRAINED == DRAINED - 1:
            fuzz.drain()
    return fuzz.finish()


def _to_bus(stack: Stack, number: int, seed: Seed, raw: bytes) -> int:
    """As EventBridge writes it into the queue; it lets nothing through that is no JSON, or more than a queue takes."""
    try:
        detail = json.loads(raw)
    except (ValueError, RecursionError):
        return 0
    envelope = {
        "version": "0", "id": f"env-{number}", "detail-type": seed.path, "source": "shop", "time": START, "detail": detail,
    }  # fmt: skip
    if len(body := json.dumps(envelope)) > LARGEST:
        return 0
    url = stack.template.resolve.known["EventsQueue"]
    stack.session.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    return 1


def _accepted(seed: Seed, raw: bytes, answer: Response) -> int:
    """How many events the answer says were taken."""
    if answer.status not in (200, 202, 503) or seed.method != "POST" or not seed.path.startswith("/v1/"):
        return 0
    told = json.loads(answer.body)
    if seed.path == "/v1/events":
        return int(told.get("accepted", 0))
    if answer.status == 503:
        return 0
    body = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    messages = body["batch"] if seed.path.rpartition("/")[2] in ("batch", "b", "import") else [body]
    return len(messages) - len(told.get("rejected", []))


def _wrong(seed: Seed, answer: Response) -> str:
    """What is wrong with an answer, whatever was asked."""
    if answer.status >= 500:
        return f"answered {answer.status}: {answer.body[:300]!r}"
    if seed.path.startswith("/v1/") and answer.status in (400, 401, 403, 413, 415):
        problem = json.loads(answer.body)
        if not (problem.get("message") and (problem.get("code") or problem["status"] == 413)):
            return f"a problem that says nothing: {answer.body[:300]!r}"
    return ""
