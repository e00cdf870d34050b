"""What was put aside, and dead letters, looked through to the end and given back at once."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HELD: Final = 240
"""Seconds for which nobody else sees them; given back as soon as all have been seen."""

MOST: Final = 20_000
"""Of one queue; SQS hides 120,000 at most."""

_ASKED: Final = 10


class SqsLetters:
    """The port Letters, over these queues."""

    def __init__(self, client: "SQSClient", urls: Sequence[str]) -> None:
        self._client, self._urls = client, urls

    def rewrite(self, without: Callable[[Any], Any]) -> int:
        return sum(self._queue(url, without) for url in self._urls)

    def _queue(self, url: str, without: Callable[[Any], Any]) -> int:
        changed, held = 0, list[str]()
        try:
            while len(held) + changed < MOST:
                got = self._client.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=_ASKED, VisibilityTimeout=HELD, WaitTimeSeconds=0
                ).get("Messages", [])
                if not got:
                    return changed
                for letter in got:
                    before = letter["Body"]
                    after = rewritten(before, without)
                    if after == before:
                        held.append(letter["ReceiptHandle"])
                        continue
                    if after is not None:  # first sent, then deleted: whoever dies in between leaves both
                        self._client.send_message(QueueUrl=url, MessageBody=after)
                    self._client.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
                    changed += 1
            return changed
        finally:
            for handle in held:
                self._client.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def rewritten(text: str, without: Callable[[Any], Any]) -> str | None:
    """A message's text as it stays; what lies in it as text of its own (a letter's body, SNS's message) is looked into."""
    try:
        body = _read(text)
        after = without(body)
        if after is None or without(_opened(body)) is None:
            return None
    except RecursionError:  # nothing of ours is as deep
        return text
    return text if after is body or after == body else orjson.dumps(after).decode()


def _opened(body: Any) -> Any:
    """With JSON in texts as what it says."""
    if isinstance(body, dict):
        return {key: _opened(value) for key, value in body.items()}
    if isinstance(body, list):
        return [_opened(value) for value in body]
    if isinstance(body, str) and body[:1] in ("{", "["):
        inner = _read(body)
        return inner if inner == body else _opened(inner)
    return body


def _read(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
