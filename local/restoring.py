"""A table put back to what a backup says, without sending again what has been sent since.

First what was entered and sent since is written down where it is missing, then states and profiles go back, then what was
heard since is told again: a state is the same for any order and repetition, and a message of an identity that exists is
not made a second time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item
from kairos.domain.effects import PutEntry, PutMessage

DAY: Final = 86_400_000
KEPT: Final = 400 * DAY
"""`retention.keys`, as it is where the policy says nothing else."""

TRIES: Final = 5
AT_ONCE: Final = 500
STATUS: Final = {"refused": "refused", "in_doubt": "given_up", "sent": "sent"}
"""What a message's records make of it; of several the last of these."""

_COUNTED: Final = ("version", "guard")
_WRITER: Final = "restore"
_UNMOVED: Final = {"ConditionExpression": "version = :seen"}
_NEVER_WRITTEN: Final = {"ConditionExpression": "attribute_not_exists(pk)"}


class Busy(Exception):
    """A state that moves with every look: events are being decided faster than it can be put back."""


class Restoring:
    """From a backup's table into the stack's."""

    def __init__(
        self, dynamodb: Any, table: str, backup: str, forgotten: Callable[[str], bool] = lambda who: False
    ) -> None:
        """`forgotten`: whether a customer was erased since the backup; nothing of them comes back."""
        self._client, self._table, self._backup, self._forgotten = dynamodb, table, backup, forgotten

    def write_down(self, lines: Iterable[Mapping[str, Any]]) -> int:
        """Entries and messages that the records tell of, where the table has none; how many were missing."""
        entries: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        messages: dict[str, Mapping[str, Any]] = {}
        for line in lines:
            record = line.get("record", {})
            if record and self._forgotten(record["customer"]):
                continue
            if record.get("outcome") == "entered":
                entries[record["customer"], record["campaign"], record["key"]] = record
            elif tells_of_an_entry(record):
                entries.setdefault((record["customer"], record["campaign"], record["key"]), record)
            if record.get("message") and record.get("outcome") in STATUS:
                known = messages.get(record["message"], record)
                messages[record["message"]] = max(known, record, key=lambda each: _rank(each["outcome"]))
        stubs = [*map(_entry, entries.values()), *map(_message, messages.values())]
        return sum(self._put_if_absent(stub) for stub in stubs)

    def copy(self) -> Iterator[str]:
        """Item by item, by its kind; states with their profiles in one write each. Raises Busy."""
        pages = self._client.get_paginator("scan").paginate(TableName=self._backup, ConsistentRead=True)
        for item in (item for page in pages for item in page["Items"]):
            pk, sk = items.identity(item)
            if (who := _whose(item)) and self._forgotten(who):
                continue
            if pk.startswith("C#") and sk == "S":
                self._put_back(inherited(item, self._forgotten))
                yield "state"
            elif (pk, sk) != ("K", "control") and not (pk.startswith("C#") and sk == "P"):
                self._put_if_absent(item)
                yield "other"

    def events(self, lines: Iterable[Mapping[str, Any]], since: int) -> Iterator[list[Mapping[str, Any]]]:
        """What was received since then, each event once, in bodies for the queue, some hundreds at once."""
        seen: set[str] = set()
        batch: list[Mapping[str, Any]] = []
        for line in lines:
            event = line.get("event")
            if event is None or event["received"] < since or event["id"] in seen:
                continue
            seen.add(event["id"])
            batch.append({"kairos": "event", "event": event})
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch

    def _put_back(self, state: Item) -> None:
        """As a newer version than any worker has seen: whoever decides on what was there before loses its race.

        A device of somebody who does not come back, but stays as they are, is still theirs: they have all that it was.
        """
        who = {"pk": state["pk"]}
        key = {**who, "sk": items.text("P")}
        profile = self._get(self._backup, key) if "profiled" in state else None
        kept: Any = {"Put": {"TableName": self._table, "Item": profile}}
        beside = kept if profile else {"Delete": {"TableName": self._table, "Key": key}}  # one of since fits no state
        for _ in range(TRIES):
            now = self._get(self._table, {**who, "sk": state["sk"]})
            if now and not self._comes_back(heir_of(now, partial(self._state, self._table))):
                return
            version, guard = (max(_number(each, name) for each in (now or {}, state)) + 1 for name in _COUNTED)
            new = {
                **state,
                "version": items.number(version),
                "guard": items.number(guard),
                "writer": items.text(_WRITER),
            }
            unmoved = {"ExpressionAttributeValues": {":seen": now["version"]}, **_UNMOVED} if now else _NEVER_WRITTEN
            put = {"Put": {"TableName": self._table, "Item": new, **unmoved}}
            if _won(partial(self._client.transact_write_items, TransactItems=[put, beside])):
                return
        raise Busy(state["pk"]["S"])

    def _state(self, table: str, customer: str) -> Item | None:
        return self._get(table, items.state_key(customer))

    def _comes_back(self, heir: str) -> bool:
        return not heir or (not self._forgotten(heir) and self._state(self._backup, heir) is not None)

    def _put_if_absent(self, item: Item) -> bool:
        return _won(partial(self._client.put_item, TableName=self._table, Item=item, **_NEVER_WRITTEN))

    def _get(self, table: str, key: Item) -> Item | None:
        found: Item | None = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        return found


