"""Everything around the workers that keeps something: the table, the queues, the archive, and the providers' inboxes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any, Final

from kairos.adapters import aws as settings
from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.audience import place_key
from kairos.adapters.dynamodb.erasures import mark_key
from kairos.adapters.dynamodb.reputation import PAUSED
from kairos.domain.erasure import mark
from kairos.domain.events import Millis
from kairos.domain.state import Profile
from kairos.service.ports import marketing_of
from tests.simulation.aws import mapping
from tests.simulation.aws.mapping import Source
from tests.simulation.aws.objects import Objects, Paging
from tests.simulation.aws.providers import Ses, Sns
from tests.simulation.aws.queues import Queue, Sqs
from tests.simulation.aws.schema import Schema
from tests.simulation.aws.sdk import Retrying, Skipping
from tests.simulation.aws.store import Store
from tests.simulation.aws.streams import Bus, Firehose
from tests.simulation.aws.transactions import DynamoDb
from tests.simulation.aws.values import Item
from tests.simulation.definitions import catalogs
from tests.simulation.deployed import template
from tests.simulation.doors import Aws
from tests.simulation.laptop import Disk
from tests.simulation.scheduler import Scheduler

DOORS: Final[Mapping[str, str]] = {
    "EvaluateFunction": "evaluate", "DeliverFunction": "deliver", "FanOutFunction": "fan_out", "EraseFunction": "erase"
}  # fmt: skip
_ROLES: Final = {
    "events": "EventsQueue", "send": "SendQueue", "bulk": "BulkQueue", "fan_out": "FanOutQueue", "rejected": "RejectedQueue",
    "erase": "EraseQueue", "events_dlq": "EventsDlq", "bulk_dlq": "BulkDlq", "send_dlq": "SendDlq",
}  # fmt: skip


class World:
    """What outlives every worker."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        schema, queues = _template()
        self.table = DynamoDb("kairos", schema, scheduler.clock, scheduler)
        self.sqs = Sqs(_emptied(queues), scheduler.clock, scheduler)
        self.objects = Objects("archive", scheduler)
        self.archive = Firehose("archive", scheduler, self.objects)
        self.ses, self.sns, self.bus = Ses(scheduler), Sns(scheduler), Bus("bus", scheduler)
        self.disk = Disk("disk", scheduler)
        self._tokens = count(1)

    @property
    def store(self) -> Store:
        return self.table.store

    @property
    def commits(self) -> int:
        """How many there have been."""
        return self.store.newest

    def clients(self) -> Aws:
        """Those of one worker; they try again as often as the adapters' settings say."""
        store, provider = (_attempts(config) for config in (settings.STORE, settings.PROVIDER))
        return Aws(
            dynamodb=Retrying(Skipping(self.table), store, self._tokens), sqs=Retrying(self.sqs, store),
            firehose=Retrying(self.archive, store), s3=Paging(Retrying(self.objects, store)), events=Retrying(self.bus, provider),
            ses=Retrying(self.ses, provider), sns=Retrying(self.sns, provider),
            table="kairos", queues={role: self.sqs.queues[name].url for role, name in _ROLES.items()}, bucket="archive",
            stream="archive", bus="bus",
        )  # fmt: skip

    def put(self, role: str, body: str) -> None:
        """Onto a queue, as the bus, a topic or an operator would."""
        self.sqs.put(self.sqs.queues[_ROLES[role]], body)

    def earliest_due(self) -> Millis | None:
        """The first moment in the index."""
        rows = self.store.indexes["due"].rows.values()
        moments = [int(self.store.items[part[0][1]].item["due_at"]["N"]) for part in rows if part]
        return min(moments, default=None)

    @property
    def visible(self) -> Iterator[Millis]:
        """When each message of a queue that feeds a function can be seen."""
        return (message.visible for source in sources() for message in self.sqs.queues[source.queue].messages)

    def waiting(self, queue: str) -> bool:
        """Whether a message can be seen."""
        return any(message.visible <= self._scheduler.now for message in self.sqs.queues[queue].messages)

    @property
    def unfinished(self) -> list[str]:
        """The queues in which something is left to do."""
        return [source.queue for source in sources() if self.sqs.queues[source.queue].messages]

    def archived(self) -> list[Any]:
        """The archive's lines."""
        return self.archive.lines

    @property
    def dead(self) -> list[str]:
        """What lies in dead-letter queues."""
        return [m.body for name, queue in self.sqs.queues.items() if name.endswith("Dlq") for m in queue.messages]

    @property
    def aside(self) -> str:
        """Everything that is in `rejected` or dead, as text."""
        rejected = [message.body for message in self.sqs.queues["RejectedQueue"].messages]
        return " ".join((*rejected, *self.dead)).replace('\\"', '"')

    def is_aside(self, id: str) -> bool:
        """Whether an event has ended there."""
        return json.dumps(id) in self.aside

    @property
    def paused(self) -> bool:
        """Whether marketing by e-mail does harm, and waits for somebody to look."""
        key = items.control_key()
        control = self.store.items.get((key["pk"]["S"], key["sk"]["S"]))
        return control is not None and marketing_of("email") in items.to_control(control.item).stops

    @property
    def rings(self) -> bool:
        """Whether what counts the alarm of a paused channel is due."""
        key = items.reputation_key("email", PAUSED)
        item = self.store.items.get((key["pk"]["S"], key["sk"]["S"]))
        return item is not None and "due_at" in item.item

    def profile(self, customer: str) -> Profile:
        """As it is now."""
        stored = self.store.items.get((f"C#{customer}", items.profile_key("")["sk"]["S"]))
        return Profile.unpack(stored.item["body"]["B"]) if stored else Profile()

    def erased(self, customer: str) -> Millis:
        """When they were forgotten last, as it is known under what stands for their id; 0 if they never were."""
        found = self.mark(customer)
        return int(found["erased"]["N"]) if found else 0

    def mark(self, customer: str) -> Item | None:
        """What stands for an id that was erased."""
        stored = self.store.items.get(mark_of(customer))
        return stored.item if stored else None

    def stands(self, place: str, customer: str) -> bool:
        """Whether the audience index has them there."""
        key = place_key(place, customer)
        return (key["pk"]["S"], key["sk"]["S"]) in self.store.items


def mark_of(customer: str) -> tuple[str, str]:
    """The key of what stands for an id that was erased."""
    pk, sk = items.identity(mark_key(mark(customer, catalogs()[0].address_hash)))
    return pk, sk


@cache
def sources() -> tuple[Source, ...]:
    """The queues that invoke functions."""
    return tuple(mapping.sources_of(template()))


@cache
def _template() -> tuple[Schema, Mapping[str, Queue]]:
    (properties,) = template().of_type("AWS::DynamoDB::Table").values()
    return Schema.of(properties), mapping.queues_of(template())


def _emptied(queues: Mapping[str, Queue]) -> dict[str, Queue]:
    """The same queues, new."""
    empty = {name: replace(queue, messages=[]) for name, queue in queues.items()}
    for queue in empty.values():
        if queue.dead:
            queue.dead = empty[queue.dead.name]
    return empty


def _attempts(config: Any) -> int:
    return int(config.retries["total_max_attempts"])
