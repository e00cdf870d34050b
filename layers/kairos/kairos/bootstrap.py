"""Puts the parts together, a function per door. Each imports only what its door needs: a cold start pays for no other."""

import os
import time
import uuid
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from kairos import compiled, doors, settings
from kairos.domain.events import Millis
from kairos.doors import erasure_reference as erasure_reference
from kairos.doors import fan_out_reference as fan_out_reference
from kairos.doors import item as item
from kairos.doors import once as once
from kairos.doors import reference as reference
from kairos.doors import routed as routed
from kairos.doors import visit as visit
from kairos.service.metrics import Tally
from kairos.service.receipts import shared
from kairos.service.trouble import note as note

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

    from kairos.adapters.aws import Aws
    from kairos.adapters.dynamodb.table import Table
    from kairos.adapters.queues import SqsQueues
    from kairos.adapters.secrets import Secret
    from kairos.domain.definitions import Catalog
    from kairos.domain.tokens import Keyring
    from kairos.service.agreed import Agreed
    from kairos.service.control import Switch
    from kairos.service.customers import Customers
    from kairos.service.deliver import Deliver
    from kairos.service.erase import Erase
    from kairos.service.evaluate import Evaluate
    from kairos.service.fan_out import Spread
    from kairos.service.ingest import Ingest
    from kairos.service.links import Links
    from kairos.service.occurrences import Occurrences
    from kairos.service.ports import CustomerStore
    from kairos.service.preferences import PreferenceCentre
    from kairos.service.sweep import Sweep


def wall_clock() -> Millis:
    return time.time_ns() // 1_000_000


clock: Callable[[], Millis] = wall_clock
"""The one source of time; the local stack puts its own here."""

PATIENCE: Final = 10.0
"""Seconds that ingest gives the queue: then who waits is told what to send again, before the door itself times out."""

tally = Tally()
"""What the services of this process counted since the last invocation."""


def now() -> Millis:
    """Asks the clock of the moment, which may have been replaced."""
    return clock()


def ids() -> str:
    """An id that nobody else has."""
    return uuid.uuid4().hex


def flush(metrics: "Metrics") -> None:
    """Hands what this invocation counted to CloudWatch."""
    doors.flush(metrics, tally)


def ingest() -> "Ingest":
    from kairos.adapters.queues import SqsQueues
    from kairos.service.ingest import Ingest
    from kairos.service.keys import Keys

    env, aws = settings.read(settings.Ingest, os.environ), _aws()
    keys = Keys(_secret(aws, env.keys_secret), now)
    queues = SqsQueues(aws.sqs, events=env.events_queue, rejected=env.rejected_queue, patience=PATIENCE)
    folder = env.catalog_dir
    names, shop = compiled.vocabulary(folder), compiled.shopify(folder)
    signed = _secret(aws, env.shopify_secret)
    made = Ingest(queues, keys, now, ids, tally, names, _agreed(folder), shop, signed)
    made.receipts = shared(now, clock)
    return made


@cache
def contract() -> str:
    """The API as a document."""
    return compiled.text(settings.read(settings.Ingest, os.environ).catalog_dir, "openapi.json")


def evaluate() -> "Evaluate":
    env = settings.read(settings.Evaluate, os.environ)
    return _evaluate(env, _aws(), fan_out=env.fan_out_queue, erase=env.erase_queue)[0]


def customers() -> "Customers":
    from kairos.adapters import forms
    from kairos.adapters.dynamodb.exports import DynamoExports
    from kairos.service.customers import Customers
    from kairos.service.keys import Keys

    env, aws = settings.read(settings.Customers, os.environ), _aws()
    service, store, catalog = _evaluate(env, aws, erase=env.erase_queue)
    keys, exports = Keys(_secret(aws, env.keys_secret), now), DynamoExports(_table(env.table, aws))
    made = Customers(store, service, keys, catalog, now, ids, forms, exports)
    made.receipts = shared(now, clock)
    return made


