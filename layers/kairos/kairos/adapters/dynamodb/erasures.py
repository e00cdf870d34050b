"""Erasures under way, what is left of them, and the only deletions of customers' items there are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from botocore.exceptions import ClientError

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.table import CONDITION, Table, reasons
from kairos.domain.erasure import mark
from kairos.domain.events import Millis
from kairos.domain.identity import ADDRESS, AddressHash
from kairos.domain.state import Customer, State
from kairos.service.ports import StateMoved
from kairos.service.ports.erasures import PASS, Erasure, ErasureRef, Pass

# Somebody's state over time, and the condition of each move:
#
#   version n ──begin──> n+1, erased, erasing ──emptied──> n+1, erased ──leftovers──> nothing but the mark
#              UNMOVED                         MINE           │          MINE
#                                                             └──commit──> n+2: somebody new, whom nobody touches
#
# Whoever read version n before that loses its race, as does whoever saw nobody. While it is erasing nobody commits
# (`Unavailable`), so all items of the customer are of before.
MINE: Final = "writer = :eraser AND erased = :erased"
NEVER_WRITTEN: Final = "attribute_not_exists(pk)"
UNMOVED: Final = "version = :seen"
NOT_LATER: Final = "attribute_not_exists(erased) OR erased < :erased"
STILL_THERE: Final = "#cursor = :old AND part = :part"

_NAMING: Final = ("email", "sms")
"""Channels by whose addresses alone somebody may be known."""

ERASER: Final = "erasure"
"""Who has written what an erasure leaves of a state."""


def mark_key(mark: str) -> Key:
    return items.key(f"D#{items.shard(mark)}", mark)


class DynamoErasures:
    """The port ErasureStore."""

    def __init__(self, table: Table, address_hash: AddressHash) -> None:
        self._table, self._hash = table, address_hash

    def begin(self, customer: Customer, ref: ErasureRef, now: Millis, *, due: Millis) -> None:
        state, profile = customer.state, customer.profile
        known = self.read(ref)
        addresses = {str(value) for value in (profile.addresses.values() if profile else ()) if isinstance(value, str)}
        body = {
            "customer": customer.id, "owned": sorted(state.owned | (known.owned if known else set())),
            "addresses": sorted(addresses | (known.addresses if known else set())),
        }  # fmt: skip
        row = {
            **mark_key(ref.key), "erased": items.number(now), "stage": items.text("items"),
            "body": {"B": orjson.dumps(body)}, "ids": {"SS": sorted({customer.id} | (known.ids if known else set()))},
            **items.when_due(ref.key, due),
        }  # fmt: skip
        left = State(guard=state.guard + 1, erased=now)
        item = items.state_item(customer.id, left, version=state.version + 1, writer=ERASER)
        seen = {":seen": items.number(state.version)}
        condition: Any = {"ConditionExpression": NEVER_WRITTEN}
        if state.version:
            condition = {"ConditionExpression": UNMOVED, "ExpressionAttributeValues": seen}
        name = self._table.name
        writes: Any = [
            {"Put": {"TableName": name, "Item": {**item, "erasing": {"BOOL": True}}, **condition}},
            {"Put": {"TableName": name, "Item": row}},
        ]
        try:
            self._table.contend(lambda: self._table.client.transact_write_items(TransactItems=writes))
        except ClientError as error:
            if any(why.get("Code") == CONDITION for why in reasons(error)):
                raise StateMoved from error
            raise

    def read(self, ref: ErasureRef) -> Erasure | None:
        item = self._get(mark_key(ref.key))
        return _to_erasure(item) if item and "body" in item else None

    def postpone(self, ref: ErasureRef, *, due: Millis) -> None:
        self._update(mark_key(ref.key), "SET due_at = :due", {":due": items.number(due)}, "attribute_exists(body)")

    def empty(self, erasure: Erasure) -> None:
        for address in erasure.owned:
            self._delete(items.owner_key(address, erasure.customer))
            channel, _, hashed = address.partition("#")
            nameless = ADDRESS + hashed  # who has told nothing but this address, and shares it with nobody else
            shared = self._owners(address) - {nameless, erasure.customer} if channel in _NAMING else {""}
            if not shared and nameless != erasure.customer:
                self._take(erasure, nameless)
        self._empty(erasure, erasure.customer, spared=erasure.customer)

    def emptied(self, erasure: Erasure, *, due: Millis) -> None:
        values = {":rest": items.text("rest"), ":due": items.number(due), ":erased": items.number(erasure.erased)}
        name = self._table.name
        state: Any = {
            "TableName": name, "Key": items.state_key(erasure.customer), "UpdateExpression": "REMOVE erasing",
            "ConditionExpression": MINE, "ExpressionAttributeValues": _mine(erasure.erased),
        }  # fmt: skip
        row: Any = {
            "TableName": name, "Key": mark_key(erasure.ref.key), "UpdateExpression": "SET stage = :rest, due_at = :due",
            "ConditionExpression": "erased = :erased", "ExpressionAttributeValues": values,
        }  # fmt: skip
        writes: Any = [{"Update": state}, {"Update": row}]  # together: who comes again empties nobody new
        try:
            self._table.contend(lambda: self._table.client.transact_write_items(TransactItems=writes))
        except ClientError as error:
            if not any(why.get("Code") == CONDITION for why in reasons(error)):
                raise

    def waiting(self, until: Millis) -> Iterator[Erasure]:
        for shard in range(items.SHARDS):
            for item in self._query(f"D#{shard}"):
                if "body" in item and (found := _to_erasure(item)).stage == "rest" and found.erased <= until:
                    yield found

    def passing(self) -> Pass | None:
        item = self._get(_pass_key())
        if item is None:
            return None
        refs = tuple(ErasureRef(each) for each in orjson.loads(item["body"]["B"]))
        return Pass(refs, item["part"]["S"], item["cursor"]["S"], int(item["due_at"]["N"]))

    def move(self, before: Pass | None, after: Pass, *, due: Millis) -> bool:
        item: Item = {
            **_pass_key(), "body": {"B": orjson.dumps([ref.key for ref in after.refs])}, "part": items.text(after.part),
            "cursor": items.text(after.cursor), **items.when_due(PASS.key, due),
        }  # fmt: skip
        condition: Any = {"ConditionExpression": NEVER_WRITTEN}
        if before:
            condition = {
                "ConditionExpression": STILL_THERE, "ExpressionAttributeNames": {"#cursor": "cursor"},
                "ExpressionAttributeValues": {":old": items.text(before.cursor), ":part": items.text(before.part)},
            }  # fmt: skip
        return self._table.happens(
            lambda: self._table.client.put_item(TableName=self._table.name, Item=item, **condition)
        )

    def leftovers(self, people: Sequence[Erasure], cursor: str) -> Iterator[str]:
        gone: set[str] = set()
        for person in people:
            gone |= {who for who in person.ids if self._still_nobody(who)}
        scan: Any = {
            "TableName": self._table.name, "ProjectionExpression": "pk, sk, customer",
            "FilterExpression": "begins_with(pk, :place) OR begins_with(pk, :address)",
            "ExpressionAttributeValues": {":place": items.text("X#"), ":address": items.text("A#")},
        }  # fmt: skip
        while True:
            if cursor:
                scan["ExclusiveStartKey"] = items.key(*orjson.loads(cursor))
            page = self._table.client.scan(**scan)
            for found in page["Items"]:
                item = dict(found)
                whose = item["customer"]["S"] if "customer" in item else item["sk"]["S"]
                if whose in gone and self._still_nobody(whose):  # the look is long, and somebody new may come meanwhile
                    self._delete({"pk": item["pk"], "sk": item["sk"]})
            if "LastEvaluatedKey" not in page:
                break
            cursor = orjson.dumps(items.identity(dict(page["LastEvaluatedKey"]))).decode()
            yield cursor

    def finish(self, people: Sequence[Erasure], now: Millis) -> None:
        for person in people:
            for who in person.ids:
                if self._still_nobody(who):
                    self._delete(items.state_key(who), MINE, _mine(person.erased))
            values = {":now": items.number(now), ":erased": items.number(person.erased)}
            expression = "SET done = :now REMOVE body, ids, stage, due_shard, due_at"
            alike = {mark(who, self._hash) for who in person.ids} - {person.ref.key}
            for name in (*sorted(alike), person.ref.key):  # the one that knows the others is the last
                self._update(mark_key(name), expression, values, "erased = :erased")
        self._delete(_pass_key())

    def _still_nobody(self, who: str) -> bool:
        """Deletes all of theirs that has come in late, unless somebody new is there."""
        late = [item for item in self._query(f"C#{who}") if item["sk"] != items.state_key(who)["sk"]]
        state = self._get(items.state_key(who))  # read last: nothing that came with somebody new is among the late
        if state is not None and state["writer"]["S"] != ERASER:
            return False
        for item in late:
            self._delete({"pk": item["pk"], "sk": item["sk"]})
        return True

    def _alias(self, erasure: Erasure, who: str) -> None:
        """A device or another id; whose events follow somebody else by now, or who is somebody anew, is left to them."""
        state = self._get(items.state_key(who))
        moved, heir = (state[name]["S"] if state and name in state else "" for name in ("moved", "heir"))
        if state is None or moved in erasure.ids:
            self._take(erasure, who)
        elif moved and heir in erasure.ids:
            self._empty(erasure, who, spared=who)
            values = {":moved": items.text(moved)}
            self._update(items.state_key(who), "SET heir = :moved", values, "moved = :moved")

    def _take(self, erasure: Erasure, who: str) -> None:
        """Theirs: it is first written down that they were that, for all that is still to be looked through."""
        values = {":ids": {"SS": [who]}, ":erased": items.number(erasure.erased)}
        self._update(mark_key(erasure.ref.key), "ADD ids :ids", values, "erased = :erased")
        alike = mark_key(mark(who, self._hash))
        self._update(alike, "SET erased = :erased REMOVE done", {":erased": items.number(erasure.erased)}, NOT_LATER)
        self._empty(replace(erasure, ids=erasure.ids | {who}), who)

    def _empty(self, erasure: Erasure, who: str, *, spared: str = "") -> None:
        """All items under an id, and of those that were found to be the same; the state of the spared stays."""
        for item in self._query(f"C#{who}"):
            sk = str(item["sk"]["S"])
            if sk.startswith("I#"):
                self._alias(erasure, sk.removeprefix("I#"))
            if sk != "S" or who != spared:
                self._delete({"pk": item["pk"], "sk": item["sk"]})

    def _owners(self, address: str) -> set[str]:
        rows = self._query(items.address_key(address)["pk"]["S"])
        return {items.to_owner(item) for item in rows if item["sk"]["S"].startswith("O#")}

    def _query(self, pk: str) -> Iterator[Item]:
        values = {":pk": items.text(pk)}
        return self._table.query(
            ConsistentRead=True, KeyConditionExpression="pk = :pk", ExpressionAttributeValues=values
        )

    def _get(self, key: Key) -> Item | None:
        return self._table.get([key], consistent=True).get(items.identity(key))

    def _update(self, key: Key, expression: str, values: Any, condition: str) -> None:
        """Nothing where the condition does not hold: somebody has been here already."""
        update: Any = {
            "TableName": self._table.name, "Key": key, "UpdateExpression": expression,
            "ExpressionAttributeValues": values, "ConditionExpression": condition,
        }  # fmt: skip
        self._table.happens(lambda: self._table.client.update_item(**update))

    def _delete(self, key: Key, condition: str = "", values: Any = None) -> None:
        only: Any = {"ConditionExpression": condition, "ExpressionAttributeValues": values} if condition else {}
        self._table.happens(lambda: self._table.client.delete_item(TableName=self._table.name, Key=key, **only))


def erased(table: Table, whose: Collection[str], address_hash: AddressHash) -> dict[str, Millis]:
    """When they were forgotten, of those who were."""
    marks = {who: mark_key(mark(who, address_hash)) for who in whose}
    found = table.get(marks.values(), consistent=True)
    rows = {who: found[items.identity(key)] for who, key in marks.items() if items.identity(key) in found}
    return {who: int(row["erased"]["N"]) for who, row in rows.items()}


def _mine(erased: Millis) -> Any:
    return {":eraser": items.text(ERASER), ":erased": items.number(erased)}


def _pass_key() -> Key:
    return items.key("D#pass", "P")


def _to_erasure(item: Item) -> Erasure:
    body = orjson.loads(item["body"]["B"])
    return Erasure(
        ErasureRef(item["sk"]["S"]), body["customer"], int(item["erased"]["N"]), item["stage"]["S"],
        frozenset(item["ids"]["SS"]), frozenset(body["owned"]), frozenset(body["addresses"]),
    )  # fmt: skip
