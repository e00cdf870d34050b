"""Occurrences of what goes to an audience: each started once, by whoever comes to it first."""

from typing import Final

from kairos.domain.definitions import Campaign, Catalog
from kairos.domain.events import Event, Millis
from kairos.domain.reach import places_for
from kairos.service import trouble
from kairos.service.metrics import Tally
from kairos.service.ports import Clock, QueueRefused, Queues
from kairos.service.ports.fan_out import FanOut, FanOutStore

LEASE: Final[Millis] = 6 * 60_000
"""A fan-out that nobody has finished by then is taken up by the sweep."""

KEPT: Final[Millis] = 30 * 86_400_000
"""How much longer than its messages live it is remembered that an occurrence was started."""


class Occurrences:
    """Starts fan-outs; which customers they reach is found page by page, and judged by `decide`."""

    def __init__(self, store: FanOutStore, queues: Queues, catalog: Catalog, clock: Clock, tally: Tally) -> None:
        self._store = store
        self._queues = queues
        self._catalog = catalog
        self._clock = clock
        self._tally = tally

    def external(self, event: Event) -> None:
        """An event without a customer starts each campaign that names it, unless it is too old to say anything."""
        for campaign in self._catalog.external(event):
            if event.time + campaign.expires > self._clock():
                self.campaign(campaign, FanOut(campaign.name, event.id, event.time, event.document))

    def campaign(self, campaign: Campaign, occurrence: FanOut) -> bool:
        """Whether this started it; one that can reach nobody is not even begun."""
        places = places_for(campaign, occurrence.event)
        named = FanOut(campaign.name, occurrence.id, occurrence.time, occurrence.event, occurrence.local, places)
        return bool(places) and self._start(named, campaign.expires + KEPT)

    def everybody(self, id: str) -> bool:
        """Wakes every customer once."""
        return self._start(FanOut("", id, self._clock()), KEPT)

    def _start(self, fan_out: FanOut, kept: Millis) -> bool:
        now = self._clock()
        ref = self._store.start(fan_out, due=now + LEASE, kept=now + kept)
        if ref is None:
            return False
        self._tally.count("Occurrences")
        try:
            self._queues.put_fan_outs([ref])
        except QueueRefused as error:  # the sweep finds it
            trouble.note("fan-out queue", error)
        return True
