"""JSON from strangers: fast where nothing is wrong with it, and where something may be, by json_text, which says what and where.

orjson keeps the last of two equal names and says nothing, and makes a rounded number of a whole one that is too long.
"""

from contextlib import suppress
from typing import Any, Final

import orjson

from kairos.domain.sources import bounds, json_text

OURS: Final = '{"kairos":"'
"""How every message begins that a queue's adapter wrote: EventBridge and SNS begin theirs otherwise, and nobody else may write there."""

_SPACED: Final = (b" :", b"\t:", b"\n:", b"\r:")
"""A name that is not next to its colon is not counted by `count`; such texts take the slow way."""
_LONG: Final = float(2**53)


def parse(text: bytes | str) -> Any:
    """The value, with a Flaw wherever something cannot be carried: `bounds.check` finds it. Raises BadEvent for what is no JSON."""
    return _parsed(text)[0]


def read(text: bytes | str) -> Any:
    """The value, in which there is no flaw. Raises BadEvent."""
    value, doubtful = _parsed(text)
    if doubtful:
        bounds.flawless(value)
    return value


def read_queued(text: str) -> Any:
    """A queue's message: what Kairos itself wrote there is beyond doubt. Raises BadEvent."""
    if text.startswith(OURS):
        with suppress(ValueError):
            return orjson.loads(text)
    return read(text)


def written(value: Any) -> str:
    """JSON as a queue's adapter writes it."""
    return orjson.dumps(value, default=dict).decode()


def _parsed(text: bytes | str) -> tuple[Any, bool]:
    """The value, and whether there may be a flaw in it."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        value = orjson.loads(data)
    except ValueError:
        return json_text.read(data), True
    if any(map(data.__contains__, _SPACED)) or _names(value) != data.count(b'":'):
        return json_text.read(data), True
    return value, False


def _names(value: Any) -> int:
    """How many names all objects have together; -1 if a number may have been rounded.

    Each name of the text is followed by `":`, which inside of a string (as `\\":`) may come besides: so if there are no more of
    these than names, no name was there twice.
    """
    names, level = 0, [value]
    while level:
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if kind is dict:
                names += len(each)
                inner += each.values()
            elif kind is list:
                inner += each
            elif kind is float and not -_LONG < each < _LONG:
                return -1
        level = inner
    return names
