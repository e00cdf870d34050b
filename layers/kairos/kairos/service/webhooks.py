"""Shopify's webhooks: whoever signs a body with the shop's secret is Shopify, and is answered 200 once it is durable.

https://shopify.dev/docs/apps/build/webhooks/verify-deliveries: X-Shopify-Hmac-Sha256 is base64 of HMAC-SHA-256 over the body as it
came, under the app's client secret. Any other answer than 200 is sent again for hours and, in the end, never more: so what is signed
and cannot be understood is put aside, as from the bus.
"""

import binascii
import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from kairos.domain import keyring
from kairos.domain.events import Event, Json, Millis
from kairos.domain.sources import bounds, canonical, shopify
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.shopify import Shopify
from kairos.service import rejected, strict_json
from kairos.service.agreed import Agreed, OffContract
from kairos.service.answers import Answer, answer, problem
from kairos.service.inflating import LARGEST
from kairos.service.intake import fit
from kairos.service.keys import LOOK_AGAIN, Secret
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, QueueRefused, Queues
from kairos.service.receipts import Receipts

AGAIN: Final = {"Retry-After": "5"}
_KEPT: Final = ("topic", "shop-domain", "api-version", "event-id", "webhook-id", "triggered-at")
"""Headers that a delivery is understood by; its signature is of no use to anybody afterwards."""


@dataclass(slots=True)
class ShopifyWebhooks:
    """Takes deliveries in."""

    queues: Queues
    secret: Secret
    clock: Clock
    ids: Callable[[], str]
    tally: Tally
    shop: Shopify
    agreed: Agreed
    receipts: Receipts

    def __call__(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """200, 401 for who is not Shopify, 503 where the queue takes nothing now."""
        about = shopify.headers(headers)
        if not self._signed(str(about.get("hmac-sha256") or ""), body):
            return problem(401, "unauthorized", "needs Shopify's signature under the secret of this stack")
        envelope, received = self._envelope(about), self.clock()
        events, aside = self._understood(envelope, body, received)
        try:
            self.queues.put_events([{"kairos": "event", "event": canonical.to_dict(event)} for event in events])
            self.queues.put_rejected(aside)
        except QueueRefused:
            return problem(503, "not_queued", "send it again", headers=AGAIN)
        self.tally.count("AcceptedEvents", by=len(events))
        self.tally.count("RejectedEvents", by=len(aside))
        return answer(200, {"success": True})

    def _signed(self, given: str, body: bytes) -> bool:
        """Under the secret in use, or one that is being replaced; a new one may have been put a moment ago."""
        try:
            told = b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            return False
        return bool(told) and (self._matches(told, body, None) or self._matches(told, body, LOOK_AGAIN))

    def _matches(self, told: bytes, body: bytes, fresh: Millis | None) -> bool:
        """Each is compared, and in constant time."""
        keys = keyring.read(self.secret(fresh)).accepted
        same = [hmac.compare_digest(hmac.digest(key.encode(), body, "sha256"), told) for key in keys]
        return any(same)

    def _envelope(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Around the body, as Shopify's bus would have it: so it can be mended and replayed alike."""
        kept = {f"x-shopify-{name}": about[name] for name in _KEPT if about.get(name)}
        id = str(about.get("event-id") or about.get("webhook-id") or self.ids())
        return {"id": id, "detail-type": "shopifyWebhook", "source": "shopify", "detail": {"metadata": kept}}

    def _understood(self, envelope: Json, body: bytes, received: Millis) -> tuple[list[Event], list[Json]]:
        """What goes on, and what is put aside with its reason."""
        payload: Any = "not kept: it was too large"
        try:
            if len(body) > LARGEST:
                raise BadEvent("too_large", f"must have at most {LARGEST} bytes")
            payload = body.decode("utf-8", "replace")
            payload = strict_json.read(body)
            told = self.shop(envelope["detail"]["metadata"], payload, received=received, delivery=envelope["id"])
            events = [fit(replace(event, received=self.receipts())) for event in told]
        except BadEvent as error:
            return [], [rejected.not_understood(error, _as_it_came(envelope, payload))]
        return self._as_agreed(events)

    def _as_agreed(self, events: list[Event]) -> tuple[list[Event], list[Json]]:
        taken, aside = [], []
        for event in events:
            try:
                self.agreed(event)
                taken.append(event)
            except OffContract as off:
                aside.append(off.aside())
        return taken, aside


def _as_it_came(envelope: Json, payload: Any) -> str:
    """With its payload, as text where it is no JSON, if a queue can carry it."""
    whole = _with(envelope, payload)
    return whole if len(whole) <= bounds.LARGEST_EVENT else _with(envelope, "not kept: it was too large")


def _with(envelope: Json, payload: Any) -> str:
    return json.dumps({**envelope, "detail": {**envelope["detail"], "payload": payload}})
