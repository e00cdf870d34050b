"""Why a dead letter died: by what lies beside it, else by doing again what its worker did, without writing anything."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.dynamodb.customers import DynamoCustomers
from kairos.adapters.dynamodb.erasures import DynamoErasures
from kairos.adapters.dynamodb.fan_outs import DynamoFanOuts
from kairos.adapters.dynamodb.messages import DynamoMessages
from kairos.adapters.dynamodb.table import Table
from kairos.domain.definitions import Catalog
from kairos.domain.effects import Effect
from kairos.domain.events import Event, Heard, Millis
from kairos.domain.identity import customer_id
from kairos.domain.judge import judge
from kairos.domain.sources import queued
from kairos.domain.sources.feedback import Feedback
from kairos.domain.sources.parts import BadEvent
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.texts import Text
from kairos.domain.state import Customer
from kairos.doors import erasure_reference, fan_out_reference, reference
from kairos.service import strict_json
from kairos.service.commit import Commit
from kairos.service.metrics import Tally
from kairos.service.ports import Unavailable
from kairos.service.trouble import where
from local.dead_letters import Letter
from local.events import shopify, vocabulary


class Cause(NamedTuple):
    """Why a letter died, in words without any value that it carries; and whether it would only die again if sent back."""

    words: str
    hopeless: bool = False


PASSED = "passes now: what stopped it has gone"
"""A throttled table, a lost network, an error that the deployed code no longer makes."""


class _Reading(DynamoCustomers):
    """Reads as the worker did, and commits nothing."""

    def commit(self, before: Customer, after: Customer, effects: Sequence[Effect], writer: str) -> None:
        """Would have gone well."""


class PostMortem:
    """Asks a stack's table, and the campaigns of a directory."""

    def __init__(
        self, dynamodb: Any, table: str, campaigns: Path, address_key: Callable[[], str], clock: Callable[[], Millis]
    ) -> None:
        self._table = Table(dynamodb, table)
        self._catalog = _compiled(campaigns)
        self._address_key = address_key
        self._segment, self._shop = Segment(vocabulary(campaigns)), shopify(campaigns)
        self._clock = clock

    def why(self, queue: str, letter: Letter) -> Cause:
        """As far as it can be told from here: with the code and the campaigns of this machine."""
        if code := letter.said.get("ERROR_CODE"):
            return Cause(f"not delivered by EventBridge: {code}")
        looks: dict[str, Callable[[Any], str]] = {
            "events": self._decided, "bulk": self._decided, "send": self._carried, "fan-out": self._reached,
            "erase": self._erased, "sweep": _swept,
        }  # fmt: skip
        try:
            return Cause(looks[queue](strict_json.read_queued(letter.text)))
        except (ClientError, BotoCoreError, Unavailable) as error:
            return Cause(f"cannot be told: the table does not answer ({type(error).__name__})")
        except BadEvent as bad:
            return Cause(f"not understood: {bad.code}{f' at {bad.field}' if bad.field else ''}")
        except Exception as error:
            return Cause(f"fails: {where(error)}", hopeless=True)

    def _decided(self, body: Any) -> str:
        now = self._clock()
        catalog = self._catalog.with_address_key(self._address_key())
        commit = Commit(_Reading(self._table), catalog, lambda: "post-mortem", Tally())
        for said in queued.read(body, now, self._segment, self._shop):
            heard = _heard(said, now, catalog)
            if heard is not None and (who := _whose(heard, catalog)):
                found = commit.read((who,), (who,), consistent=True)[who]
                commit(found, (heard,), now, consistent=True)
        return PASSED

    def _carried(self, body: Any) -> str:
        now = self._clock()
        dossier = DynamoMessages(self._table, lambda: now).dossier(reference(body))
        if dossier is None:
            return "gone: the message is not in the table any more; sent back it does nothing"
        message = dossier.message
        if message.status != "pending":
            return f"{message.status}: settled meanwhile; sent back it is not sent again"
        put = message.put
        if dossier.control.holds(put.campaign, put.channel, now, transactional=put.transactional):
            return "held by the kill switch or an open circuit"
        refused = judge(dossier.customer, message.put, self._catalog, now)
        return f"would be refused: {refused}" if refused else PASSED

    def _reached(self, body: Any) -> str:
        ref, _ = fan_out_reference(body)
        found = DynamoFanOuts(self._table).read(ref)
        return "finished meanwhile; sent back it does nothing" if found is None else PASSED

    def _erased(self, body: Any) -> str:
        found = DynamoErasures(self._table, self._catalog.address_hash).read(erasure_reference(body))
        return "finished meanwhile; sent back it does nothing" if found is None else PASSED


def _heard(said: queued.Understood, now: Millis, catalog: Catalog) -> Heard | None:
    """What `decide` would be told; of an answer from a number, as its owner is not looked up, the number's own."""
    if isinstance(said, queued.Unfiled):
        return None
    if isinstance(said, Feedback):
        return said.event(now, catalog.address_hash)
    return said.event("", now, catalog.address_hash) if isinstance(said, Text) else said


def _whose(heard: Heard, catalog: Catalog) -> str:
    if isinstance(heard, Event):
        return (customer_id(heard.customer, catalog.address_hash) if heard.customer else None) or ""
    return heard.customer


def _swept(body: Any) -> str:
    return "the next minute did all that this one left"


def _compiled(campaigns: Path) -> Catalog:
    from kairos.catalog.bundle import compile_directory
    from kairos.domain.link import link

    return link(compile_directory(campaigns).catalog)
