"""JSON from strangers. Fast where nothing is wrong with it; where something is, it says what and where.

`json` and `orjson` both keep the last of two equal keys and say nothing; the one lets NaN and half characters through, the other
makes a rounded number of a whole one that is too long. RFC 8259 leaves all of that open, and nobody behind the door could carry it.
"""

import json
import math
import re
from contextlib import suppress
from typing import Any, Final

import orjson

from kairos.domain.sources import bounds
from kairos.domain.sources.bounds import Flaw
from kairos.domain.sources.parts import BadEvent

OURS: Final = '{"kairos":"'
"""How every message begins that a queue's adapter wrote: EventBridge and SNS begin theirs otherwise, and nobody else may write there."""

_SPACED: Final = (b'" :', b'"\t:', b'"\n:', b'"\r:')
"""A name that is not next to its colon is not counted by `count`; such texts take the slow way."""
_HALF: Final = re.compile("[\ud800-\udfff]")
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
        return _slowly(data), True
    if any(map(data.__contains__, _SPACED)) or _names(value) != data.count(b'":'):
        return _slowly(data), True
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


def _slowly(data: bytes) -> Any:
    """As `parse`: every number, name and text is looked at by itself."""
    try:
        value = json.loads(
            data.decode(), object_pairs_hook=_object, parse_float=_float, parse_int=_whole, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise BadEvent("bad_json", f"must be UTF-8 (byte {error.start + 1} is not)") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise BadEvent("bad_json", f"must be JSON: {error.msg[:1].lower()}{error.msg[1:]} ({place})") from error
    except RecursionError as error:
        raise BadEvent("too_deep", f"must be nested at most {bounds.DEPTH} deep") from error
    return _text(value) if isinstance(value, str) else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            made[name] = Flaw("duplicate_key", "must be there once, and is there twice")
        elif _HALF.search(name):
            made[_HALF.sub("\ufffd", name)] = Flaw(
                "bad_text", "must have a name without half characters (lone surrogates)"
            )
        else:
            made[name] = _texts(value)
    return made


def _texts(value: Any) -> Any:
    """What hooks do not see: texts, alone or in a list."""
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str | Flaw:
    return Flaw("bad_text", "must be without half characters (lone surrogates)") if _HALF.search(value) else value


def _float(text: str) -> float | Flaw:
    value = float(text)
    return value if math.isfinite(value) else Flaw("bad_number", "must be a number that a double can hold")


def _whole(text: str) -> int | Flaw:
    whole = int(text) if len(text) <= 20 else bounds.LARGEST_NUMBER + 1
    fits = bounds.LEAST_NUMBER <= whole <= bounds.LARGEST_NUMBER
    return whole if fits else Flaw("bad_number", bounds.WHOLE)


def _constant(name: str) -> Flaw:
    return Flaw("bad_number", f"must be a number, and {name} is none")
