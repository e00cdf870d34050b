"""The kill switch, the circuits, and since when each kept thing is counted."""

from collections.abc import Collection, Mapping
from typing import Any

from kairos.adapters.dynamodb import items
from kairos.adapters.dynamodb.table import Table
from kairos.domain.events import Millis
from kairos.service.ports import Control

_AT_ONCE = 100


class DynamoControl:
    """The port ControlStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def control(self) -> Control:
        key = items.control_key()
        return items.to_control(self._table.get([key], consistent=True).get(items.identity(key)))

    def stop(self, what: str) -> None:
        self._stops("ADD stops :what", what)

    def resume(self, what: str) -> None:
        """Takes back that stop; resuming a channel, or its marketing, closes its circuit too."""
        kind, _, name = what.partition(":")
        if kind not in ("channel", "marketing"):
            return self._stops("DELETE stops :what", what)
        circuit = items.circuit(what if kind == "marketing" else name)
        return self._stops("DELETE stops :what REMOVE #circuit", what, {"#circuit": circuit})

    def open_circuit(self, channel: str, until: Millis) -> None:
        self._table.client.update_item(
            TableName=self._table.name,
            Key=items.control_key(),
            UpdateExpression="SET #circuit = :until",
            ExpressionAttributeNames={"#circuit": items.circuit(channel)},
            ExpressionAttributeValues={":until": items.number(until)},
        )

    def since(self, keeps: Collection[str], now: Millis) -> Mapping[str, Millis]:
        key = items.control_key("since")
        known = _moments(self._table.get([key], consistent=False).get(items.identity(key), {}))
        missing = sorted(keep for keep in keeps if keep not in known)
        for start in range(0, len(missing), _AT_ONCE):
            known |= self._put_if_absent(missing[start : start + _AT_ONCE], now)
        return {keep: known[keep] for keep in keeps}

    def _put_if_absent(self, keeps: Collection[str], now: Millis) -> dict[str, Millis]:
        names = {f"#k{n}": f"{_KEEP}{keep}" for n, keep in enumerate(keeps)}
        answer = self._table.client.update_item(
            TableName=self._table.name,
            Key=items.control_key("since"),
            UpdateExpression="SET " + ", ".join(f"{name} = if_not_exists({name}, :now)" for name in names),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={":now": items.number(now)},
            ReturnValues="ALL_NEW",
        )
        return _moments(dict(answer["Attributes"]))

    def _stops(self, expression: str, what: str, names: Mapping[str, str] | None = None) -> None:
        named: Any = {"ExpressionAttributeNames": names} if names else {}
        self._table.client.update_item(
            TableName=self._table.name,
            Key=items.control_key(),
            UpdateExpression=expression,
            ExpressionAttributeValues={":what": {"SS": [what]}},
            **named,
        )


_KEEP = "keep:"


def _moments(item: items.Item) -> dict[str, Millis]:
    return {name.removeprefix(_KEEP): int(value["N"]) for name, value in item.items() if name.startswith(_KEEP)}
