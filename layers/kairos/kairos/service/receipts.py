"""When something was received: of two facts of one instant the later received stands, so no two receipts are alike."""

from functools import lru_cache

from kairos.domain.events import Millis
from kairos.service.ports import Clock


class Receipts:
    """Moments of receipt, each later than the one before, by a millisecond where the clock stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: Millis = 0

    def __call__(self) -> Millis:
        """The moment of a receipt."""
        self._last = max(self._clock(), self._last + 1)
        return self._last


@lru_cache(maxsize=1)
def shared(clock: Clock, of: object) -> Receipts:
    """One row of receipts for all doors of a process by that clock: on a laptop, where it may stand still, for all there are."""
    return Receipts(clock)
