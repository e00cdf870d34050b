"""States and profiles: one read for many customers, one write for one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.audience import drop_place, last_words, put_place
from kairos.adapters.dynamodb.erasures import erased
from kairos.adapters.dynamodb.items import Item
from kairos.adapters.dynamodb.owners import owner_writes
from kairos.adapters.dynamodb.profiles import together
from kairos.adapters.dynamodb.states import put_state
from kairos.adapters.dynamodb.table import BATCH, CONDITION, Table, ambiguous, code, item_of, reasons, refused
from kairos.adapters.dynamodb.tombstones import bring_over, leave_places, tombstones_of, with_state
from kairos.domain.effects import Effect, PutConsent, PutEntry, PutMessage, PutSnapshot
from kairos.domain.identity import AddressHash
from kairos.domain.state import Customer
from kairos.service.ports import AlreadyWritten, StateMoved, TooLarge, Unavailable

# A customer's writes over time, and the condition that each of them meets:
#
#   nobody ──────────────> version 1 ──────────────> version 2 ───> …      see states.py and, for devices, tombstones.py
#          STATE_IS_NEW              STATE_UNMOVED
#   Entry, Message: ─────> exists, for ever the only one of its identity
#          NEVER_WRITTEN
NEVER_WRITTEN = "attribute_not_exists(pk)"

PROFILE: Final = 350 * 1024
"""Bytes of a packed profile: an item has 400 KB with its keys, and an API that shows it six megabytes."""


class DynamoCustomers:
    """The port CustomerStore."""

    def __init__(self, table: Table, address_hash: AddressHash | None = None) -> None:
        """Without `address_hash` it is not asked who was erased: for those who look at customers that there are."""
        self._table, self._hash = table, address_hash

    def read(
        self, ids: Collection[str], *, profiles: Collection[str] = (), consistent: bool = False
    ) -> dict[str, Customer]:
        keys = [items.state_key(who) for who in ids] + [items.profile_key(who) for who in profiles]
        found = self._table.get(keys, consistent=consistent)
        found |= together(self._table, found, profiles)

        nobody = [who for who in ids if items.identity(items.state_key(who)) not in found]
        gone = erased(self._table, nobody, self._hash) if nobody and self._hash else {}

        def customer(who: str) -> Customer:
            state, profile = (found.get(items.identity(key(who))) for key in (items.state_key, items.profile_key))
            if who in gone:
                return Customer.unknown(who, erased=gone[who])
            return items.to_customer(who, state, profile, with_profile=who in profiles)

        return {who: customer(who) for who in ids}

    def commit(self, before: Customer, after: Customer, effects: Sequence[Effect], writer: str) -> None:
        who, seen = before.id, before.state.version
        gone = tombstones_of(effects)
        told = after.profile is not None and after.profile != before.profile
        state = replace(after.state, profiled=seen + 1) if told else after.state
        states = [put_state(who, state, seen=seen, writer=writer)]
        states += [write for put in gone for write in with_state(put, writer)]
        states += owner_writes(who, effects, gone)
        along, acting = _along(after, effects, told, seen + 1), [e for e in effects if _acts(e)]
        first = [items.snapshot_item(who, e) for e in effects if isinstance(e, PutSnapshot)]
        if len(states) + len(along) + len(acting) > BATCH:
            # evidence of what was heard does no harm if its state is never written
            first, along = first + along[1:], along[:1]
        if len(states) + len(along) + len(acting) > BATCH:
            raise TooLarge("has more consequences than one transaction holds")
        if told and len(along[0]["body"]["B"]) > PROFILE:
            raise TooLarge(f"would make the customer larger than {PROFILE:,} bytes")
        for item in first:
            self._table.repeat(partial(self._table.client.put_item, TableName=self._table.name, Item=item))
        for put in gone:
            bring_over(self._table, put)
        into, out_of = last_words(effects)
        for place in into:
            put_place(self._table, place, who, seen + 1)
        writes = [*states, *({"Item": item} for item in along), *(_once(who, effect) for effect in acting)]
        try:
            self._table.contend(lambda: self._write(writes))
        except (ClientError, BotoCoreError) as error:
            self._explain(error, before, acting, len(writes) - len(acting), writer)
        for place in out_of:
            drop_place(self._table, place, who, seen + 1)
        leave_places(self._table, gone)

    def _write(self, writes: Sequence[Any]) -> None:
        common: Any = {"TableName": self._table.name, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        if len(writes) == 1:
            self._table.client.put_item(**common, **writes[0])
        else:
            parts: Any = [{"Put" if "Item" in write else "Delete": {**common, **write}} for write in writes]
            self._table.client.transact_write_items(TransactItems=parts)

    def _explain(
        self, error: ClientError | BotoCoreError, before: Customer, acting: Sequence[Effect], offset: int, writer: str
    ) -> None:
        """Nothing if the state carries `writer` (the answer was lost, not the write), else what happened, by name."""
        if refused(error):
            return _unless_mine(item_of(error), writer, error)
        if isinstance(error, ClientError) and code(error) == "TransactionCanceledException":
            whys = reasons(error)
            if whys and whys[0].get("Code") == CONDITION:
                return _unless_mine(whys[0].get("Item"), writer, error)
            if any(why.get("Code") == CONDITION for why in whys[:offset]):  # a device that was merged moved meanwhile
                raise StateMoved from error
            taken = [e for e, why in zip(acting, whys[offset:], strict=False) if why.get("Code") == CONDITION]
            if taken:
                raise AlreadyWritten(
                    frozenset((e.campaign, e.key) for e in taken if isinstance(e, PutEntry)),
                    frozenset(e.id for e in taken if isinstance(e, PutMessage)),
                ) from error
        if not ambiguous(error):
            raise error
        key = items.state_key(before.id)
        found = self._table.get([key], consistent=True).get(items.identity(key))
        if found and int(found["version"]["N"]) != before.state.version:
            return _unless_mine(found, writer, error)
        raise Unavailable("no answer") from error


def _unless_mine(found: Item | None, writer: str, error: Exception) -> None:
    if not found or found["writer"]["S"] != writer:
        raise StateMoved from error


def _acts(effect: Effect) -> bool:
    return isinstance(effect, PutEntry | PutMessage)


def _along(customer: Customer, effects: Sequence[Effect], told: bool, version: int) -> list[Item]:
    """The profile if it changed (always the first), and the evidence of consents."""
    consents = {items.identity(item): item for e in effects if isinstance(e, PutConsent)
                for item in [items.consent_item(customer.id, e)]}  # fmt: skip
    profiles = [items.profile_item(customer.id, customer.profile, version=version)] if told and customer.profile else []
    return profiles + list(consents.values())


def _once(customer: str, effect: Effect) -> dict[str, Any]:
    item = items.entry_item(customer, effect) if isinstance(effect, PutEntry) else None
    if isinstance(effect, PutMessage):
        item = items.message_item(customer, effect)
    return {"Item": item, "ConditionExpression": NEVER_WRITTEN}
