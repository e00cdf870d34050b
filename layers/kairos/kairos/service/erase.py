"""A person is forgotten everywhere: first their own items, later, for all who wait, what takes a look at everything."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from kairos.domain.erasure import Person, mark, without
from kairos.domain.events import Json, Millis
from kairos.domain.identity import AddressHash
from kairos.service.erasing import LEASE
from kairos.service.metrics import Tally
from kairos.service.ports import Clock
from kairos.service.ports.erasures import PASS, ErasureRef, ErasureStore, Letters, Pass, RecordedLines

RESERVE: Final = 45_000
"""Milliseconds in which a page, or an object of the archive, is surely done."""

SETTLED: Final[Millis] = 20 * 60_000
"""By then whoever had read the customer before has ended, and what they told the archive lies in it."""


SKEW: Final[Millis] = 5_000
"""By how much clocks may differ: the moment of an erasure is another function's."""


class _HandedOn(Exception):
    """This worker has done its part of the look."""


class Erase:
    """Carries erasures on.

    Everything may be done again: who dies repeats a page. The look at everything is one for all who wait for it. One worker carries
    it until its lease is over: what a worker that died had received of the letters is hidden from others for a while. Of two
    that carry it all the same the slower finds its cursor moved and ends.
    """

    def __init__(
        self, store: ErasureStore, letters: Letters, archive: RecordedLines, address_hash: AddressHash, clock: Clock,
        tally: Tally, *, wait: Millis,
    ) -> None:  # fmt: skip
        """`wait`: how long after an erasure the look at everything begins; where nobody works beside it, 0."""
        self._store, self._letters, self._archive = store, letters, archive
        self._hash, self._clock, self._tally = address_hash, clock, tally
        self._wait, self._settled = wait, min(wait, SETTLED)

    def __call__(self, ref: ErasureRef, left: Callable[[], int]) -> None:
        """As much as there is time for (`left`: milliseconds); the sweep brings the rest. Raises what the ports raise."""
        if ref != PASS:
            found = self._store.read(ref)
            if found is None:
                return
            if found.stage == "items":
                self._store.postpone(ref, due=self._clock() + LEASE)
                self._store.empty(found)
                ids = again.ids if (again := self._store.read(ref)) else found.ids  # those that were found on the way
                self._archive.remember({mark(who, self._hash) for who in ids}, found.erased)
                self._store.emptied(found, due=found.erased + self._wait - SKEW)
            if self._clock() < found.erased + self._wait - SKEW:
                return
        if looking := self._carried(ref):
            with suppress(_HandedOn):
                self._look(looking, left)

    def _carried(self, ref: ErasureRef) -> Pass | None:
        """The look, if it is this worker's: one that nobody carries any more, or a new one for all who wait."""
        now, under_way = self._clock(), self._store.passing()
        if under_way and under_way.due <= now:
            return under_way
        if ref == PASS:
            return None
        if under_way is None:
            begun = Pass(tuple(each.ref for each in self._store.waiting(now - self._settled + SKEW)))
            if begun.refs and self._store.move(None, begun, due=now + LEASE):
                return begun
        self._store.postpone(ref, due=now + LEASE)
        return None

    def _look(self, looking: Pass, left: Callable[[], int]) -> None:
        """Table, dead letters, archive, from wherever it has come to. Raises _HandedOn."""
        people = [found for ref in looking.refs if (found := self._store.read(ref)) and found.stage == "rest"]
        persons, step = [found.person for found in people], looking
        if step.part == "table":
            for cursor in self._store.leftovers(people, step.cursor):
                step = self._on(step, "table", cursor, left)
            step = self._on(step, "letters", "", left)
        if step.part == "letters":
            self._tally.count("LettersErased", by=self._letters.rewrite(lambda body: _without(body, persons)))
            step = self._on(step, "archive", "", left)

        def keep(line: Json) -> bool:
            return not any(person.owns(line, self._hash) for person in persons)

        for key in self._archive.keys(step.cursor):
            self._tally.count("LinesErased", by=self._archive.rewrite(key, keep))
            step = self._on(step, "archive", key, left)
        self._store.finish(people, self._clock())
        self._tally.count("Erased", by=len(people))

    def _on(self, before: Pass, part: str, cursor: str, left: Callable[[], int]) -> Pass:
        """The look one step on. Raises _HandedOn if somebody else carries it, or the sweep shall."""
        after, now = replace(before, part=part, cursor=cursor), self._clock()
        enough = left() >= RESERVE
        if not self._store.move(before, after, due=now + LEASE if enough else now) or not enough:
            raise _HandedOn
        return after


def _without(body: Any, persons: Sequence[Person]) -> Any:
    for person in persons:
        if (body := without(body, person)) is None:
            return None
    return body
