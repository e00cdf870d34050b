"""What a click in a message does: follow, answer, unsubscribe, confirm. No GET but a click does anything."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from kairos.domain.bots import is_ahead, is_bot, is_scanner
from kairos.domain.definitions import Policy
from kairos.domain.events import Consent, Event, Json, Millis, Ref
from kairos.domain.identity import short_hash
from kairos.domain.preferences import marketing
from kairos.domain.tokens import DAY, Answer, Confirm, Link, Preferences, Unsubscribe, sign
from kairos.service.visits import Reception, Response, Visit

_UNCACHED: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_FOLLOWED: Final[tuple[type[Link | Answer], ...]] = (Link, Answer)


class Links:
    """Tokens into events."""

    def __init__(self, reception: Reception, policy: Policy) -> None:
        self._at, self._policy = reception, policy

    def follow(self, token: str, visit: Visit) -> Response:
        """Records a click and leads on; behind an answer there is a page that asks, and changes nothing."""

        def go(found: Link | Answer, now: Millis) -> Response:
            return self._question(found, visit) if isinstance(found, Answer) else self._click(found, now, visit)

        return self._at.opened(token, visit, _FOLLOWED, go)

    def answer(self, token: str, visit: Visit) -> Response:
        """Records an answer and thanks; answers only after that is committed, or queued if committing fails."""
        return self._at.opened(token, visit, (Answer,), lambda found, now: self._answer(found, now, visit))

    def ask(self, token: str, visit: Visit) -> Response:
        """The page behind an unsubscribe link; changes nothing."""
        return self._at.opened(
            token, visit, (Unsubscribe,),
            lambda found, now: self._at.page("unsubscribe", self._at.speaks(visit), **self._about(found, now)),
        )  # fmt: skip

    def unsubscribe(self, token: str, visit: Visit) -> Response:
        """Withdraws consent, as RFC 8058 asks of any POST: without a cookie, a redirect or a further question.

        From the topic of the message, or from all of its channel if the page's button for that was pressed.
        """
        return self._at.opened(token, visit, (Unsubscribe,), lambda found, now: self._withdraw(found, now, visit))

    def ask_to_confirm(self, token: str, visit: Visit) -> Response:
        """The page behind a confirmation link; a mail scanner that follows it confirms nothing."""
        return self._at.opened(
            token, visit, (Confirm,),
            lambda found, now: self._at.page("confirm", self._at.speaks(visit), **self._about(found, now)),
        )  # fmt: skip

    def confirm(self, token: str, visit: Visit) -> Response:
        """Grants with proof; answers only after that is committed, or queued if committing fails."""
        return self._at.opened(token, visit, (Confirm,), lambda found, now: self._grant(found, now, visit))

    def _click(self, found: Link, now: Millis, visit: Visit) -> Response:
        if is_ahead(visit.headers):  # refused, so that the browser asks again if somebody does click
            return Response(403, _UNCACHED)
        if visit.method != "HEAD":
            machine = is_bot(visit.headers.get("user-agent", "")) or is_scanner(visit.ip)
            bot = {"bot": True} if machine else {}
            # if it is not queued, they still get there
            self._at.queued(_event(f"clicked.{now}", "message.clicked", found, now, {"url": found.url, **bot}))
        return Response(302, {"Location": found.url, **_UNCACHED})

    def _question(self, found: Answer, visit: Visit) -> Response:
        return self._at.page("question", self._at.speaks(visit, found.locale), **_words(found))

    def _answer(self, found: Answer, now: Millis, visit: Visit) -> Response:
        language = self._at.speaks(visit, found.locale)
        said = {"attribute": found.attribute, "value": found.value}
        # said again by the same message it is the same answer, however often the button is pressed
        name = f"given.{short_hash(repr((found.attribute, found.value)))}"
        declared = {"declared": {found.attribute: found.value}}
        if why := self._at.unheard(_event(name, "answer.given", found, now, said, declared)):
            return self._at.page(why, language)
        return self._at.page("answered", language, **_words(found))

    def _withdraw(self, found: Unsubscribe, now: Millis, visit: Visit) -> Response:
        language, everything = self._at.speaks(visit), "channel" in visit.form.get("from", ())
        topics = dict.fromkeys((found.topic, *(marketing(self._policy) if everything else ())))
        words = [
            Consent(topic, found.channel, "withdrawn", now, source="unsubscribe", proof=found.message)
            for topic in topics
        ]
        event = _word("consent.withdrawn", f"unsubscribed.{now}", found, now, *words)
        if self._at.unheard(event) == "unavailable":  # whoever was forgotten gets nothing, as they wish
            return self._at.page("unavailable", language)
        return self._at.page("unsubscribed", language, **self._about(found, now), everything=everything)

    def _grant(self, found: Confirm, now: Millis, visit: Visit) -> Response:
        language = self._at.speaks(visit)
        wording = self._at.pages.wording("confirm", language, found.topic, found.channel)
        word = Consent(found.topic, found.channel, "granted", now, "confirmation", wording, found.message)
        if why := self._at.unheard(_word("consent.granted", "confirmed", found, now, word)):
            return self._at.page(why, language)
        return self._at.page("confirmed", language, **self._about(found, now))

    def _about(self, found: Unsubscribe | Confirm, now: Millis) -> dict[str, Any]:
        """What the page says, and the way on to the preference centre: for a day, so that no link begets links for ever."""
        preferences = Preferences(found.customer, found.message)
        token = sign(preferences, self._at.keys(), now, lifetime=DAY)
        return {"topic": found.topic, "channel": found.channel, "preferences": f"../p/{token}"}


def _words(found: Answer) -> dict[str, Any]:
    return {"value": found.value, "label": found.label, "question": found.question, "locale": found.locale}


def _word(type: str, name: str, found: Unsubscribe | Confirm, now: Millis, *words: Consent) -> Event:
    return Event(
        id=f"{found.message}.{name}", type=type, time=now, received=now, own=True, source="links",
        customer=Ref(id=found.customer), consents=words,
        properties={"message_id": found.message, "topic": found.topic, "channel": found.channel},
    )  # fmt: skip


def _event(
    name: str, type: str, found: Link | Answer, now: Millis, said: Json, attributes: Mapping[str, Json] | None = None
) -> Event:
    of = asdict(found)
    properties: dict[str, Any] = {"message_id": found.message, **said}
    properties |= {name: of[name] for name in ("campaign", "step", "variant", "channel")}
    return Event(
        id=f"{found.message}.{name}", type=type, time=now, received=now, own=True,
        source="links", customer=Ref(id=found.customer), properties=properties, attributes=attributes or {},
    )  # fmt: skip
