"""What a click in a message does: follow, answer, unsubscribe."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.sources.canonical import to_dict
from kairos.domain.tokens import Answer, Confirm, InvalidToken, Keyring, Link, Payload, Unsubscribe, verify
from kairos.service import trouble
from kairos.service.ports import Clock, Queues

_STATUS: Final = {
    "ask": 200,
    "withdrawn": 200,
    "confirm": 200,
    "confirmed": 200,
    "thanks": 200,
    "invalid": 404,
    "expired": 410,
    "unavailable": 503,
}

Pages = Callable[[str, str], tuple[Mapping[str, str], str]]
"""A page by its name, in the reader's language (an Accept-Language header): headers and HTML."""

Found = TypeVar("Found", bound=Payload)
_FOLLOWED: Final[tuple[type[Link | Answer], ...]] = (Link, Answer)


@dataclass(frozen=True, slots=True)
class Response:
    """What the browser, or the mail provider's machine, is told."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Links:
    """Tokens into events. `commit` takes an event in at once, and raises if it could not."""

    def __init__(
        self, keys: Callable[[], Keyring], commit: Callable[[Event], object], queues: Queues, pages: Pages, clock: Clock
    ) -> None:
        self._keys, self._commit, self._queues, self._pages, self._clock = keys, commit, queues, pages, clock

    def ask(self, token: str, language: str = "") -> Response:
        """The page behind an unsubscribe link; changes nothing."""
        return self._opened(token, language, (Unsubscribe,), lambda found, now: "ask")

    def unsubscribe(self, token: str, language: str = "") -> Response:
        """Withdraws consent; answers only after that is committed, or queued if committing fails."""
        return self._opened(token, language, (Unsubscribe,), self._withdraw)

    def follow(self, token: str, language: str = "") -> Response:
        """Records a click and leads on; an answer is recorded and thanked for."""
        return self._opened(token, language, _FOLLOWED, self._go)

    def answer(self, token: str, language: str = "") -> Response:
        """Records an answer and thanks."""
        return self._opened(token, language, (Answer,), self._go)

    def ask_to_confirm(self, token: str, language: str = "") -> Response:
        """The page behind a confirmation link; a mail scanner that follows it confirms nothing."""
        return self._opened(token, language, (Confirm,), lambda found, now: "confirm")

    def confirm(self, token: str, language: str = "") -> Response:
        """Grants with proof; answers only after that is committed, or queued if committing fails."""
        return self._opened(token, language, (Confirm,), self._grant)

    def _opened(
        self,
        token: str,
        language: str,
        kinds: tuple[type[Found], ...],
        act: Callable[[Found, Millis], str | Response],
    ) -> Response:
        now = self._clock()
        try:
            done = act(verify(token, *kinds, keys=self._keys(), now=now), now)
        except InvalidToken as invalid:
            done = "expired" if invalid.why == "expired" else "invalid"
        if isinstance(done, Response):
            return done
        headers, body = self._pages(done, language)
        return Response(_STATUS[done], headers, body)

    def _withdraw(self, found: Unsubscribe, now: Millis) -> str:
        word = Consent(found.topic, found.channel, "withdrawn", now, source="unsubscribe", proof=found.message)
        event = Event(
            id=f"{found.message}.unsubscribed.{now}", type="consent.withdrawn", time=now, received=now, own=True,
            source="links", customer=Ref(id=found.customer), consents=(word,),
            properties={"message_id": found.message, "topic": found.topic, "channel": found.channel},
        )  # fmt: skip
        return self._noted(event, "withdrawn")

    def _grant(self, found: Confirm, now: Millis) -> str:
        word = Consent(found.topic, found.channel, "granted", now, source="confirmation", proof=found.message)
        event = Event(
            id=f"{found.message}.confirmed", type="consent.granted", time=now, received=now, own=True,
            source="links", customer=Ref(id=found.customer), consents=(word,),
            properties={"message_id": found.message, "topic": found.topic, "channel": found.channel},
        )  # fmt: skip
        return self._noted(event, "confirmed")

    def _noted(self, event: Event, page: str) -> str:
        try:
            self._commit(event)
        except Exception as error:  # whatever stops the commit, the word of the customer must not be lost
            trouble.note(f"{event.type} not committed, queueing it", error)
            return page if self._queued(event) else "unavailable"
        return page

    def _go(self, found: Link | Answer, now: Millis) -> str | Response:
        if isinstance(found, Answer):
            said = {"attribute": found.attribute, "value": found.value}
            declared = {"declared": {found.attribute: found.value}}
            return "thanks" if self._queued(_event("answer.given", found, now, said, declared)) else "unavailable"
        self._queued(_event("message.clicked", found, now, {"url": found.url}))  # if not, they still get there
        return Response(302, {"Location": found.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})

    def _queued(self, event: Event) -> bool:
        try:
            self._queues.put_events([{"kairos": "event", "event": to_dict(event)}])
        except Exception as error:  # the page says so, or the click leads on regardless
            trouble.note("event of a link not queued", error)
            return False
        return True


def _event(
    type: str, found: Link | Answer, now: Millis, said: Json, attributes: Mapping[str, Json] | None = None
) -> Event:
    of = asdict(found)
    properties: dict[str, Any] = {"message_id": found.message, **said}
    properties |= {name: of[name] for name in ("campaign", "step", "variant", "channel")}
    return Event(
        id=f"{found.message}.{type.partition('.')[2]}.{now}", type=type, time=now, received=now, own=True,
        source="links", customer=Ref(id=found.customer), properties=properties, attributes=attributes or {},
    )  # fmt: skip
