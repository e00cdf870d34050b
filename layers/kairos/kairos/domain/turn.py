"""One turn of deciding: the working copy of a customer, and what has come of it so far."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kairos.domain import reach
from kairos.domain.definitions import Campaign, Catalog, Step
from kairos.domain.effects import (
    Decision,
    DropOwner,
    DropPlace,
    Effect,
    Outcome,
    PutMessage,
    PutOwner,
    PutPlace,
    Record,
    message_id,
)  # fmt: skip
from kairos.domain.events import MOST, Event, Json, Millis, Ref
from kairos.domain.identity import short_hash
from kairos.domain.journey import Recent, Run
from kairos.domain.state import Customer, NeedsProfile, Profile, State
from kairos.domain.view import View

NEVER: Millis = 253_402_300_799_000
"""The end of the year 9999: what must not be lost to lateness expires then."""

SETTLING: Millis = 15 * 60 * 1000
"""How long a message may go without a receipt before the sweep looks at it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A send that is due and stands before the gates."""

    run: Run
    campaign: Campaign
    step: Step
    due: Millis


class Turn:
    """Changed while one occurrence is worked off; nobody outside of `decide` ever sees it."""

    def __init__(self, customer: Customer, catalog: Catalog, now: Millis, cause: str) -> None:
        self.customer, self.catalog, self.now, self.cause = customer, catalog, now, cause
        self.state = customer.state.copy()
        self.profile: Profile | None = None if customer.profile is None else customer.profile.copy()
        self.effects: list[Effect] = []
        self.records: list[Record] = []
        self.candidates: list[Candidate] = []
        self.told: deque[Event] = deque()
        self.most = MOST  # effects and sends, beyond which it takes no further timer
        self.kept = 0  # marketing messages that won arbitration in this turn
        self.moved = False  # whether the guard has to move
        self.replan = False  # whether moments of the customer have to be looked at again
        self.touched: set[str] = set()  # what watches may look at and has changed: `count:KEEP`, `attribute:NAME`, …

    def view(self, event: Json, moment: Millis = 0) -> View:
        return View(self.state, self.catalog, event, self.now, moment)

    def needed_profile(self) -> Profile:
        """The profile, to be changed. Raises NeedsProfile."""
        if self.profile is None:
            raise NeedsProfile(self.customer.id)
        return self.profile

    def record(self, campaign: str, key: str, outcome: Outcome, reason: str = "", **more: Any) -> None:
        """Writes down what was decided and why."""
        self.records.append(
            Record(
                self.now, self.customer.id, campaign, key, outcome, reason,
                event=self.cause, version=self.state.version, catalog=self.catalog.hash, **more,
            )
        )  # fmt: skip

    def tell(self, type: str, campaign: str, key: str, **properties: Any) -> None:
        """One of Kairos's own events, where a definition listens or the policy publishes it."""
        self.tell_at(self.now, type, campaign, key, **properties)

    def tell_at(self, time: Millis, type: str, campaign: str, key: str, /, **properties: Any) -> None:
        """The same, of something that was so at that time."""
        if not self.catalog.hears(type):
            return
        identity = short_hash("\x1f".join((self.customer.id, campaign, key, type, *map(str, properties.values()))), 12)
        event = Event(
            id=f"{type}:{identity}", type=type, time=time, received=self.now,
            source="kairos", customer=Ref(id=self.customer.id), own=True,
            properties={"campaign": campaign, "key": key} | {k: v for k, v in properties.items() if v is not None},
        )  # fmt: skip
        self.told.append(event)

    def publish(self, event: Event) -> None:
        """Sends one of Kairos's own events out on the bus, if the policy says so."""
        if event.own and event.type in self.catalog.policy.publish:
            campaign = str(event.properties.get("campaign", ""))
            self.emit(campaign, str(event.properties.get("key", "")), event.id, event.type, dict(event.properties))

    def emit(self, campaign: str, key: str, step: str, type: str, detail: Json) -> None:
        """An event out, kept as a message until it is on the bus."""
        id = message_id(self.customer.id, campaign, key, step, "event")
        if id in self.customer.made or any(isinstance(e, PutMessage) and e.id == id for e in self.effects):
            return
        self.effects.append(
            PutMessage(
                id=id, campaign=campaign, key=key, step=step, channel="event", channels=(), topic="", template="",
                transactional=True, since=self.now, trigger="", same={}, expires=NEVER, due=self.now + SETTLING,
                guard=0, catalog=self.catalog.hash, detail={"type": type, "detail": detail},
            )
        )  # fmt: skip

    def recents(self, campaigns: Iterable[str]) -> Iterable[Recent]:
        """Late entries in these campaigns."""
        return (recent for name in campaigns for recent in self.state.recents.get(name, ()))

    def recent(self, campaign: str, key: str) -> Recent | None:
        """The late entry on that key."""
        hashed = short_hash(key)
        return next((r for r in self.state.recents.get(campaign, ()) if r.key == hashed), None)

    def end(self, run: Run, reason: str) -> None:
        """The run leaves; a cooldown whose entry sent nothing is given back."""
        self.state.runs = [other for other in self.state.runs if other is not run]
        self.touched.add(f"campaign:{run.campaign}")
        self.candidates = [c for c in self.candidates if c.run is not run]
        self.record(run.campaign, run.key, "left", reason, step=run.step)
        if recent := self.recent(run.campaign, run.key):
            recent.ended = True
            give_back(recent)
        self.tell("campaign.left", run.campaign, run.key, reason=reason)

    def finish(self) -> Decision:
        """The decision, with the guard moved where it must."""
        if self.moved:
            self.state.guard += 1
        self.effects = [
            replace(e, guard=self.state.guard) if isinstance(e, PutMessage) else e for e in self.effects
        ]  # fmt: skip
        before = self.customer
        self._move_places()
        self._move_addresses()
        self.state.raw = self.state.pack()
        changed = bool(self.effects) or self.state.due != before.state.due or self.state.raw != before.state.raw
        profile_changed = self.profile != before.profile
        after = replace(before, state=self.state, profile=self.profile if profile_changed else before.profile)
        return Decision(after, tuple(self.effects), tuple(self.records), changed or profile_changed)

    def _move_places(self) -> None:
        """Where the audience index has to follow."""
        state, catalog, before = self.state, self.catalog, self.customer.state
        if state.indexed == catalog.index and (not catalog.index or (not self.replan and _stands_alike(state, before))):
            return
        stood = reach.places_of(before, catalog, self.now) if state.indexed == catalog.index else frozenset()
        stands = reach.places_of(state, catalog, self.now)
        state.indexed = catalog.index
        self.effects += [PutPlace(place) for place in sorted(stands - stood)]
        self.effects += [DropPlace(place) for place in sorted(stood - stands)]

    def _move_addresses(self) -> None:
        """Who is found by an address has to follow."""
        if self.state.addresses == self.customer.state.addresses:
            return
        before, after = self.customer.state.owned, self.state.owned
        self.effects += [PutOwner(address) for address in sorted(after - before)]
        self.effects += [DropOwner(address) for address in sorted(before - after)]


def _stands_alike(state: State, before: State) -> bool:
    return state.tags == before.tags and state.watched == before.watched and state.interests == before.interests


def give_back(recent: Recent) -> None:
    """An entry that has ended with every send it tried refused does not block."""
    if recent.ended and recent.tried and not recent.kept:
        recent.given_back = True
