"""What providers and people answer: it settles messages, closes and opens addresses, counts, and becomes ordinary events."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kairos.domain import soft_bounces, suppression
from kairos.domain.definitions import Catalog
from kairos.domain.effects import PutMessage, Record
from kairos.domain.events import Event, Millis
from kairos.domain.reputation import Hour, hour_of
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.texts import Text
from kairos.service import trouble
from kairos.service.ports import AddressStore, MessageStore, ReputationStore

Answer = Feedback | Text

MINUTE: Final[Millis] = 60_000

OWNERS: Final = 500
"""To so many customers of one address it is told that it is closed; others learn it when they are to be written to."""


@dataclass(slots=True)
class Learnt:
    """What follows from a batch; items are named by their queue message's id."""

    heard: list[tuple[str, Event]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    there: set[str] = field(default_factory=set)  # customers of whom a message was there


class Learning:
    """Carries answers into the table; safe any number of times, in any order."""

    def __init__(
        self, messages: MessageStore, addresses: AddressStore, reputation: ReputationStore, catalog: Catalog
    ) -> None:
        self.addresses = addresses
        self._messages, self._reputation = messages, reputation
        self._catalog = catalog

    def __call__(self, answers: Sequence[tuple[str, Answer, Millis]], now: Millis) -> Learnt:
        """Each (item, answer, when it was queued: the same for every worker that reads it); what failed comes again."""
        learnt = Learnt()
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for item, answer, received in answers:
            try:
                if isinstance(answer, Text):
                    learnt.heard += [(item, event) for event in self._text(answer, received)]
                else:
                    self._feedback(learnt, counts, item, answer, received)
            except Exception as error:  # one message's trouble must not hold up the others; the item comes again
                trouble.note("feedback", error)
                learnt.failed.add(item)
        self._forgive([(item, answer) for item, answer, _ in answers if isinstance(answer, Feedback)], learnt)
        self._count(counts, now)
        return learnt

    def _feedback(
        self, learnt: Learnt, counts: dict[str, Counter[str]], item: str, said: Feedback, received: Millis
    ) -> None:
        """The provider's own word settles the message, and may close an address, before it is an event like others."""
        put, first = self._settled(learnt, item, said, received)
        if said.counts and first:
            counts[said.channel][said.counts] += 1
        if said.kind == "unsubscribed":
            who = [said.customer] if said.customer else self._owners(said)
            marketing = self._catalog.policy.marketing
            learnt.heard += [(item, said.withdrawal(one, marketing, received)) for one in who]
        if said.permanent or (said.soft and self._gone_soft(said)):
            learnt.heard += [(item, event) for event in self._closed(said, received)]
        if event := said.event(received, self._catalog.address_hash, put):
            learnt.heard.append((item, event))

    def _settled(self, learnt: Learnt, item: str, said: Feedback, received: Millis) -> tuple[PutMessage | None, bool]:
        """The message, where it is known, and whether this is news; one that nobody knew to be sent is told as such, once."""
        if not (said.customer and said.message):
            return None, True
        if said.kind == "sent":
            self._settle(learnt, item, said, received)
            return None, True
        noted = self._messages.note(said.customer, said.message, said.kind, said.time)
        if noted is None:
            return None, True
        learnt.there.add(said.customer)
        if noted.unsettled:
            self._settle(learnt, item, said, received)
        return noted.message.put, noted.first

    def _settle(self, learnt: Learnt, item: str, said: Feedback, received: Millis) -> None:
        """A message that was in doubt, or given up, was sent after all.

        It stays due for `deliver`, who tells it again: a worker that dies before it is decided on has told nobody.
        """
        due = received + MINUTE if self._catalog.hears("message.sent") else 0
        if self._messages.settle(said.customer, said.message, provider_id=said.provider_id, now=received, due=due):
            campaign, step, variant = (said.tags.get(name, "") for name in ("campaign", "step", "variant"))
            learnt.records.append(
                Record(
                    received, said.customer, campaign, "", "sent", "sent", step=step, channel=said.channel,
                    message=said.message, variant=variant, event=said.provider_id, catalog=self._catalog.hash,
                )
            )  # fmt: skip
            learnt.heard.append((item, said.sent(received)))

    def _closed(self, said: Feedback, received: Millis) -> Iterator[Event]:
        """Nothing goes there any more, whoever is to be written to there; those who are there are told."""
        if not (place := said.place(self._catalog.address_hash)) or not self.addresses.suppress(
            place, said.why, said.time
        ):
            return
        mine = {said.customer} if said.permanent and said.message else set()  # the message's own event says so
        for owner in self.addresses.owners(place, OWNERS):
            if owner not in mine:
                yield suppression.event(place, owner, said.time, received, said.why)

    def _gone_soft(self, said: Feedback) -> bool:
        """Whether an address has bounced so often now that nobody can be there."""
        if not (place := said.place(self._catalog.address_hash)):
            return False
        days = self.addresses.soft_bounce(place, said.time)
        if old := soft_bounces.stale(days):
            self.addresses.forgive(place, old)
        return soft_bounces.are_enough(days)

    def _forgive(self, answers: Sequence[tuple[str, Feedback]], learnt: Learnt) -> None:
        """A delivery forgives the soft bounces before it; one read for a batch tells where there are any."""
        delivered: dict[str, Millis] = {}
        for _, said in answers:
            if said.kind == "delivered" and (place := said.place(self._catalog.address_hash)):
                delivered[place] = max(said.time, delivered.get(place, 0))
        try:
            for place, days in (self.addresses.soft(list(delivered)) if delivered else {}).items():
                if past := [day for day in days if day <= soft_bounces.day(delivered[place])]:
                    self.addresses.forgive(place, past)
        except Exception as error:  # as above
            trouble.note("feedback", error)
            learnt.failed |= {item for item, said in answers if said.kind == "delivered"}

    def _text(self, said: Text, received: Millis) -> Iterator[Event]:
        """STOP closes the number before it is an event, START opens it again; of nobody's number it is the number's own."""
        hashed = self._catalog.address_hash
        place, stopped = said.place(hashed), 0
        if said.keyword == "stop":
            self.addresses.suppress(place, "stopped", said.time)
        elif said.keyword == "start":
            stopped = self.addresses.release(place, said.time)
        for owner in list(self.addresses.owners(place, OWNERS)) or [""]:
            yield said.event(owner, received, hashed, stopped)

    def _owners(self, said: Feedback) -> list[str]:
        place = said.place(self._catalog.address_hash)
        return list(self.addresses.owners(place, OWNERS)) if place else []

    def _count(self, counts: dict[str, Counter[str]], now: Millis) -> None:
        for channel, of in counts.items():
            try:
                self._reputation.count(channel, Hour(hour_of(now), of["sent"], of["bounced"], of["complained"]), now)
            except Exception as error:  # what is settled stays so; a batch that is not counted changes no share
                trouble.note("reputation", error)
