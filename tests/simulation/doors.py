"""The real services on the real adapters, put together for a worker of the simulated stack as bootstrap does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from kairos.adapters import forms
from kairos.adapters.archive import FirehoseArchive
from kairos.adapters.bus import EventBridgeBus
from kairos.adapters.dynamodb.addresses import DynamoAddresses
from kairos.adapters.dynamodb.audience import DynamoAudience
from kairos.adapters.dynamodb.calendar import DynamoCalendar
from kairos.adapters.dynamodb.control import DynamoControl
from kairos.adapters.dynamodb.coupons import DynamoCoupons
from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.due import DynamoDue
from kairos.adapters.dynamodb.erasures import DynamoErasures
from kairos.adapters.dynamodb.exports import DynamoExports
from kairos.adapters.dynamodb.fan_outs import DynamoFanOuts
from kairos.adapters.dynamodb.messages import DynamoMessages
from kairos.adapters.dynamodb.products import DynamoProducts
from kairos.adapters.dynamodb.reputation import DynamoReputation
from kairos.adapters.dynamodb.table import Table
from kairos.adapters.letters import SqsLetters
from kairos.adapters.queues import SqsQueues
from kairos.adapters.recorded import S3Lines
from kairos.adapters.ses import SesEmail
from kairos.adapters.sns import SnsPush, SnsSms
from kairos.domain.access import Access
from kairos.domain.definitions import Catalog
from kairos.domain.events import Json, Millis
from kairos.domain.tokens import Keyring
from kairos.forgetting import asks
from kairos.service.calendar import Calendar
from kairos.service.control import Switch
from kairos.service.customers import Customers
from kairos.service.deliver import Deliver
from kairos.service.erase import Erase
from kairos.service.evaluate import Evaluate
from kairos.service.fan_out import Spread
from kairos.service.feedback import Learning
from kairos.service.goods import Goods
from kairos.service.ingest import Ingest
from kairos.service.keys import Keys
from kairos.service.links import Links
from kairos.service.metrics import Tally
from kairos.service.occurrences import Occurrences
from kairos.service.ports import BrokenTemplate, Dossier, Outgoing
from kairos.service.ports.pages import Page
from kairos.service.reputation import Breaker
from kairos.service.sweep import Sweep
from kairos.service.visits import Reception
from tests.simulation.laptop import Importer

KEY: Final = {"x-api-key": "key"}
ERASURE_WAIT: Final[Millis] = 30 * 60_000
KEYS: Final = Keyring(b"the key of the simulated stack, long enough")


class PlainText:
    """The port Renderer: what it says does not matter here, to whom does."""

    def render(self, dossier: Dossier, now: Millis) -> Outgoing:
        put, profile = dossier.message.put, dossier.customer.profile
        kind = {"email": "email", "sms": "phone"}[put.channel]
        address = None if profile is None else profile.address(kind)
        if not address or put.template == "broken":
            raise BrokenTemplate(f"{put.template}: no {kind} to send to, or nothing to say")
        return Outgoing(
            message=put.id, customer=dossier.message.owner, campaign=put.campaign, step=put.step, variant=put.variant,
            channel=put.channel, to={kind: address}, subject=put.template, text=put.template,
            transactional=put.transactional, expires=put.expires,
        )  # fmt: skip


class Wordless:
    """The port Pages: what they look like does not matter here, that they answer does."""

    languages: Mapping[str, str] = MappingProxyType({})

    def language(self, *wanted: str) -> str:
        return "en"

    def wording(self, page: Page, language: str, topic: str, channel: str) -> str:
        return f"{page}.{language}"

    def show(self, page: Page, language: str, about: Json) -> tuple[Mapping[str, str], str]:
        return {}, page


@dataclass(frozen=True, slots=True)
class Aws:
    """The clients of one worker, and the names of what they reach."""

    dynamodb: Any
    sqs: Any
    firehose: Any
    s3: Any
    events: Any
    ses: Any
    sns: Any
    table: str
    queues: dict[str, str]  # events, send, bulk, fan_out, rejected, erase, and the dead-letter queues -> url
    stream: str
    bucket: str
    bus: str


class Doors:
    """One worker of each function, as long as its sandbox lives: `catalog` is that of its deployment."""

    def __init__(self, aws: Aws, catalog: Catalog, clock: Callable[[], Millis], ids: Callable[[], str]) -> None:
        self._aws, self._catalog, self._clock, self._ids = aws, catalog, clock, ids
        self._table = Table(aws.dynamodb, aws.table, sleep=_no_time)
        self._queues = SqsQueues(
            aws.sqs, events=aws.queues["events"], send=aws.queues["send"], rejected=aws.queues["rejected"],
            bulk=aws.queues["bulk"], fan_out=aws.queues["fan_out"], erase=aws.queues["erase"], sleep=_no_time,
        )  # fmt: skip
        self._archive = FirehoseArchive(aws.firehose, aws.stream, sleep=_no_time)
        self._tally = Tally()
        self._keys = Keys(lambda fresh=None: Access(first="key").text(), clock)

    def ingest(self) -> Ingest:
        return Ingest(self._queues, self._keys, self._clock, self._ids, self._tally)

    def evaluate(self) -> Evaluate:
        """Asks the table, as after a cold start, since when each thing is counted."""
        control = DynamoControl(self._table)
        catalog = self._catalog.with_since(control.since(self._catalog.keeps, self._clock()))
        learning = Learning(
            DynamoMessages(self._table, self._clock),
            DynamoAddresses(self._table),
            DynamoReputation(self._table),
            catalog,
        )
        store = DynamoCustomers(self._table, catalog.address_hash)
        return Evaluate(
            store, learning, self._queues, self._archive, catalog, self._clock, self._ids, self._tally,
            external=self._occurrences(catalog).external, goods=Goods(DynamoProducts(self._table), catalog, self._clock),
            erasing=asks(self._table, store, self._queues, catalog.address_hash, self._clock),
        )  # fmt: skip

    def customers(self) -> Customers:
        store = DynamoCustomers(self._table)
        return Customers(
            store, self.evaluate(), self._keys, self._catalog, self._clock, self._ids, forms, DynamoExports(self._table)
        )

    def links(self) -> Links:
        reception = Reception(lambda: KEYS, self.evaluate().commit_now, self._queues, Wordless(), self._clock)
        return Links(reception, self._catalog.policy)

    def deliver(self) -> Deliver:
        mail = SesEmail(
            lambda: self._aws.ses, sender="Shop <shop@shop.example>", configuration_set="set", pace=_at_once
        )
        sms, push = SnsSms(lambda: self._aws.sns), SnsPush(lambda: self._aws.sns)
        return Deliver(
            DynamoMessages(self._table, self._clock), self._queues, self._archive, DynamoControl(self._table),
            DynamoAddresses(self._table), EventBridgeBus(lambda: self._aws.events, self._aws.bus), PlainText(),
            DynamoCoupons(self._table, lambda: KEYS), {"email": mail, "sms": sms, "push": push}, self._catalog, self._clock, self._ids, self._tally,
        )  # fmt: skip

    def sweep(self) -> Sweep:
        calendar = Calendar(
            DynamoCalendar(self._table), self._occurrences(self._catalog), self._catalog, self._clock
        )  # fmt: skip
        breaker = Breaker(DynamoControl(self._table), DynamoReputation(self._table), self._clock, self._tally)
        return Sweep(DynamoDue(self._table), self._queues, calendar, breaker, self._clock, self._tally)

    def fan_out(self) -> Spread:
        return Spread(
            DynamoFanOuts(self._table), DynamoAudience(self._table), self._queues, self._clock, self._tally, size=1
        )  # fmt: skip

    def erase(self) -> Erase:
        aside = [self._aws.queues[name] for name in ("events_dlq", "bulk_dlq", "send_dlq", "rejected")]
        return Erase(
            DynamoErasures(self._table, self._catalog.address_hash), SqsLetters(self._aws.sqs, aside),
            S3Lines(self._aws.s3, self._aws.bucket), self._catalog.address_hash, self._clock, self._tally, wait=ERASURE_WAIT,
        )  # fmt: skip

    def importer(self) -> Importer:
        return Importer(self._queues, self._clock)

    def switch(self) -> Switch:
        control, reputation = DynamoControl(self._table), DynamoReputation(self._table)
        return Switch(control, reputation, DynamoDue(self._table), self._queues, self._clock)

    def _occurrences(self, catalog: Catalog) -> Occurrences:
        return Occurrences(DynamoFanOuts(self._table), self._queues, catalog, self._clock, self._tally)


def _no_time(seconds: float) -> None:
    """The scheduler lets time pass; between two tries it has let others go first anyway."""


def _at_once(transactional: bool) -> None:
    """Nobody paces anybody here."""
