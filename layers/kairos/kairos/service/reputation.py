"""The circuit breaker: a channel whose messages bounce or are complained about too often sends no marketing until `resume`."""

import logging
from typing import Final

from kairos.domain.reputation import WINDOWS, danger, hour_of
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, ControlStore, ReputationStore, marketing_of

CHANNELS: Final = ("email",)
"""Those whose reputation is at stake; carriers and device platforms keep none that could be read."""

log = logging.getLogger("kairos")


class Breaker:
    """Looks once a minute; what it stops, only people let go again."""

    def __init__(self, control: ControlStore, reputation: ReputationStore, clock: Clock, tally: Tally) -> None:
        self._control, self._reputation = control, reputation
        self._clock, self._tally = clock, tally

    def __call__(self) -> None:
        """Counts a channel that is stopped, so that its alarm rings as long as that is so."""
        stops, now = self._control.control().stops, self._clock()
        for channel in CHANNELS:
            if marketing_of(channel) not in stops:
                hours = self._reputation.hours(channel, hour_of(now) - max(WINDOWS))
                if not (why := danger(hours, now)):
                    continue
                log.error("marketing by %s is paused: too many %s", channel, why)
                self._control.stop(marketing_of(channel))
            self._tally.count("MarketingPaused")
