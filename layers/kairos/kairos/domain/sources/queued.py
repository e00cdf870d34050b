"""Whatever lies on the queues that `evaluate` reads, understood by its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kairos.domain.erasure import erasure
from kairos.domain.events import Event, Json, Millis, Occurrence, Ref, Wake
from kairos.domain.sources import canonical, customers, eventbridge, ses, sms, sns, texts, whatsapp
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.shopify import Shopify
from kairos.domain.sources.texts import Text


@dataclass(frozen=True, slots=True)
class Unfiled:
    """The record of a decision that the archive did not take when it was made."""

    record: Json

    @property
    def customer(self) -> str:
        return str(self.record.get("customer", ""))

    @property
    def time(self) -> Millis:
        return int(self.record.get("time", 0))


Understood = Event | Wake | Occurrence | Feedback | Text | Unfiled

_PROVIDERS: Final = (ses, sms, whatsapp)


def read(body: Any, received: Millis, messages: Segment, shop: Shopify | None = None) -> tuple[Understood, ...]:
    """What a body says: events, wake-ups, an occurrence for a page of customers, that somebody is to be forgotten, an answer, or a record. Raises BadEvent."""
    if not isinstance(body, Mapping):
        raise BadEvent("not_understood", "must be an object")
    if body.get("kairos") == "event" and isinstance(body.get("event"), Mapping):
        return (canonical.from_dict(body["event"]),)
    if body.get("kairos") == "record" and isinstance(body.get("record"), Mapping):
        return (Unfiled(body["record"]),)
    if body.get("kairos") == "segment" and isinstance(body.get("received"), int):
        return (_again(body, messages),)
    if customers.is_page(body):
        return tuple(customers.page(body, received))
    if body.get("kairos") == "wake" and isinstance(body.get("customer"), str):
        return (Wake(body["customer"]),)
    if body.get("kairos") in ("wake", "occurrence"):
        return _page(body)
    if body.get("kairos") == "erasure" and isinstance(body.get("customer"), str):
        return (erasure(Ref(id=body["customer"]), received, "queue"),)
    if sns.is_one(body):
        published = sns.message(body)
        return () if published is None else _answer(published, sns.published(body, received))
    if eventbridge.is_one(body):
        detail = body["detail"]
        if _answers(detail):
            return _answer(detail, received)
        return eventbridge.read(body, received=received, messages=messages, shop=shop or Shopify())
    return _answer(body, received)


def refused(message: Json, received: Millis, id: str, *, trusted: bool) -> dict[str, Any]:
    """A Segment message that was not understood, as a body that can be put on the queue when it is mended."""
    named = {**message, "messageId": message.get("messageId") or id}
    return {"kairos": "segment", "received": received, "trusted": trusted, "message": named}


def _again(body: Json, messages: Segment) -> Event:
    message, trusted = body.get("message"), body.get("trusted") is True
    return messages(message, received=body["received"], new_id=lambda: "", trusted=trusted)


def _page(body: Mapping[str, Any]) -> tuple[Wake, ...] | tuple[Occurrence, ...]:
    try:
        if body["kairos"] == "wake":
            return tuple(Wake(str(customer)) for customer in body["customers"])
        what = str(body["campaign"]), str(body["id"]), int(body["time"]), dict(body["event"]), str(body["local"])
        return tuple(Occurrence(str(customer), *what) for customer in body["customers"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadEvent("not_understood", f"is no page of customers ({type(error).__name__})") from error


def _answers(body: Any) -> bool:
    return texts.is_one(body) or any(source.is_one(body) for source in _PROVIDERS)


def _answer(body: Any, time: Millis) -> tuple[Feedback | Text, ...]:
    """What a provider says of a message, or what somebody has written."""
    if texts.is_one(body):
        return texts.read(body, time)
    for source in _PROVIDERS:
        if source.is_one(body):
            told: tuple[Feedback | Text, ...] = source.read(body)
            return told
    raise BadEvent("not_understood", "is of no kind known here")
