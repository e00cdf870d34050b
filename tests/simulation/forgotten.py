"""Who was forgotten is nowhere: no row, no message of a queue, no version of an object has what was told of them before."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kairos.domain import form
from kairos.domain.events import Json, Millis
from kairos.domain.identity import DEVICE
from tests.simulation.aws.streams import DELIVERED
from tests.simulation.history import History
from tests.simulation.outgoing import SKEW
from tests.simulation.stack import DOOR, Stack
from tests.unit.domain.shop import HOUR


def who_was_forgotten_is_nowhere(stack: Stack, history: History) -> Iterator[str]:
    """Neither by an id of theirs nor by an address, but for what was received since; whoever stands for them under a keyed hash
    has none of these."""
    for name, who in sorted(stack.told.erased.items()):
        alone = _alone(name)
        lines = [(where, json.loads(line)) for where, line in _lines(stack) if alone.search(line)]
        before = [(where, line) for where, line in lines if _received(line) <= stack.world.erased(who)]
        yield from (f"{name} is still in {where}: {line}" for where, line in before)
        letters = [(queue, body) for queue, body in _letters(stack) if alone.search(body.encode())]
        new = [body for _, body in letters if _is_new(body, stack.world.erased(who))]
        yield from (f"{name} is still in {queue}: {body}" for queue, body in letters if body not in new)
        if not new and not any("event" in line for _, line in lines):
            yield from (f"{name} is still in {where}" for where, text in _rows(stack) if alone.search(text))
    for who in sorted(set(stack.told.erased.values())):
        since = history.forgotten(who)
        yield from (f"what {who} was is still in {sk}" for sk, made in history.items_of(who) if made < since)


def may_be_forgotten(stack: Stack, event: Json, accepted: Millis) -> bool:
    """Whether an event names somebody who was forgotten behind its receipt, by the clocks of those who took it in."""
    received = accepted - DOOR - (2 * SKEW if stack.weather.skewed else 0)
    named = {value for part in (event, event.get("customer", {})) for value in part.values() if isinstance(value, str)}
    return any(stack.world.erased(who) >= received for name in named for who in (name, DEVICE + name))


def may_die(stack: Stack, history: History, body: str) -> bool:
    """Whether a letter only calls for an erasure, which others have carried on to its end, or has waited for one in vain."""
    told = json.loads(body)
    if "erasure" in told:
        return all("done" in (stack.world.mark(who) or ()) for who in stack.told.erased.values())
    waited = {who for who in stack.told.erased.values() if history.emptying(who) > HOUR}
    return any(_alone(who).search(body.encode()) for who in waited)


def _received(line: Json) -> Millis:
    """When what it tells came about."""
    moment: Millis = line["event"]["received"] if "event" in line else line["record"]["time"]
    return moment


def _alone(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?![\w-])")


def _lines(stack: Stack) -> Iterator[tuple[str, bytes]]:
    for key, versions in stack.world.objects.versions.items():
        if key.startswith(DELIVERED):
            yield from ((f"{key} {version.id}", line) for version in versions for line in version.body.splitlines())


def _letters(stack: Stack) -> Iterator[tuple[str, str]]:
    for name, queue in stack.world.sqs.queues.items():
        yield from ((name, message.body.replace('\\"', '"')) for message in queue.messages)


def _is_new(letter: str, erased: Millis) -> bool:
    """Whether all that it tells of was received after that."""
    return all(int(moment) > erased for moment in re.findall(r'"received": ?(\d+)', letter) or (0,))


def _rows(stack: Stack) -> Iterator[tuple[str, bytes]]:
    for (pk, sk), stored in stack.world.store.items.items():
        yield f"the row {pk} {sk}", b" ".join(_texts(stored.item))


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
