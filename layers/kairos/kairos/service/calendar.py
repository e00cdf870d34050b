"""The calendar: starts scheduled campaigns as their time comes, and wakes everybody after a deployment that asks for it."""

from dataclasses import replace
from typing import Final

from kairos.catalog import schedules
from kairos.domain.definitions import Campaign, Catalog
from kairos.domain.events import Millis
from kairos.service import trouble
from kairos.service.occurrences import Occurrences
from kairos.service.ports import Clock
from kairos.service.ports.fan_out import CalendarStore, FanOut, Looked

SETTLED: Final[Millis] = 15 * 60_000
"""A new plan stands so long before everybody is woken for it. While a canary is on its way, old and new code run side by
side: woken by the old one, a customer would be planned as before and never again."""

HORIZON: Final[Millis] = 30 * 86_400_000
"""So far ahead it is looked when something comes next."""

AROUND: Final[Millis] = schedules.EARLIEST_ZONE + schedules.LATEST_ZONE
"""So long after it is some time somewhere it is that time everywhere."""


class Calendar:
    """Looks, every minute, at what has come since it looked last."""

    def __init__(self, store: CalendarStore, occurrences: Occurrences, catalog: Catalog, clock: Clock) -> None:
        self._store = store
        self._occurrences = occurrences
        self._catalog = catalog
        self._clock = clock

    def __call__(self) -> int:
        """How many occurrences this started. First they start, then it is noted: who dies in between starts none twice."""
        now, before = self._clock(), self._store.looked()
        if now <= before.at:
            return 0
        started = sum(self._start(campaign, before, now) for campaign in self._catalog.scheduled)
        theirs = (campaign for campaign in self._catalog.scheduled if _theirs(campaign))
        known = tuple(_schedule(campaign) for campaign in theirs if not self._waits(campaign, before))
        after = replace(self._plan(before, now), at=now, known=known)
        self._store.look(before, after, due=self._next(after, now))
        return started

    def _start(self, campaign: Campaign, before: Looked, now: Millis) -> int:
        """Late is better than never, until its messages would have expired for everybody.

        What came to be there since the last look begins then: a time of theirs may be past in the east and not in the west.
        """
        if self._waits(campaign, before):
            return 0
        theirs, looked = _theirs(campaign), before.at or now
        lives = campaign.expires + (AROUND if theirs else 0)
        since = looked - AROUND if theirs and _schedule(campaign) not in before.known else looked
        try:
            come = schedules.between(campaign.trigger, max(since, now - lives), now)
        except Exception as error:  # one campaign's calendar must not hold up the others'
            trouble.note(f"schedule of {campaign.name}", error)
            return 0
        begins = [(max(at, looked), local) for at, local in come]
        occurrences = [FanOut(campaign.name, local, at, local=local if theirs else "") for at, local in begins]
        return sum(self._occurrences.campaign(campaign, occurrence) for occurrence in occurrences)

    def _waits(self, campaign: Campaign, before: Looked) -> bool:
        """Whether it is new, in each customer's own time, and its audience may not stand in its places yet."""
        new = _theirs(campaign) and _schedule(campaign) not in before.known
        return new and before.plan != self._catalog.plan

    def _plan(self, looked: Looked, now: Millis) -> Looked:
        plan = self._catalog.plan
        if looked.plan == plan:
            return replace(looked, new="", since=0)
        if looked.new != plan:
            return replace(looked, new=plan, since=now)
        if now - looked.since < SETTLED:
            return looked
        self._occurrences.everybody(f"{plan}@{looked.changes + 1}")  # a plan that comes back is a change like any other
        return replace(looked, plan=plan, new="", since=0, changes=looked.changes + 1)

    def _next(self, looked: Looked, now: Millis) -> Millis | None:
        """When there will be something to see to."""
        horizon = (now // HORIZON + 2) * HORIZON  # one that stays: each move of a due moment costs two units
        coming = [looked.since + SETTLED] if looked.new else []
        for campaign in self._catalog.scheduled:
            try:
                coming.append(schedules.following(campaign.trigger, now, horizon) or horizon)
            except Exception as error:  # as above
                trouble.note(f"schedule of {campaign.name}", error)
        return min(coming, default=None)


def _theirs(campaign: Campaign) -> bool:
    return campaign.trigger.timezone == "customer"


def _schedule(campaign: Campaign) -> str:
    return f"{campaign.name} {campaign.trigger.cron or campaign.trigger.at}"
