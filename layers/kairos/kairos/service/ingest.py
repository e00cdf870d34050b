"""Events over HTTP: understood one by one, queued together, answered when they are durable."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kairos.domain.access import Key, Scope
from kairos.domain.events import Event
from kairos.domain.sources import canonical, cloudevents, own, segment
from kairos.domain.sources.parts import BadEvent
from kairos.service import strict_json
from kairos.service.answers import Answer, answer, problem
from kairos.service.keys import Keys, key_of
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, QueueRefused, Queues
from kairos.service.receipts import Receipts

LARGEST_REQUEST: Final = 1024 * 1024
LARGEST_EVENT: Final = 200 * 1024
"""With its envelope it must fit into one message of a queue."""
MOST_EVENTS: Final = 10_000
"""As many as are surely queued before the door times out, ten at a time."""


@dataclass(slots=True)
class Ingest:
    """Takes events in."""

    queues: Queues
    keys: Keys
    clock: Clock
    ids: Callable[[], str]
    tally: Tally
    receipts: Receipts = field(init=False)

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.clock)

    def __call__(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """202 with what was accepted and what was not; 400 if nothing was, 503 if the queue would not take it."""
        key = self.keys.admit(headers, Scope.BROWSER)
        if isinstance(key, Answer):
            return key
        if len(body) > LARGEST_REQUEST:
            return problem(413, "too_large", f"must have at most {LARGEST_REQUEST} bytes")
        try:
            told = strict_json.parse(body)
        except BadEvent as error:
            return problem(400, error.code, error.message)
        single = not isinstance(told, list)
        if single:
            told = [cloudevents.of_headers(headers, told) or told]
        if not told:
            return problem(400, "empty", "must hold at least one event")
        if len(told) > MOST_EVENTS:
            return problem(413, "too_many", f"must hold at most {MOST_EVENTS} events")
        self.keys.throttle.spend(key, len(told))
        return self._take(told, single, key)

    def refuse(self, headers: Mapping[str, str]) -> Answer | None:
        """The answer to somebody who may report nothing; None to everybody else."""
        admitted = self.keys.admit(headers, Scope.BROWSER)
        return admitted if isinstance(admitted, Answer) else None

    def identify(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Segment's `identify`: exactly 200 once it is queued, which is what its clients take for success."""
        if len(body) > LARGEST_REQUEST:
            return problem(413, "too_large", f"must have at most {LARGEST_REQUEST} bytes")
        try:
            told = strict_json.parse(body)
            key = self.keys.admit(_with_key(headers, told), Scope.BROWSER)
            if isinstance(key, Answer):
                return key
            self.keys.throttle.spend(key, 1)
            event = segment.identify(told, received=self.clock(), new_id=self.ids, trusted=key.trusted)
            _permit(event, key)
            event = replace(event, received=self.receipts())
            self.queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)}])
        except BadEvent as error:
            return self.refuse(headers) or problem(400, error.code, error.message, field=error.field)
        except QueueRefused:
            return problem(503, "not_queued", "send it again", headers={"Retry-After": "5"})
        self.tally.count("AcceptedEvents")
        return answer(200, {"success": True})

    def _take(self, told: list[Any], single: bool, key: Key) -> Answer:
        received = self.clock()
        events: dict[int, Event] = {}
        rejected: list[dict[str, Any]] = []
        for index, one in enumerate(told):
            try:
                events[index] = self._understand(one, received, key)
            except BadEvent as error:
                rejected.append(_rejection(index, one, error.code, error.message, error.field))
        self.tally.count("RejectedEvents", by=len(rejected))
        if not events:
            first = rejected[0]
            status = 413 if all(one["code"] == "too_large" for one in rejected) else 400
            return problem(status, first["code"], first["message"], field=first.get("field"), rejected=rejected)
        return self._queue(told, events, rejected, single)

    def _understand(self, one: Any, received: int, key: Key) -> Event:
        normalise = cloudevents.normalise if cloudevents.is_one(one) else own.normalise
        event = normalise(one, received=received, new_id=self.ids, trusted=key.trusted)
        _permit(event, key)
        event = replace(event, received=self.receipts())
        if len(json.dumps(canonical.to_dict(event)).encode()) > LARGEST_EVENT:
            raise BadEvent("too_large", f"must have at most {LARGEST_EVENT} bytes")
        return event

    def _queue(
        self, told: list[Any], events: Mapping[int, Event], rejected: list[dict[str, Any]], single: bool
    ) -> Answer:  # fmt: skip
        indexes, lost = list(events), []
        try:
            self.queues.put_events([{"kairos": "event", "event": canonical.to_dict(e)} for e in events.values()])
        except QueueRefused as error:
            lost = [indexes[i] for i in error.indexes]
            rejected = rejected + [_rejection(i, told[i], "not_queued", "send it again", "") for i in lost]
        accepted = len(events) - len(lost)
        self.tally.count("AcceptedEvents", by=accepted)
        if lost:
            again = {"Retry-After": "5"}
            return problem(503, "not_queued", "send these again", headers=again, accepted=accepted, rejected=rejected)
        body: dict[str, Any] = {"accepted": accepted, "rejected": rejected}
        return answer(202, body | ({"id": events[0].id} if single else {}))


def _permit(event: Event, key: Key) -> None:
    """With a browser's key somebody's behaviour of the listed types is reported, and nothing else. Raises BadEvent."""
    if key.trusted:
        return
    if event.type not in key.types:
        raise BadEvent("not_allowed", "is no type that this key may report", "type")
    if event.customer is None:
        raise BadEvent("not_allowed", "needs a server key: without a customer it is about everybody", "customer")


def _rejection(index: int, one: Any, code: str, message: str, field: str) -> dict[str, Any]:
    sender = one.get("id") if isinstance(one, dict) else None
    named = {"id": sender} if isinstance(sender, str) and sender else {}
    return {"index": index, **named, "code": code, "message": message, **({"field": field} if field else {})}


def _with_key(headers: Mapping[str, str], told: Any) -> Mapping[str, str]:
    """A browser's beacon has no headers of its own: there the key is in the body."""
    key = told.get("writeKey") if isinstance(told, dict) else None
    return {"x-api-key": key} if isinstance(key, str) and not key_of(headers) else headers
