"""Where everything accepted has gone, read over the AWS port as an operator would."""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.end_to_end.dev_client import Dev


@dataclass
class Account:
    """Of a stack in which nothing is under way any more."""

    archived: set[str] = field(default_factory=set)
    aside: dict[str, list[str]] = field(default_factory=dict)  # queue -> bodies that lie there
    records: Counter[str] = field(default_factory=Counter)  # outcomes of decisions
    sent: Counter[str] = field(default_factory=Counter)  # message id -> how often a provider took it
    statuses: Counter[str] = field(default_factory=Counter)  # of the table's messages
    twice: Counter[str] = field(default_factory=Counter)  # campaign -> messages that a provider took more than once
    overdue: list[str] = field(default_factory=list)
    rows: int = 0

    def lost(self, accepted: set[str]) -> set[str]:
        """Ids that are nowhere."""
        left = accepted - self.archived
        bodies = [body.replace('\\"', '"') for bodies in self.aside.values() for body in bodies]
        return {id for id in left if not any(json.dumps(id) in body for body in bodies)}


def account(dev: Dev, now_ms: int, campaigns: Iterable[str]) -> Account:
    """Reads the archive, the queues, the table and the providers' outbox."""
    found = Account()
    for line in _archive(dev):
        if "event" in line:
            found.archived.add(str(line["event"]["id"]))
        elif "record" in line:
            found.records[f"{line['record']['outcome']} {line['record'].get('reason') or ''}".strip()] += 1
    sqs = dev.aws("sqs")
    for url in sqs.list_queues().get("QueueUrls", []):
        if bodies := list(_bodies(sqs, url)):
            found.aside[url.rpartition("/")[2]] = bodies
    for campaign in campaigns:
        for message in dev.ask("GET", f"/_local/messages?campaign={campaign}")[1]:
            found.sent[message["id"]] += 1
            found.twice[campaign] += found.sent[message["id"]] > 1
    for item in _table(dev):
        found.rows += 1
        if item["sk"]["S"].startswith("M#"):
            found.statuses[item["status"]["S"]] += 1
        if int(item.get("due_at", {}).get("N", now_ms + 1)) <= now_ms and not item["pk"]["S"].startswith("R#"):
            found.overdue.append(f"{item['pk']['S']} {item['sk']['S']}")
    return found


def _archive(dev: Dev) -> Iterator[dict[str, Any]]:
    s3 = dev.aws("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for one in page.get("Contents", []):
                data = s3.get_object(Bucket=bucket["Name"], Key=one["Key"])["Body"].read()
                text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
                yield from (json.loads(line) for line in text.splitlines() if line.strip())


def _bodies(sqs: Any, url: str) -> Iterator[str]:
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=43_000).get("Messages"):
        yield from (message["Body"] for message in found)


def _table(dev: Dev) -> Iterator[dict[str, Any]]:
    dynamodb = dev.aws("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=name):
            yield from page["Items"]
