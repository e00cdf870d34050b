"""What may go wrong in the AWS in memory: a scheduler overrides what it wants, and everything else goes right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.aws.errors import failure

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """A call fails with `error`: a code of AWS, a lost connection's name (errors.LOST), or an exception to raise as is.

    Applied: it is carried out all the same, and only its answer is lost.
    """

    error: str | BaseException
    applied: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the answer says, such as the Reason of a ConflictException."""

    def exception(self, operation: str) -> BaseException:
        return failure(self.error, operation, **self.more) if isinstance(self.error, str) else self.error


@dataclass(frozen=True, slots=True)
class Entry:
    """What AWS says of one entry of a batch that went well as a call."""

    code: str
    sender_fault: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


class Faults:
    """Asked by the AWS in memory. Only `call` and `between` may let other workers move: the rest of a call is atomic."""

    def call(self, service: str, operation: str, request: Mapping[str, Any]) -> Fault | None:
        """At the beginning of every call of a client."""
        return None

    def between(self, operation: str) -> None:
        """Between two items of a BatchGetItem or BatchWriteItem, which is no transaction."""

    def as_of(self, read: str, newest: int) -> int:
        """The sequence number that an eventually consistent read sees, at most `newest`.

        Asked for each item of GetItem and BatchGetItem, each partition of Query and Scan, and for the index: once for
        the page (`Index`) and then, unless that was the newest, for each of its rows (`IndexRow`).
        """
        return newest

    def conflicts(self, operation: str, keys: Sequence[Any]) -> Collection[int]:
        """Positions of the items that another transaction is working on."""
        return ()

    def left_over(self, operation: str, count: int) -> Collection[int]:
        """Positions of a BatchGetItem's keys, or of a BatchWriteItem's writes, that are left unprocessed."""
        return ()

    def page_bytes(self) -> int:
        """How many bytes of items a page of a Query or Scan reads."""
        return MEBIBYTE

    def entries(self, service: str, operation: str, count: int) -> Mapping[int, Entry]:
        """Which entries of SendMessageBatch, PutEvents, PutRecordBatch, or addresses of SendMessages are refused."""
        return {}

    def receive(self, queue: str, waiting: int, most: int) -> Sequence[int]:
        """Which of the visible messages, oldest first, are delivered now, in which order; at most `most` of them."""
        return range(min(waiting, most))

    def delivered_again(self, queue: str, body: str) -> bool:
        """Whether a message stays although it was deleted: a standard queue delivers at least once."""
        return False

    def stored_twice(self, queue: str, body: str) -> bool:
        """Whether a message that was sent once is on the queue twice."""
        return False
