"""The circuit breaker: a channel whose messages bounce or are complained about too often sends no marketing until `resume`."""

import logging
from collections.abc import Iterable
from typing import Final

from kairos.domain.reputation import WINDOWS, danger, hour_of
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, ControlStore, ReputationRef, ReputationStore, marketing_of

CHANNELS: Final = ("email",)
"""Those whose reputation is at stake; carriers and device platforms keep none that could be read."""

log = logging.getLogger("kairos")


class Breaker:
    """Looks where something bounced or was complained about; what it stops, only people let go again."""

    def __init__(self, control: ControlStore, reputation: ReputationStore, clock: Clock, tally: Tally) -> None:
        self._control, self._reputation = control, reputation
        self._clock, self._tally = clock, tally

    def __call__(self, due: Iterable[ReputationRef]) -> None:
        """A channel that is paused stays due, and is counted with every look: its alarm rings as long as that is so."""
        refs = list(due)
        stops = self._control.control().stops if refs else frozenset[str]()
        for channel in sorted({ref.channel for ref in refs}):
            if marketing_of(channel) in stops or self._stops(channel):
                self._tally.count("MarketingPaused")
        for ref in refs:
            self._reputation.looked(ref)

    def _stops(self, channel: str) -> bool:
        now = self._clock()
        why = danger(self._reputation.hours(channel, hour_of(now) - max(WINDOWS)), now)
        if why:
            log.error("marketing by %s is paused: too many %s", channel, why)
            self._reputation.pause(
                channel, now
            )  # who dies behind this has it judged again, who dies behind the next has it rung
            self._control.stop(marketing_of(channel))
            self._reputation.pause(channel, now)  # who resumed in between has taken it away
        return bool(why)
