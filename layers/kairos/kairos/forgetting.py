"""Puts together who forgets people: what asks for it, at every door that decides, and what goes through all there is of them."""

from typing import TYPE_CHECKING

from kairos.adapters.dynamodb.erasures import DynamoErasures
from kairos.adapters.dynamodb.table import Table
from kairos.domain.identity import AddressHash, keyed
from kairos.service.erasing import Erasing
from kairos.service.ports import Clock, CustomerStore, Queues

if TYPE_CHECKING:
    from kairos import settings
    from kairos.adapters.aws import Aws
    from kairos.service.erase import Erase
    from kairos.service.metrics import Tally

MINUTE = 60_000


def asks(table: Table, customers: CustomerStore, queues: Queues, address_hash: AddressHash, receipts: Clock) -> Erasing:
    """Begins erasures."""
    return Erasing(customers, DynamoErasures(table, address_hash), queues, address_hash, receipts)


def eraser(env: "settings.Erase", aws: "Aws", clock: Clock, tally: "Tally") -> "Erase":
    """The worker behind the queue `erase`."""
    from kairos.adapters.letters import SqsLetters
    from kairos.adapters.recorded import S3Lines
    from kairos.service.erase import Erase

    address_hash = keyed(env.address_key.encode())
    aside = (env.events_dlq, env.bulk_dlq, env.send_dlq, env.rejected_queue)
    return Erase(
        store=DynamoErasures(Table(aws.dynamodb, env.table), address_hash),
        letters=SqsLetters(aws.sqs, aside),
        archive=S3Lines(aws.s3, env.archive_bucket),
        address_hash=address_hash,
        clock=clock,
        tally=tally,
        wait=env.erasure_wait * MINUTE,
    )
