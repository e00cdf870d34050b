"""What customers answer to text messages: the words that carriers and regulators know, and what they mean for consent.

STOP and its like as AWS, the CTIA and the FCC's rule on revocation list them, and the same words in the languages that
pages speak. https://docs.aws.amazon.com/sms-voice/latest/userguide/keywords-required.html
"""

import re
import unicodedata
from dataclasses import replace
from typing import Final, Literal

from kairos.domain.definitions import Policy
from kairos.domain.events import RECEIVED, Consent, Event
from kairos.domain.state import State

Keyword = Literal["stop", "start", "help", ""]

_STOP: Final = frozenset(
    (
        "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "remove", "td",
        "afmeld", "afmelding", "frameld", "slut",  # da
        "stopp", "abmelden", "abbestellen", "ende",  # de
        "stoppa", "avsluta", "avregistrera", "sluta",  # sv
        "avslutt", "avmeld", "meldav",  # nb
        "wypisz", "rezygnuje", "anuluj", "koniec", "odwolaj",  # pl
        "arret", "desabonner",  # fr
    )
)  # fmt: skip
_START: Final = frozenset(
    (
        "start", "unstop", "resume", "subscribe",
        "tilmeld", "anmelden", "starta", "pamelding", "wznow", "zapisz",
    )
)  # fmt: skip
_HELP: Final = frozenset(("help", "info", "hjaelp", "hilfe", "hjalp", "hjelp", "pomoc", "aide"))

_FIRST: Final = frozenset(
    (
        "stop", "stopall", "unsubscribe", "optout", "revoke",
        "afmeld", "stopp", "abmelden", "stoppa", "avmeld", "wypisz", "arret",
    )
)  # fmt: skip
"""Words that stop a sender however the sentence goes on; others (`end`, `cancel`) begin sentences that mean no such thing."""

_PLAIN: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ł": "l", "ß": "ss"})
_WORD: Final = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LONGEST: Final = 1600


def keyword(text: str) -> Keyword:
    """Which of the words a text is: letter case, accents, blanks and punctuation do not count. In doubt, silence."""
    words = [word.replace("-", "") for word in _WORD.findall(_plain(text))]
    whole = "".join(words)
    if whole in _STOP or (words and words[0] in _FIRST):
        return "stop"
    return "start" if whole in _START else "help" if whole in _HELP else ""


def taken(state: State, event: Event, policy: Policy) -> Event:
    """The event with the words of consent that a text message is; any other event as it is."""
    if not (event.own and event.type in RECEIVED):
        return event
    match event.properties.get("keyword"):
        case "stop":
            return replace(event, consents=_words(event, "withdrawn", _standing(state, policy, _channel(event))))
        case "start":
            return replace(event, consents=_words(event, "granted", _stopped(state, policy, event)))
        case _:
            return event


def _standing(state: State, policy: Policy, channel: str) -> list[str]:
    """Marketing topics on which messages might go out there now, or once they are confirmed."""
    words = {topic: state.consents.get(f"{topic}/{channel}", ("",))[0] for topic in policy.marketing}
    implied = {topic for topic in policy.marketing if policy.topics[topic].get("consent") == "implied"}
    return sorted(
        topic for topic, word in words.items() if word in ("granted", "proven") or (not word and topic in implied)
    )


def _stopped(state: State, policy: Policy, event: Event) -> list[str]:
    """Those that the number's last STOP took away, and nothing since: START takes that back and grants nothing new."""
    since = event.properties.get("stopped")
    said = {topic: state.consents.get(f"{topic}/{_channel(event)}", ("", 0, 0))[:2] for topic in policy.marketing}
    return sorted(topic for topic, word in said.items() if since and word == ("withdrawn", since))


def _words(event: Event, word: str, topics: list[str]) -> tuple[Consent, ...]:
    proof, wording = str(event.properties.get("inbound_id", "")), str(event.properties.get("text", ""))
    channel = _channel(event)
    said = {"source": channel, "proof": proof, "wording": wording}
    return tuple(Consent(topic, channel, word, event.time, **said) for topic in topics)


def _channel(event: Event) -> str:
    return str(event.properties.get("channel", "sms"))


def _plain(text: str) -> str:
    """Lower case, without accents."""
    folded = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().translate(_PLAIN)
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
