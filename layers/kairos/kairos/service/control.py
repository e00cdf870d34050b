"""The kill switch: stop holds messages before their claim, resume lets them be judged again."""

from typing import Final

from kairos.domain.events import Millis
from kairos.service.ports import (
    Clock,
    Control,
    ControlStore,
    DueIndex,
    MessageRef,
    Queues,
    ReputationStore,
    marketing_of,
)
from kairos.service.reputation import CHANNELS

AHEAD: Final[Millis] = 15 * 60_000
"""Held messages look again within this time; resume does not make them wait for it."""

LIMIT: Final = 1_000


class Switch:
    """Stops and resumes a campaign, a channel, or everything."""

    def __init__(
        self, control: ControlStore, reputation: ReputationStore, due: DueIndex, queues: Queues, clock: Clock
    ) -> None:
        self._control = control
        self._reputation = reputation
        self._due = due
        self._queues = queues
        self._clock = clock

    def stop(self, campaign: str | None = None, channel: str | None = None) -> list[str]:
        """Holds what is named; says what that is."""
        names = named(campaign, channel)
        for name in names:
            self._control.stop(name)
        return names

    def held(self) -> Control:
        """What is stopped, and which circuits are open or were."""
        return self._control.control()

    def resume(self, campaign: str | None = None, channel: str | None = None) -> list[str]:
        """Lets go what is named, and queues what was held. A channel's marketing that was stopped for its reputation goes
        with the channel, or with everything, and what had been counted is forgotten: somebody has looked.
        """
        names = named(campaign, channel)
        for name in names:
            self._control.resume(name)
        for healed in CHANNELS if campaign is None and channel in (None, *CHANNELS) else ():
            if channel in (None, healed):
                self._reputation.forget(healed)
                self._control.resume(marketing_of(healed))
        waiting = [ref for _, ref in self._due.due(self._clock() + AHEAD, LIMIT) if isinstance(ref, MessageRef)]
        if waiting:
            self._queues.put_messages(waiting)
        return names


def named(campaign: str | None, channel: str | None) -> list[str]:
    """How Control names it; nothing in particular is everything."""
    given = (("campaign", campaign), ("channel", channel))
    return [f"{kind}:{name}" for kind, name in given if name] or ["all"]
