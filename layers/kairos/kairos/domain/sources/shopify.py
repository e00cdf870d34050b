"""Shopify, over its partner event bus or as a signed webhook: the topic's row says what it is here.

Payloads and headers: https://shopify.dev/docs/api/webhooks, /docs/apps/build/webhooks/delivery-structure (version 2026-04).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.domain.erasure import erasure
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.identity import device_id
from kairos.domain.sources import bounds, parts, shopify_parts
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.picking import first, picked, reachable, text_id
from kairos.domain.sources.shopify_parts import CONSENTS, Said
from kairos.domain.sources.shopify_topics import OTHER, TOPICS, Topic

NAME: Final = "shopify"


def is_one(detail: Any) -> bool:
    """Whether Shopify has put it on its bus."""
    about = detail.get("metadata") if isinstance(detail, Mapping) else None
    return isinstance(about, Mapping) and "payload" in detail and bool(headers(about).get("topic"))


def headers(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Shopify's headers by their names alone: `X-Shopify-Topic`, and the newer `shopify-topic`, are `topic`."""
    lower = {str(name).lower().removeprefix("x-"): value for name, value in metadata.items()}
    return {name.removeprefix("shopify-"): value for name, value in lower.items() if name.startswith("shopify-")}


@dataclass(frozen=True, slots=True)
class Shopify:
    """Makes events of what Shopify sends; `consent` says which topics its marketing consent means, by channel."""

    consent: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __call__(
        self, metadata: Mapping[str, Any], payload: Any, *, received: Millis, delivery: str, time: Any = None
    ) -> tuple[Event, ...]:
        """All events that one delivery is, the topic's own first. `delivery` and `time` are the envelope's.

        Raises BadEvent.
        """
        about = headers(metadata)
        topic = parts.text(about.get("topic"), "metadata.topic").lower()
        said = parts.mapping(payload, "payload")
        bounds.check(said, "payload")
        row = TOPICS.get(topic, OTHER)
        when = self._when(about, said, row, received, time)
        id = text_id(about.get("event-id") or about.get("webhook-id")) or delivery
        named = (row.once(said) if row.once else "") or f"{topic}.{parts.text(id, 'metadata.event-id')}"
        who, reach = _who(said, row)
        if row.erases:
            if who is None:
                raise BadEvent("bad_value", "must name a customer", "payload.customer")
            return (erasure(who, received, NAME),)
        main = Event(
            id=f"{NAME}.{named}",
            type=row.name(said) if row.name else row.type or f"{NAME}.{topic.replace('/', '.')}",
            time=when, received=received, source=NAME, customer=who, addresses=reach,
            properties=row.said(Said(said, about)), context=picked(said, row.context),
            attributes={"backend": told} if row.attributes and (told := shopify_parts.attributes(said)) else {},
            consents=self._consents(said, row, when),
        )  # fmt: skip
        return (main, *(self._beside(main, also) for tell in row.beside for also in tell(said)))

    def _beside(self, main: Event, also: shopify_parts.Beside) -> Event:
        """What the same delivery tells besides, under an id of its own: each delivery that tells it tells the same event."""
        time = main.time if also.time is None else parts.believed(parts.moment(also.time, "payload"), main.received)
        return Event(
            id=f"{NAME}.{also.id}", type=also.type, time=time, received=main.received, source=NAME,
            customer=main.customer, addresses=main.addresses, properties=also.properties,
        )  # fmt: skip

    def _when(self, about: Json, said: Json, row: Topic, received: Millis, time: Any) -> Millis:
        """When it happened: as the header says, else as the payload does, else when it was put on the bus."""
        for value, field_of in (
            (about.get("triggered-at"), "metadata.triggered-at"),
            *((first(said, place), f"payload.{place}") for place in row.time.split()),
            (time, "time"),
        ):
            if value is not None:
                return parts.believed(parts.moment(value, field_of), received)
        return received

    def _consents(self, said: Json, row: Topic, when: Millis) -> tuple[Consent, ...]:
        """A word on each topic that the shop means by it; who was never asked, or has not confirmed yet, has said none."""
        words = []
        for channel, place in CONSENTS.items() if row.consents else ():
            word = shopify_parts.consent(first(said, place))
            if word is not None:
                at = when if word.time is None else parts.believed(parts.moment(word.time, f"payload.{place}"), when)
                words += [
                    Consent(topic, channel, word.state, at, source=NAME, proof=word.proof)
                    for topic in self.consent.get(channel, ())
                ]
        return tuple(words)


def _who(said: Json, row: Topic) -> tuple[Ref | None, dict[str, Any]]:
    """The customer's id, else the address, else the cart: a device, which is the customer's once both are named."""
    id, cart = text_id(first(said, row.id)), text_id(first(said, row.cart))
    reach = reachable(first(said, row.email), first(said, row.phone))
    if id:
        return Ref(id=_short(id), previous_id=device_id(_short(cart)) if cart else None), reach
    for kind in ("email", "phone"):
        if kind in reach:
            return Ref(**{kind: reach[kind]}), reach
    return (Ref(anonymous_id=_short(cart)) if cart else None), {}


def _short(id: str) -> str:
    if len(id) > parts.TEXT:
        raise BadEvent("too_long", f"must have an id of at most {parts.TEXT} characters", "payload")
    return id
