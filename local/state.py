"""A stack's contents on disk, so that `kairos dev --state` goes on where it was."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends
from moto.sqs.models import Message

from local.aws.gateway import lock
from local.aws.outbox import Sent
from local.aws.sources import queue_named
from local.aws.template import ACCOUNT
from local.stack import Stack

NAME: Final = "kairos-dev.json.gz"
STAMPS: Final = (
    "sent_timestamp", "approximate_first_receive_timestamp", "approximate_receive_count",
    "visible_at", "delayed_until", "group_id", "deduplication_id",
)  # fmt: skip


def saved_moment(folder: Path) -> int | None:
    """The clock of what is saved there; None if nothing is."""
    return _read(folder)["now"] if (folder / NAME).exists() else None


def save(stack: Stack, folder: Path) -> None:
    """Writes everything, all or nothing."""
    with stack.player.playing, lock:
        document = {
            "now": stack.clock(),
            "table": [item.to_json()["Attributes"] for item in stack.table.all_items()],
            "queues": {name: [_message(m) for m in queue._messages] for name, queue in _queues(stack).items()},
            "archive": [[name, base64.b64encode(key.value).decode()] for name, key in _keys(stack).items()],
            "sent": [asdict(sent) for sent in stack.providers.sent],
        }
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{NAME}.part"
    part.write_bytes(gzip.compress(json.dumps(document, default=_bytes).encode(), 5))
    part.replace(folder / NAME)


def load(stack: Stack, folder: Path) -> None:
    """Puts what is saved there, if anything, into a freshly started stack."""
    if not (folder / NAME).exists():
        return
    document = _read(folder)
    with lock:
        table: Table = stack.table
        for item in document["table"]:
            table.put_item(item)
        for name, queue in _queues(stack).items():
            for saved in document["queues"].get(name, []):
                queue.add_message(_revive(saved))
        bucket = stack.physical("AWS::S3::Bucket")[0]
        for name, data in document["archive"]:
            s3_backends[ACCOUNT]["aws"].put_object(bucket, name, base64.b64decode(data))
        stack.providers.sent.extend(Sent(**sent) for sent in document["sent"])


def _read(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress((folder / NAME).read_bytes()))
    return document


def _queues(stack: Stack) -> dict[str, Any]:
    names = stack.template.of_type("AWS::SQS::Queue")
    return {name: queue_named(stack.template.resolve.attributes[name, "QueueName"]) for name in names}


def _keys(stack: Stack) -> Mapping[str, Any]:
    keys: Mapping[str, Any] = s3_backends[ACCOUNT]["aws"].buckets[stack.physical("AWS::S3::Bucket")[0]].keys
    return keys


def _message(message: Message) -> dict[str, Any]:
    return {"id": message.id, "body": message.body} | {name: getattr(message, name) for name in STAMPS}


def _revive(saved: Mapping[str, Any]) -> Message:
    message = Message(saved["id"], saved["body"])
    for name in STAMPS:
        setattr(message, name, saved[name])
    return message


def _bytes(value: Any) -> str:
    return base64.b64encode(value).decode()
