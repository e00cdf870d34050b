"""The shop's stack in the hands of a test: what is told to it, what came of it, and whether anything was lost."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from local.aws.sizes import item_json
from local.aws.sources import queue_named
from local.clock import VirtualClock, iso, parse_moment
from local.stack import Stack, compile_campaigns
from tests.faults.definitions import write

START: Final = "2026-05-04T08:00:00Z"
"""A Monday, ten in the morning in Copenhagen."""

PATIENCE: Final = 20
"""How often a client asks again."""

ASIDE: Final = ("RejectedQueue", "EventsDlq", "SendDlq", "BulkDlq", "FanOutDlq")


class Shop:
    """A stack of the project's template with the campaigns of `definitions`, on a clock that only tests move."""

    def __init__(self, folder: Path, *, start: str = START, **providers: str) -> None:
        self.folder, self.providers = folder, providers
        self.heard: list[str] = []
        self.stack = Stack.start(
            campaigns=write(folder, providers), clock=VirtualClock(parse_moment(start)), log=self.heard.append
        )
        self.told: set[str] = set()  # ids of accepted events

    @property
    def now(self) -> int:
        return self.stack.clock()

    def know(self, who: str, **attributes: Any) -> str:
        """A customer who can be reached on every channel and has said yes to everything."""
        said = [{"topic": t, "channel": c, "state": "granted"} for t in ("offers", "news") for c in _CHANNELS]
        arn = self.stack.register_device(f"token-{who}")
        addresses = {
            "email": f"{who}@shop.example",
            "phone": f"+4520{sum(map(ord, who)):06}",
            "push": [{"token": f"token-{who}", "platform": "fcm", "arn": arn}],
        }
        self.put(who, attributes=attributes, addresses=addresses, consents=said)
        return who

    def put(self, who: str, **body: Any) -> None:
        """As a backend does: while it is asked to come again, it does."""
        for _ in range(PATIENCE):
            answer = self.stack.request("PUT", f"/v1/customers/{who}", body, key="dev-admin-key")
            if answer.status == 200:
                return
            assert (answer.status, "retry-after" in answer.headers) == (503, True), answer.body
        raise AssertionError(f"{who} was never put")

    def get(self, who: str) -> dict[str, Any]:
        """What the API tells of a customer."""
        answer = self.stack.request("GET", f"/v1/customers/{who}", key="dev-admin-key")
        assert answer.status == 200, answer.body
        body: dict[str, Any] = json.loads(answer.body)
        return body

    def post(self, *events: Mapping[str, Any]) -> None:
        """Over HTTP, until all of them are accepted; nothing of it is worked off yet."""
        left = list(events)
        for _ in range(PATIENCE):
            answer = self.stack.post_events(left)
            not_queued = [left[one["index"]] for one in json.loads(answer.body)["rejected"]]
            assert answer.status == (503 if not_queued else 202), answer.body
            self.told |= {event["id"] for event in left if event not in not_queued}
            if not (left := not_queued):
                return
        raise AssertionError(f"{len(left)} were never accepted")

    def hear(self, *events: Mapping[str, Any]) -> None:
        """Accepted, and worked off with all that follows from it now."""
        self.post(*events)
        self.stack.settle()

    def letter(self, part: str, body: Any) -> None:
        """Straight onto a queue, as whoever feeds it would."""
        text = body if isinstance(body, str) else json.dumps(body)
        url = self.stack.template.resolve.known[part]
        self.stack.session.client("sqs").send_message(QueueUrl=url, MessageBody=text)

    def lying(self, part: str) -> list[str]:
        """The bodies on a queue."""
        return [message.body for message in queue_named(self._queue(part))._messages]

    def clear(self, *parts: str) -> list[str]:
        """The bodies on these queues, which are empty afterwards: the test has looked at them."""
        found = [body for part in parts for body in self.lying(part)]
        for part in parts:
            queue_named(self._queue(part))._messages.clear()
        return found

    def _queue(self, part: str) -> str:
        return str(self.stack.template.resolve.attributes[part, "QueueName"])

    def sent(self, who: str, campaign: str = "") -> list[str]:
        """What the providers accepted for somebody: `campaign step channel`."""
        mine = [m for m in self.stack.messages() if m["customer"] == who and m["campaign"].startswith(campaign)]
        return [f"{m['campaign']} {m['step']} {m['channel']}" for m in mine]

    def times(self, who: str) -> list[str]:
        """When, to the minute, in UTC."""
        return [m["time"][:16] for m in self.stack.messages() if m["customer"] == who]

    def decided(self, who: str) -> list[str]:
        """Decisions and outcomes about somebody: `campaign outcome reason`, in the archive's order."""
        mine = [d for d in self.stack.decisions() if d["customer"] == who]
        return [" ".join(dict.fromkeys(filter(None, (d["campaign"], d["outcome"], d["reason"])))) for d in mine]

    def messages(self, who: str) -> list[tuple[str, str]]:
        """The table's messages of somebody: status and reason."""
        found = [item for item in self.items() if item["pk"]["S"] == f"C#{who}" and item["sk"]["S"].startswith("M#")]
        return sorted((item["status"]["S"], item.get("reason", {}).get("S", "")) for item in found)

    def items(self) -> Iterator[dict[str, Any]]:
        """All of the table."""
        return map(item_json, self.stack.table.all_items())

    def way_out(self, who: str) -> str:
        """The newest unsubscribe link that they were sent."""
        texts = [f"{m['html']}{m['text']}" for m in self.stack.messages() if m["customer"] == who]
        return str(re.findall(r"/u/[\w.-]+", "".join(texts))[-1])

    def fails(self, service: str, operation: str, error: str, times: int = 1, *, applied: bool = False) -> None:
        self.stack.fail(service, operation, error, times, applied=applied)

    def heals(self) -> None:
        """Nothing fails any more, and nobody dies."""
        self.stack.gateway.faults.waiting.clear()
        self.stack.gateway.faults.deaths.clear()

    def during(self, function: str, call: int, deed: Callable[[], object]) -> list[str]:
        """While a function stands before its n-th AWS call from now on, something happens. Says what it was about to call."""
        seen: list[str] = []

        def witness(running: str, service: str, operation: str, request: object) -> None:
            if running == function and len(seen) < call:
                seen.append(f"{service}.{operation}")
                if len(seen) == call:
                    deed()

        self.stack.gateway.witness = witness
        return seen

    @contextmanager
    def sweepless(self) -> Iterator[None]:
        """The minute does not come."""
        player = self.stack.player
        kept, player.schedules = player.schedules, ()
        yield
        player.schedules = kept
        player._tried, player._patience = frozenset(), 1  # nothing was tried: it goes on with the very next minute

    def deploy(self, **changed: str | None) -> None:
        """Other campaigns from now on, in new sandboxes."""
        for path in self.folder.glob("*/*"):
            path.unlink()
        for path in self.folder.glob("*/"):
            path.rmdir()
        compile_campaigns(write(self.folder, self.providers, changed), self.stack._layer)
        self.stack.lambdas.close()

    def archived(self) -> list[dict[str, Any]]:
        """The archive's events, each delivery of each."""
        return [line["event"] for line in self.stack.archive.lines() if "event" in line]

    def lost(self) -> set[str]:
        """Ids of accepted events that are neither in the archive, nor put aside, nor still on a queue."""
        told = {event["id"] for event in self.archived()}
        rest = [body for part in (*ASIDE, "EventsQueue") for body in self.lying(part)]
        return {id for id in self.told - told if not any(_holds(body, id) for body in rest)}

    def under_way(self) -> list[str]:
        """What has a moment behind it and is not worked off; what the next minute looks at to judge a channel is nobody."""
        by_now = [item for item in self.items() if int(item.get("due_at", {}).get("N", self.now + 1)) <= self.now]
        named = [f"{item['pk']['S']} {item['sk']['S']}" for item in by_now]
        return [name for name in named if not name.startswith("R#")]


_CHANNELS: Final = ("email", "sms", "push")


def _holds(body: str, id: str) -> bool:
    return json.dumps(id) in body.replace('\\"', '"')


def event(kind: str, who: str | None, id: str, time: int | None = None, **properties: Any) -> dict[str, Any]:
    """An event as a shop posts it."""
    told: dict[str, Any] = {"type": kind, "id": id, "properties": properties}
    return told | ({"customer": who} if who else {}) | ({} if time is None else {"time": iso(time)})


def cart(who: str, id: str, cart_id: str = "c", time: int | None = None) -> dict[str, Any]:
    return event("cart.updated", who, id, time, cart_id=f"{who}-{cart_id}")


def counted(words: Iterable[str]) -> dict[str, int]:
    """How many of each."""
    return dict(Counter(words))
