"""Evidence of consents: every word that was ever given, kept apart from the state that decides by the newest."""

from dataclasses import dataclass

import orjson

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Consent, Millis


@dataclass(frozen=True, slots=True)
class Word:
    """One word of consent: as whom it was given (the customer, or a device that was theirs), and by which event."""

    who: str
    consent: Consent
    event: str


class DynamoEvidence:
    """What was said, oldest first."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, customer: str) -> list[Word]:
        """All words of a customer, with those of the devices that were merged with them."""
        everybody = [customer]
        for who in everybody:  # grows: what was merged may itself have been merged with
            everybody += [other for other in self._merged(who) if other not in everybody]
        words = [_word(who, item) for who in everybody for item in self._table.below(f"C#{who}", "O#")]
        return sorted(words, key=lambda word: (word.consent.time, word.event))

    def _merged(self, customer: str) -> list[str]:
        """Whose history this one has taken over; of a device that changed hands the first has it."""
        pointed = [item["sk"]["S"].removeprefix("I#") for item in self._table.below(f"C#{customer}", "I#")]
        keys = [items.state_key(who) for who in pointed]
        states = self._table.get(keys, consistent=True) if keys else {}
        return [
            who for who, key in zip(pointed, keys, strict=True) if _heir(states.get(items.identity(key))) == customer
        ]


def _heir(state: Item | None) -> str:
    return str(state["heir"]["S"]) if state and "heir" in state else ""


def _word(who: str, item: Item) -> Word:
    body = orjson.loads(item["body"]["B"])
    said = body["consent"]
    time: Millis = said["time"]
    about = {name: str(said.get(name, "")) for name in ("topic", "channel", "state", "source", "wording", "proof")}
    return Word(who, Consent(time=time, **about), str(body["event"]))
