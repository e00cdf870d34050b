"""Fan-outs under way: what goes out once in one item, how far it has come in a small one beside it."""

import hashlib
from typing import Any, Final

import orjson

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.items import Item, Key
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.service.ports.fan_out import FanOut, FanOutRef

# A fan-out over time, and the condition that each move meets. The event lies in an item of its own: it may have
# 200 KB, and every page would be billed for them.
#
#   nothing ──────────> "" ──────────> "3/anna" ──> … ──> "end"
#          NEVER_STARTED   STILL_THERE
NEVER_STARTED = "attribute_not_exists(pk)"
STILL_THERE = "#cursor = :old"

_END: Final = "end"
_LONGEST_KEY: Final = 1024


class DynamoFanOuts:
    """The port FanOutStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def start(self, fan_out: FanOut, *, due: Millis, kept: Millis) -> FanOutRef | None:
        ref = _ref(fan_out)
        body = {name: getattr(fan_out, name) for name in _BODY}
        until = {"ttl": items.ttl(kept)}
        self._put({**_what(ref), "body": {"B": orjson.dumps(body, default=dict)}, **until})
        how_far = {**_how_far(ref), "cursor": items.text(""), **until, **items.when_due(ref.key, due)}
        return ref if self._put(how_far) else None

    def read(self, ref: FanOutRef) -> FanOut | None:
        found = self._table.get([_what(ref), _how_far(ref)], consistent=True)
        what, how_far = (found.get(items.identity(key)) for key in (_what(ref), _how_far(ref)))
        if what is None or how_far is None or how_far["cursor"]["S"] == _END:
            return None
        body = orjson.loads(what["body"]["B"])
        return FanOut(**{**body, "places": tuple(body["places"]), "key": ref.key, "cursor": how_far["cursor"]["S"]})

    def move(self, fan_out: FanOut, *, cursor: str, due: Millis = 0) -> bool:
        values = {":old": items.text(fan_out.cursor), ":new": items.text(cursor)}
        when = {f":{name}": value for name, value in items.when_due(fan_out.key, due).items()}
        changes = ["#cursor = :new", *(f"{name[1:]} = {name}" for name in when)]
        return self._update(fan_out, "SET " + ", ".join(changes), {**values, **when})

    def finish(self, fan_out: FanOut) -> bool:
        values = {":old": items.text(fan_out.cursor), ":new": items.text(_END)}
        return self._update(fan_out, "SET #cursor = :new REMOVE due_shard, due_at", values)

    def _put(self, item: Item) -> bool:
        return self._table.happens(
            lambda: self._table.client.put_item(
                TableName=self._table.name, Item=item, ConditionExpression=NEVER_STARTED
            )
        )

    def _update(self, fan_out: FanOut, expression: str, values: Any) -> bool:
        return self._table.happens(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=_how_far(FanOutRef(fan_out.key)),
                UpdateExpression=expression,
                ConditionExpression=STILL_THERE,
                ExpressionAttributeNames={"#cursor": "cursor"},
                ExpressionAttributeValues=values,
            )
        )


_BODY: Final = ("campaign", "id", "time", "event", "local", "places")


def _ref(fan_out: FanOut) -> FanOutRef:
    """An id too long to be a key stands as its hash."""
    name = f"{fan_out.campaign}#{fan_out.id}"
    if len(name.encode()) > _LONGEST_KEY:
        name = f"{fan_out.campaign}#sha256:{hashlib.sha256(fan_out.id.encode()).hexdigest()}"
    return FanOutRef(name)


def _what(ref: FanOutRef) -> Key:
    return items.key(f"F#{ref.key}", "W")


def _how_far(ref: FanOutRef) -> Key:
    return items.key(f"F#{ref.key}", "C")
