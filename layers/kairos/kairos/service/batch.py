"""What a batch of what was heard amounts to, on its way."""

from dataclasses import dataclass, field

from kairos.domain.effects import Record
from kairos.domain.events import Event, Heard, Json, Millis
from kairos.domain.sources.queued import Unfiled
from kairos.domain.state import State
from kairos.service.commit import Committed
from kairos.service.feedback import Answer
from kairos.service.owners import Owners
from kairos.service.ports import MessageRef


@dataclass(slots=True)
class Batch:
    """What a batch amounts to; items are named by their queue message's id."""

    now: Millis
    owners: Owners
    heard: dict[str, list[tuple[str, Heard]]] = field(default_factory=dict)  # customer -> item, what
    events: list[tuple[str, Event]] = field(default_factory=list)  # to be archived
    answers: list[tuple[str, Answer, Millis]] = field(default_factory=list)  # with when each was queued
    rejected: list[tuple[str, Json]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    records: list[Record] = field(default_factory=list)
    unfiled: list[tuple[str, Unfiled]] = field(default_factory=list)  # records of before, to be archived
    messages: list[MessageRef] = field(default_factory=list)
    there: set[str] = field(default_factory=set)  # customers who are known to be
    erased: dict[str, State] = field(default_factory=dict)  # of those who were forgotten once

    def add(self, committed: Committed) -> None:
        """What became of one customer."""
        self.records += committed.records
        self.messages += committed.messages