def links() -> "tuple[Links, PreferenceCentre]":
    from kairos.adapters.pages import HtmlPages
    from kairos.adapters.queues import SqsQueues
    from kairos.service.links import Links
    from kairos.service.preferences import PreferenceCentre
    from kairos.service.visits import Reception

    env, aws = settings.read(settings.Links, os.environ), _aws()
    service, store, catalog = _evaluate(env, aws, erase=env.erase_queue)
    queues = SqsQueues(aws.sqs, events=env.events_queue, send=env.send_queue, rejected=env.rejected_queue)
    pages = HtmlPages(compiled.read(env.catalog_dir, "pages.json"))
    reception = Reception(_keyring(aws, env.link_key_secret), service.commit_now, queues, pages, now)
    return Links(reception, catalog.policy), PreferenceCentre(reception, store, catalog)


def deliver() -> "Deliver":
    from kairos.adapters.archive import FirehoseArchive
    from kairos.adapters.aws import fresh
    from kairos.adapters.bus import EventBridgeBus
    from kairos.adapters.dynamodb.addresses import DynamoAddresses
    from kairos.adapters.dynamodb.control import DynamoControl
    from kairos.adapters.dynamodb.coupons import DynamoCoupons
    from kairos.adapters.dynamodb.messages import DynamoMessages
    from kairos.adapters.queues import SqsQueues
    from kairos.adapters.rendering import JinjaRenderer
    from kairos.domain.link import link
    from kairos.outlets import providers
    from kairos.service.deliver import Deliver

    env, aws = settings.read(settings.Deliver, os.environ), _aws()
    bundle, table = compiled.bundle(env.catalog_dir), _table(env.table, aws)
    keyring = _keyring(aws, env.link_key_secret)
    return Deliver(
        messages=DynamoMessages(table, now),
        queues=SqsQueues(aws.sqs, events=env.events_queue, send=env.send_queue, rejected=env.rejected_queue),
        archive=FirehoseArchive(aws.firehose, env.archive_stream),
        control=DynamoControl(table),
        addresses=DynamoAddresses(table),
        bus=EventBridgeBus(fresh(aws.events), env.bus),
        renderer=JinjaRenderer(compiled.read(env.catalog_dir, "templates.json"), keyring, env.base_url),
        codes=DynamoCoupons(table, keyring),
        providers=providers(env, aws, bundle["policy"]),
        catalog=link(bundle).with_address_key(env.address_key),
        clock=now,
        ids=ids,
        tally=tally,
    )


def sweep() -> "Sweep":
    from kairos.adapters.dynamodb.calendar import DynamoCalendar
    from kairos.adapters.dynamodb.control import DynamoControl
    from kairos.adapters.dynamodb.due import DynamoDue
    from kairos.adapters.dynamodb.reputation import DynamoReputation
    from kairos.adapters.queues import SqsQueues
    from kairos.domain.link import link
    from kairos.service.calendar import Calendar
    from kairos.service.reputation import Breaker
    from kairos.service.sweep import Sweep

    env, aws = settings.read(settings.Sweep, os.environ), _aws()
    table, catalog = _table(env.table, aws), link(compiled.bundle(env.catalog_dir))
    spread, gone = env.fan_out_queue, env.erase_queue
    queues = SqsQueues(aws.sqs, events=env.events_queue, send=env.send_queue, fan_out=spread, erase=gone)
    calendar = Calendar(DynamoCalendar(table), _occurrences(table, queues, catalog), catalog, now)
    breaker = Breaker(DynamoControl(table), DynamoReputation(table), now, tally)
    return Sweep(DynamoDue(table), queues, calendar, breaker, now, tally)


def fan_out() -> "Spread":
    from kairos.adapters.dynamodb.audience import DynamoAudience
    from kairos.adapters.dynamodb.fan_outs import DynamoFanOuts
    from kairos.adapters.queues import SqsQueues
    from kairos.service.fan_out import Spread

    env, aws = settings.read(settings.FanOut, os.environ), _aws()
    table = _table(env.table, aws)
    queues = SqsQueues(aws.sqs, send=env.send_queue, bulk=env.bulk_queue, fan_out=env.fan_out_queue)
    return Spread(DynamoFanOuts(table), DynamoAudience(table), queues, now, tally)


def erase() -> "Erase":
    from kairos.forgetting import eraser

    return eraser(settings.read(settings.Erase, os.environ), _aws(), now, tally)