def heir_of(state: Item, state_now: Callable[[str], Item | None]) -> str:
    """Who has all that somebody was, over as many merges as there were; empty of whoever was never merged."""
    heir, seen = "", set[str]()
    following: Item | None = state
    while following and "heir" in following and (heir := following["heir"]["S"]) not in seen:
        seen.add(heir)
        following = state_now(heir)
    return heir


def inherited(state: Item, forgotten: Callable[[str], bool]) -> Item:
    """Of a device whose heir was forgotten all is whose it is since, as the erasure has left it."""
    return {**state, "heir": state["moved"]} if "heir" in state and forgotten(state["heir"]["S"]) else state


def tells_of_an_entry(record: Mapping[str, Any]) -> bool:
    """Whether somebody has entered, by what a record says: that they did, or what can only come behind it.

    The record of the entry itself may be missing, if its worker died between the commit and the archive.
    """
    behind = (
        record.get("step")
        or record.get("reason") == "duplicate"
        or record.get("outcome") in ("entered", "left", "goal")
    )
    return bool(record.get("key") and behind)


def _whose(item: Item) -> str:
    """The customer of an item, of a place in the audience index, of a row that says who is reached at an address."""
    pk, sk = items.identity(item)
    if pk.startswith("C#"):
        return pk.removeprefix("C#")
    if "customer" in item:
        return str(item["customer"]["S"])
    return sk if pk.startswith("X#") else ""


def _won(write: Callable[[], Any]) -> bool:
    try:
        write()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionCanceledException"):
            return False
        raise
    return True


def _rank(outcome: str) -> int:
    return list(STATUS).index(outcome)


def _number(item: Item, name: str) -> int:
    return int(item.get(name, {"N": "0"})["N"])


def _entry(record: Mapping[str, Any]) -> Item:
    """The key is used up; what the event said is not known any more, and nobody asks for it."""
    entry = PutEntry(
        campaign=record["campaign"], key=record["key"], entered=record["time"], since=record["time"],
        trigger=record.get("event", ""), control=record.get("reason") == "holdout", event={}, snapshot=None,
        expires=record["time"] + KEPT,
    )  # fmt: skip
    return items.entry_item(record["customer"], entry)


def _message(record: Mapping[str, Any]) -> Item:
    """What became of it, and that it must not be made again."""
    put = PutMessage(
        id=record["message"], campaign=record["campaign"], key=record["key"], step=record.get("step", ""),
        channel=record.get("channel", ""), channels=(), topic="", template="", transactional=False,
        since=record["time"], trigger=record.get("event", ""), same={}, expires=record["time"] + DAY, due=0, guard=0,
        catalog=record.get("catalog", ""), variant=record.get("variant", ""),
    )  # fmt: skip
    status, reason = STATUS[record["outcome"]], record.get("reason", "")
    item = items.message_item(record["customer"], put)
    return item | {"status": items.text(status)} | ({"reason": items.text(reason)} if status == "refused" else {})
