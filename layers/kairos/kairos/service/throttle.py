"""A key's own rate: a bucket of tokens for each, in the memory of one worker.

https://en.wikipedia.org/wiki/Token_bucket, but what comes whole is taken whole: a list of more events than the bucket
holds empties it beyond the bottom, and the next one waits until that is made up for.
"""

from dataclasses import dataclass, field
from math import ceil
from typing import Final

from kairos.domain.access import Key
from kairos.domain.events import Millis
from kairos.service.ports import Clock

BURST: Final = 10
"""Seconds of a key's rate that may come at once, after a while in which nothing came."""


@dataclass(slots=True)
class Throttle:
    """How much each key has left. Workers do not share it, see docs/decisions.md: a rate holds per worker."""

    clock: Clock
    _left: dict[str, tuple[float, Millis]] = field(default_factory=dict)  # by a key's hash: tokens, when that was

    def wait(self, key: Key) -> int:
        """Seconds until the key may come again, rounded up; 0: now."""
        return ceil(-self._now(key) / key.rate) if key.rate and self._now(key) < 0 else 0

    def spend(self, key: Key, events: int) -> None:
        """So many events have come with it."""
        if key.rate:
            self._left[key.hash] = self._now(key) - events, self.clock()

    def _now(self, key: Key) -> float:
        most = float(key.rate * BURST)
        left, then = self._left.get(key.hash, (most, self.clock()))
        return min(most, left + (self.clock() - then) / 1000 * key.rate)
