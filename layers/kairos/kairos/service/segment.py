"""The routes of the Segment protocol: what its clients send, answered as they expect it.

200, exactly, once everything is taken: what was understood is queued, the rest of a batch is rejected with its reason. Any other
answer means that nothing was: 400 if nothing could be understood, or was as agreed, which these clients drop; 503 for them to send again, which is
harmless, since `messageId` stays the same.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kairos.domain.access import Key, Scope
from kairos.domain.events import Event, Json
from kairos.domain.sources import canonical, queued, segment
from kairos.domain.sources.bounds import LARGEST_EVENT, MOST_EVENTS
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.service import strict_json
from kairos.service.agreed import Agreed, OffContract
from kairos.service.answers import Answer, answer, problem, refusal
from kairos.service.inflating import plain
from kairos.service.intake import fit, permitted
from kairos.service.keys import Keys, key_of
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, QueueRefused, Queues
from kairos.service.receipts import Receipts

AGAIN: Final = {"Retry-After": "5"}


@dataclass(slots=True)
class SegmentCalls:
    """Takes calls of the protocol in."""

    queues: Queues
    keys: Keys
    clock: Clock
    ids: Callable[[], str]
    tally: Tally
    normalise: Segment
    agreed: Agreed
    receipts: Receipts

    def __call__(self, call: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`call` is a route's last part, short or long; the key may also be in the body."""
        try:
            told = strict_json.parse(plain(headers, body))
            key = self.keys.admit(_with_key(headers, told), Scope.BROWSER)
            if isinstance(key, Answer):
                return key
            messages = segment.messages(segment.SHORT.get(call, call), told)
        except BadEvent as error:
            return self.keys.refuse(headers, Scope.BROWSER) or refusal(error)
        if len(messages) > MOST_EVENTS:
            return problem(413, "too_many", f"must hold at most {MOST_EVENTS} messages")
        self.keys.throttle.spend(key, len(messages))
        return self._take(messages, key)

    def _take(self, messages: list[Any], key: Key) -> Answer:
        received = self.clock()
        events: list[Event] = []
        bad: list[tuple[int, BadEvent]] = []
        for index, message in enumerate(messages):
            try:
                event = self.normalise(message, received=received, new_id=self.ids, trusted=key.trusted)
                event = fit(permitted(replace(event, received=self.receipts()), key))
                self.agreed(event)
                events.append(event)
            except BadEvent as error:
                bad.append((index, error))
        try:
            self.queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)} for event in events])
            self.queues.put_rejected(
                [
                    self._rejection(messages[index], received, error, key)
                    for index, error in bad
                    if events or isinstance(error, OffContract)
                ]
            )
        except QueueRefused:
            return problem(503, "not_queued", "send it again", headers=AGAIN)
        self.tally.count("AcceptedEvents", by=len(events))
        self.tally.count("RejectedEvents", by=len(bad))
        if bad and not events:
            return refusal(bad[0][1], rejected=[_said(*one) for one in bad] if len(messages) > 1 else [])
        return answer(200, {"success": True} | ({"rejected": [_said(*one) for one in bad]} if bad else {}))

    def _rejection(self, message: Any, received: int, error: BadEvent, key: Key) -> Json:
        """As `evaluate` puts aside what it does not understand; what would not fit into a queue is named only."""
        if isinstance(error, OffContract):
            return error.aside()
        named = message if isinstance(message, dict) else {"messageId": "", "not_an_object": message}
        body = json.dumps(queued.refused(named, received, self.ids(), trusted=key.trusted), default=_flaw)
        if len(body) > LARGEST_EVENT:
            body = json.dumps({"messageId": named.get("messageId")})
        return {"reason": error.code, "message": error.message, "field": error.field, "body": body}


def _said(index: int, error: BadEvent) -> dict[str, Any]:
    field = {"field": error.field} if error.field else {}
    return {"index": index, "code": error.code, "message": error.message, **field}


def _flaw(flaw: Any) -> dict[str, str]:
    """What stands in a rejected message where JSON said something that cannot be carried."""
    return {"flaw": str(getattr(flaw, "message", ""))}


def _with_key(headers: Mapping[str, str], told: Any) -> Mapping[str, str]:
    """A browser's beacon has no headers of its own: there the key is in the body."""
    key = told.get("writeKey") if isinstance(told, dict) else None
    return {"x-api-key": key} if isinstance(key, str) and not key_of(headers) else headers
