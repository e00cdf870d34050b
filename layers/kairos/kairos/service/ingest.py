"""Events over HTTP: understood one by one, queued together, answered when they are durable."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kairos.domain.access import Key, Scope
from kairos.domain.events import Event
from kairos.domain.sources import canonical, cloudevents, eventbridge, own
from kairos.domain.sources.bounds import MOST_EVENTS
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.shopify import Shopify
from kairos.domain.sources.vocabulary import Vocabulary
from kairos.service import strict_json, trouble
from kairos.service.agreed import Agreed, OffContract
from kairos.service.answers import Answer, answer, problem, refusal
from kairos.service.inflating import plain
from kairos.service.intake import fit, permitted
from kairos.service.keys import Keys, Secret
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, QueueRefused, Queues
from kairos.service.receipts import Receipts
from kairos.service.segment import SegmentCalls
from kairos.service.webhooks import ShopifyWebhooks


@dataclass(slots=True)
class Ingest:
    """Takes events in."""

    queues: Queues
    keys: Keys
    clock: Clock
    ids: Callable[[], str]
    tally: Tally
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    agreed: Agreed = field(default_factory=Agreed)
    shop: Shopify = field(default_factory=Shopify)
    shop_secret: Secret | None = None
    receipts: Receipts = field(init=False)
    segment: SegmentCalls = field(init=False)
    shopify: ShopifyWebhooks = field(init=False)

    def __post_init__(self) -> None:
        self.receipts = Receipts(self.clock)
        normalise = Segment(self.vocabulary)
        self.segment = SegmentCalls(
            self.queues, self.keys, self.clock, self.ids, self.tally, normalise, self.agreed, self.receipts
        )  # fmt: skip
        secret = self.shop_secret or (lambda fresh=None: os.urandom(32).hex())  # which nobody knows
        self.shopify = ShopifyWebhooks(
            self.queues, secret, self.clock, self.ids, self.tally, self.shop, self.agreed, self.receipts
        )  # fmt: skip

    def __call__(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """202 with what was accepted and what was not; 400 if nothing was, 503 if the queue would not take it."""
        key = self.keys.admit(headers, Scope.BROWSER)
        if isinstance(key, Answer):
            return key
        try:
            told = self._told(headers, plain(headers, body))
        except BadEvent as error:
            return refusal(error)
        if single := not isinstance(told, list):
            told = [told]
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

    def _told(self, headers: Mapping[str, str], body: bytes) -> Any:
        """One event or a list; a CloudEvent in binary mode may go without a body. Raises BadEvent."""
        binary = cloudevents.of_headers(headers, None)
        if binary is not None:
            return binary | {"data": strict_json.parse(body) if body else None}
        told = strict_json.parse(body)
        if cloudevents.are_said(headers):  # so that what is none is told what a CloudEvent must have
            return [_said(one) for one in told] if isinstance(told, list) else _said(told)
        return told

    def _take(self, told: list[Any], single: bool, key: Key) -> Answer:
        received = self.clock()
        events: list[tuple[int, Event]] = []
        rejected: list[dict[str, Any]] = []
        warnings: list[dict[str, Any]] = []
        aside: list[OffContract] = []
        for index, one in enumerate(told):
            try:
                understood = self._understand(one, received, key)
                breaches = [breach for event in understood if (breach := self.agreed(event))]
                warnings += [{"index": index, "message": each.message, "field": each.field} for each in breaches]
                events += [(index, event) for event in understood]
            except BadEvent as error:
                rejected.append(_rejection(index, one, error.code, error.message, error.field))
                aside += [error] if isinstance(error, OffContract) else []
        self.tally.count("RejectedEvents", by=len(rejected))
        self._put_aside(aside)
        if not events:
            first = rejected[0]
            status = 413 if all(one["code"] == "too_large" for one in rejected) else 400
            return problem(status, first["code"], first["message"], field=first.get("field"), rejected=rejected)
        return self._queue(told, events, rejected, warnings, single)

    def _put_aside(self, off: list[OffContract]) -> None:
        """Whoever sent them is told at once, so nothing is lost where the queue does not take them."""
        try:
            self.queues.put_rejected([each.aside() for each in off])
        except QueueRefused as error:
            trouble.note("rejected queue", error)

    def _understand(self, one: Any, received: int, key: Key) -> list[Event]:
        """One, but for what a shop system tells at once, as an API destination posts it."""
        heard: tuple[Event, ...]
        if eventbridge.is_one(one):
            messages, trusted = self.segment.normalise, key.trusted
            heard = eventbridge.read(one, received=received, messages=messages, shop=self.shop, trusted=trusted)
        else:
            normalise = cloudevents.normalise if cloudevents.is_one(one) else own.normalise
            heard = (normalise(one, received=received, new_id=self.ids, trusted=key.trusted),)
        if any(event.own for event in heard):  # which only the shop system itself may ask for: by its bus, or signed
            raise BadEvent("not_allowed", "is asked for by DELETE /v1/customers/{id}", "detail")
        return [fit(permitted(replace(event, received=self.receipts()), key)) for event in heard]

    def _queue(
        self, told: list[Any], events: Sequence[tuple[int, Event]], rejected: list[dict[str, Any]],
        warnings: list[dict[str, Any]], single: bool,
    ) -> Answer:  # fmt: skip
        indexes, lost = list(dict.fromkeys(index for index, _ in events)), []
        try:
            self.queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)} for _, event in events])
        except QueueRefused as error:
            lost = sorted({events[i][0] for i in error.indexes})
            rejected = rejected + [_rejection(i, told[i], "not_queued", "send it again", "") for i in lost]
        accepted = len(indexes) - len(lost)
        self.tally.count("AcceptedEvents", by=accepted)
        if lost:
            again = {"Retry-After": "5"}
            return problem(503, "not_queued", "send these again", headers=again, accepted=accepted, rejected=rejected)
        body: dict[str, Any] = {"accepted": accepted, "rejected": rejected}
        body |= {"warnings": warnings} if warnings else {}
        return answer(202, body | ({"id": events[0][1].id} if single else {}))


def _said(one: Any) -> Any:
    return {"specversion": None, **one} if isinstance(one, dict) else one


def _rejection(index: int, one: Any, code: str, message: str, field: str) -> dict[str, Any]:
    sender = one.get("id") if isinstance(one, dict) else None
    named = {"id": sender} if isinstance(sender, str) and sender else {}
    return {"index": index, **named, "code": code, "message": message, **({"field": field} if field else {})}
