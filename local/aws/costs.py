"""Counts what the functions ask of AWS, and what that costs by the price list (us-east-1, November 2026)."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from local.aws.sizes import index_writes, item_size, read_units, stored, write_units
from local.aws.template import ACCOUNT, REGION

DOLLARS: Final = {
    "write": 0.625e-6,
    "read": 0.125e-6,
    "sqs": 0.40e-6,
    "events": 1.00e-6,
    "ses": 100e-6,
    "sns": 0.50e-6,
    "firehose": 0.029 / 1024**3,
    "lambda": 0.20e-6,
    "secretsmanager": 5e-6,
}
"""A unit, a request (of 64 KB for SQS), an entry on the bus, a mail, a publication, a byte archived (at least 5 KB)."""
WRITES: Final = {"PutItem": "Item", "UpdateItem": "Key", "DeleteItem": "Key"}

Items = list[tuple[Table, str, Mapping[str, Any] | None]]


class Costs:
    """Requests by service and operation, capacity units, dollars."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        self.read = 0.0
        self.write = 0.0
        self.dollars = 0.0

    def report(self, invocations: Mapping[str, int]) -> dict[str, Any]:
        """As `/_local/costs` answers it."""
        services: dict[str, dict[str, int]] = {}
        for (service, operation), count in sorted(self.requests.items()):
            services.setdefault(service, {})[operation] = count
        dollars = self.dollars + sum(invocations.values()) * DOLLARS["lambda"]
        return {
            "requests": services,
            "capacity": {"read": self.read, "write": self.write},
            "invocations": dict(invocations),
            "price": {"usd": round(dollars, 9), "list": "us-east-1, on demand; no free tier, transfer or run time"},
        }

    def before(self, service: str, operation: str, body: bytes) -> Items:
        """Counts the request; for a write, remembers the items as they are before it."""
        self.requests[service, operation] += 1
        if service != "dynamodb":
            self.dollars += _price(service, operation, body)
            return []
        return [
            (table, name, stored(table, op["Key"] if "Key" in op else _key(table, op["Item"])))
            for name, op in _writes(operation, json.loads(body))
            if (table := _table(op["TableName"]))
        ]

    def after(self, operation: str, body: bytes, items: Items, answer: bytes, status: int) -> None:
        """Bills a DynamoDB request by what it read, or by what its items were and became."""
        asked = json.loads(body)
        read, write = 0.0, 0.0
        if items:
            factor = 2 if operation == "TransactWriteItems" else 1
            for (table, kind, old), (_, op) in zip(items, _writes(operation, asked), strict=True):
                new = stored(table, op["Key"] if "Key" in op else _key(table, op["Item"]))
                write += factor * write_units(item_size(old), item_size(new))
                write += index_writes(table, old, new) if kind != "ConditionCheck" else 0
        elif status == 200:
            read = _reads(operation, asked, json.loads(answer))
        self.read, self.write = self.read + read, self.write + write
        self.dollars += read * DOLLARS["read"] + write * DOLLARS["write"]


def _table(name: str) -> Table | None:
    backend = dynamodb_backends[ACCOUNT][REGION]
    found: Table | None = backend.tables.get(name.rsplit("/", 1)[-1])
    return found


def _key(table: Table, item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in table.table_key_attrs}


def _writes(operation: str, asked: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    if operation in WRITES:
        return [(operation, asked)]
    if operation == "TransactWriteItems":
        return [next(iter(item.items())) for item in asked["TransactItems"]]
    return []


def _reads(operation: str, asked: Mapping[str, Any], answer: Mapping[str, Any]) -> float:
    match operation:
        case "GetItem":
            return _read(asked["TableName"], asked["Key"], asked)
        case "BatchGetItem":
            parts = asked["RequestItems"].items()
            return sum(_read(name, key, part) for name, part in parts for key in part["Keys"])
        case "TransactGetItems":
            gets = [item["Get"] for item in asked["TransactItems"]]
            return sum(2 * _read(get["TableName"], get["Key"], {"ConsistentRead": True}) for get in gets)
        case "Query" | "Scan":
            size = sum(map(item_size, answer.get("Items", [])))
            return read_units(size, consistent=bool(asked.get("ConsistentRead")))
    return 0.0


def _read(name: str, key: Mapping[str, Any], asked: Mapping[str, Any]) -> float:
    table = _table(name)
    size = item_size(stored(table, key)) if table else 0
    return read_units(size, consistent=bool(asked.get("ConsistentRead")))


def _price(service: str, operation: str, body: bytes) -> float:
    if service == "events" and operation == "PutEvents":
        return len(json.loads(body)["Entries"]) * DOLLARS["events"]
    if service == "firehose":
        return max(5 * 1024, len(body) * 3 // 4) * DOLLARS["firehose"]
    if service == "sqs":
        return (1 + len(body) // 65_536) * DOLLARS["sqs"]
    return DOLLARS.get(service, 0.0)
