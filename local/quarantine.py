"""The rejected queue as a quarantine: what lies there is looked at, corrected, and replayed as once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kairos.adapters.contracts import SchemaContracts
from kairos.catalog.contracts import read_contracts
from kairos.domain.contracts import Mode, contracts
from kairos.domain.events import Event, Json
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.service import strict_json
from kairos.service.agreed import OffContract
from kairos.service.hearing import Hearing
from local.dead_letters import DeadLetters, Letter, printable
from local.events import events_beside, shopify, vocabulary

NAME: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Case:
    """One message that was put aside, and why."""

    letter: Letter
    reason: str
    field: str
    message: str
    text: str  # the message as it came

    @property
    def body(self) -> Any:
        """Its JSON, or the text itself if it is none."""
        try:
            return strict_json.read(self.text)
        except BadEvent:
            return self.text

    @property
    def type(self) -> str:
        """The event's type as far as it can be told."""
        return printable(_told(self.body, "type", "detail-type"))

    @property
    def why(self) -> str:
        """In words that hold no value."""
        return printable(f"{self.reason}{f' at {self.field}' if self.field else ''}: {self.message}")


class StillRefused(Exception):
    """It would only come back; the text says why."""


class Quarantine:
    """What lies in a stack's rejected queue, and what these campaigns and contracts make of it."""

    def __init__(self, letters: DeadLetters, campaigns: Path) -> None:
        self._letters = letters
        self._hear = Hearing(Segment(vocabulary(campaigns)), shop=shopify(campaigns))
        self._contracts = SchemaContracts(contracts(read_contracts(events_beside(campaigns)).schemas))

    def count(self) -> int:
        """About how many lie there."""
        return self._letters.count(NAME)

    @contextmanager
    def cases(self, limit: int) -> Iterator[list[Case]]:
        """So many, the oldest first; hidden from others meanwhile, and all that are not replayed there again afterwards."""
        with self._letters.held(NAME, limit) as found:
            yield sorted(map(_case, found), key=lambda case: case.letter.sent)

    def drop(self, cases: Sequence[Case]) -> int:
        """For good; how many."""
        return self._letters.drop(NAME, [case.letter for case in cases])

    def replay(self, case: Case, text: str | None = None, *, against_contract: bool = False) -> int:
        """Puts it, or `text` in its place, back among the events under the same id and receipt; says how many events it was.

        First sent, then taken away: whoever dies in between leaves it in both places, and the same event counts once. Raises
        StillRefused.
        """
        if text is not None:
            _same(case, text)
        bodies = self._bodies(case.text if text is None else text, case, against_contract)
        self._letters.replace(NAME, case.letter, bodies)
        return len(bodies)

    def _bodies(self, text: str, case: Case, against_contract: bool) -> list[Json]:
        try:
            heard = self._hear(text, case.letter.sent)
            for said in heard:
                if isinstance(said, Event) and not against_contract:
                    self._check(said)
        except BadEvent as error:
            raise StillRefused(f"{error.code}{f' at {error.field}' if error.field else ''}: {error.message}") from error
        events = [said for said in heard if isinstance(said, Event)]
        if len(events) < len(heard):  # wake-ups, pages and providers' feedback go as they came
            return [json.loads(text)]
        return [{"kairos": "event", "event": canonical.to_dict(event)} for event in events]

    def _check(self, event: Event) -> None:
        breach = self._contracts.breach(event)
        if breach and breach.mode is Mode.REJECT:
            raise OffContract(event, breach)


def _case(letter: Letter) -> Case:
    body = letter.body
    if isinstance(body, Mapping) and isinstance(body.get("reason"), str) and isinstance(body.get("body"), str):
        return Case(letter, body["reason"], str(body.get("field", "")), str(body.get("message", "")), body["body"])
    return Case(letter, "unknown", "", "was put there by nobody of Kairos", letter.text)


def _same(case: Case, text: str) -> None:
    """A correction is of the same event: another id would be another one, and could count twice."""
    try:
        corrected = strict_json.read(text)
    except BadEvent as error:
        raise StillRefused(f"the correction: {error.message}") from error
    before, after = (_told(body, "id", "messageId") for body in (case.body, corrected))
    if before and before != after:
        raise StillRefused(f"the correction: the id must stay {before!r}, and is {after!r}")


def _told(body: Any, *names: str) -> str:
    """What a message says under one of these names, in whatever wrapping: the innermost counts."""
    if not isinstance(body, Mapping):
        return ""
    for inner in ("event", "message", "detail"):
        if isinstance(body.get(inner), Mapping) and (found := _told(body[inner], *names)):
            return found
    return next((str(body[name]) for name in names if isinstance(body.get(name), str | int)), "")