def switch(table: str, send_queue: str) -> "Switch":
    """The kill switch of a stack, for the command line."""
    from kairos.adapters.dynamodb.control import DynamoControl
    from kairos.adapters.dynamodb.due import DynamoDue
    from kairos.adapters.dynamodb.reputation import DynamoReputation
    from kairos.adapters.queues import SqsQueues
    from kairos.service.control import Switch

    aws = _aws()
    held, queues = _table(table, aws), SqsQueues(aws.sqs, send=send_queue)
    return Switch(DynamoControl(held), DynamoReputation(held), DynamoDue(held), queues, now)


def _evaluate(
    env: settings.Deciding, aws: "Aws", *, erase: str, fan_out: str = ""
) -> "tuple[Evaluate, CustomerStore, Catalog]":
    """Without the queue `fan_out`: for doors at which every event has a customer."""
    from kairos.adapters.archive import FirehoseArchive
    from kairos.adapters.dynamodb.addresses import DynamoAddresses
    from kairos.adapters.dynamodb.control import DynamoControl
    from kairos.adapters.dynamodb.coupons import DynamoShownCodes
    from kairos.adapters.dynamodb.customers import DynamoCustomers
    from kairos.adapters.dynamodb.messages import DynamoMessages
    from kairos.adapters.dynamodb.products import DynamoProducts
    from kairos.adapters.dynamodb.reputation import DynamoReputation
    from kairos.adapters.queues import SqsQueues
    from kairos.domain.link import link
    from kairos.forgetting import asks
    from kairos.service.evaluate import Evaluate
    from kairos.service.feedback import Learning
    from kairos.service.goods import Goods
    from kairos.service.redeem import Redeem

    table = _table(env.table, aws)
    linked = link(compiled.bundle(env.catalog_dir)).with_address_key(env.address_key)
    catalog = linked.with_since(DynamoControl(table).since(linked.keeps, now()))
    store = DynamoCustomers(table, catalog.address_hash)
    queues = SqsQueues(
        aws.sqs, events=env.events_queue, send=env.send_queue, rejected=env.rejected_queue, fan_out=fan_out, erase=erase
    )
    service = Evaluate(
        customers=store,
        learning=Learning(DynamoMessages(table, now), DynamoAddresses(table), DynamoReputation(table), catalog),
        queues=queues,
        archive=FirehoseArchive(aws.firehose, env.archive_stream),
        catalog=catalog,
        clock=now,
        ids=ids,
        tally=tally,
        external=_occurrences(table, queues, catalog).external if fan_out else None,
        hearing=compiled.hearing(env.catalog_dir, _agreed(env.catalog_dir)) if fan_out else None,
        redeem=Redeem(DynamoShownCodes(table), catalog),
        goods=Goods(DynamoProducts(table), catalog, now) if fan_out else None,
        erasing=asks(table, store, queues, catalog.address_hash, shared(now, clock)),
    )
    return service, store, catalog


def _occurrences(table: "Table", queues: "SqsQueues", catalog: "Catalog") -> "Occurrences":
    from kairos.adapters.dynamodb.fan_outs import DynamoFanOuts
    from kairos.service.occurrences import Occurrences

    return Occurrences(DynamoFanOuts(table), queues, catalog, now, tally)


def _aws() -> "Aws":
    from kairos.adapters.aws import Aws

    return Aws()


def _table(name: str, aws: "Aws") -> "Table":
    from kairos.adapters.dynamodb.table import Table

    return Table(aws.dynamodb, name)


def _agreed(folder: str) -> "Agreed":
    from kairos.adapters.contracts import SchemaContracts
    from kairos.service.agreed import Agreed

    return Agreed(SchemaContracts(compiled.contracts(folder)), tally)


def _secret(aws: "Aws", name: str) -> "Secret":
    from kairos.adapters.secrets import Secret

    return Secret(aws.secrets, name, now)


def _keyring(aws: "Aws", name: str) -> "Callable[[], Keyring]":
    """The link keys of the moment; read once now, so that a stack without them fails at its start."""
    from kairos.domain.tokens import Keyring

    secret, parse = _secret(aws, name), lru_cache(maxsize=1)(Keyring.parse)
    parse(secret())
    return lambda: parse(secret())
