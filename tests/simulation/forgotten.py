"""Who was forgotten is nowhere: no row, no message of a queue, no version of an object has what was told of them before."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kairos.domain import form
from tests.simulation.history import History
from tests.simulation.stack import Stack


def who_was_forgotten_is_nowhere(stack: Stack, history: History) -> Iterator[str]:
    """Neither by an id of theirs nor by an address; whoever stands for them under a keyed hash has none of these."""
    for name in sorted(stack.told.erased):
        yield from (f"{name} is still in {where}" for where, text in _everything(stack) if name.encode() in text)


def _everything(stack: Stack) -> Iterator[tuple[str, bytes]]:
    for (pk, sk), stored in stack.world.store.items.items():
        yield f"the row {pk} {sk}", b" ".join(_texts(stored.item))
    for name, queue in stack.world.sqs.queues.items():
        yield from ((name, message.body.encode()) for message in queue.messages)
    for key, versions in stack.world.objects.versions.items():
        yield from ((f"{key} {version.id}", version.body) for version in versions)


def _texts(value: Any) -> Iterator[bytes]:
    """Every text and every content in a row, unpacked."""
    if isinstance(value, bytes):
        yield value
        with suppress(Exception):  # most contents are of another form
            yield json.dumps(form.read(value), default=str).encode()
    elif isinstance(value, dict):
        for name, each in value.items():
            yield str(name).encode()
            yield from _texts(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _texts(each)
    else:
        yield json.dumps(value, default=str).encode()
