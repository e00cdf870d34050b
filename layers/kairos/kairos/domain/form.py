"""The form in which a state is stored: each event it remembers once, then JSON, deflated over a dictionary of usual words.

The bytes: FORMAT; the number of events that counts and last moments remember; of each, the newest first, how long before
the one in front of it (milliseconds; of the first, twice the time since 1970, plus one if it is before that) and the five
bytes of its hash; in the same way those that only interests remember, by the second and three bytes; the JSON, in which an
event is its number in the first list. Numbers have seven bits a byte, the lowest first.
"""

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from kairos.domain.events import Millis
from kairos.domain.journey import ROWS, Armed, Goal, Moment, Placed, Recent, Run, Sent, row

FORMAT: Final = 2
"""The form this code writes; it reads this one and refuses newer ones."""

Mark = tuple[Millis, str]
"""An event: when, and the short hash of its id."""

_USUAL: Final = (
    b'{"timezone":{"behaviour":"America/Australia/Asia/Pacific/Africa/Europe/London","Europe/Berlin","Europe/Copenhagen"}'
    b'"locale":{"declared":"en-GB""da-DK""country":{"backend":"GB""DE""SE""DK"},"tier":{"backend":"gold"},"birthday":'
    b'{"backend":"19","19-0-1-2"},"c":{"game/push":["news/email":["proven",17"service/sms"offers/push":["offers/sms":['
    b'"offers/email":["granted",17"withdrawn","d":{"email":["phone""push":["sms":[""],true,false,1,1,true]],"e":{"":[[""'
    b'"i":{"":{"properties":{"order_id":"product_id":"cart_id":""}},[""",18"j":{"category":[14{"product":[6"owned":[0,{"'
    b'"k":{"":[0]"":[0,1,2,3]"":[1],"":[0,1]},"l":{"":{"*":[0,1],"-":[0,1]},"":{"*":[2,3]},"m":""n":17,"o":17,"t":{"":'
    b'[true,17"v":{"":["0",17"":["-1",0],"":["1",0],"y":{"birthday":["",18,"2026-02027-0"]},"z":""b":17'
)
"""What many states have in common, the usual last; of another dictionary it is another format."""

_SHORT: Final[Mapping[str, str]] = {
    "born": "b", "newest": "n", "names": "m", "attributes": "a", "consents": "c", "addresses": "d", "suppressed": "x",
    "tags": "t", "counts": "k", "lasts": "l", "armed": "i", "dates": "y", "runs": "r", "recents": "e", "sends": "s",
    "goals": "g", "window": "w", "interests": "j", "seen": "h", "forgotten": "f", "points": "p", "watched": "v",
    "looked": "o", "lapses": "q", "placed": "u", "indexed": "z", "coupons": "$", "observed": "+",
}  # fmt: skip
KEPT: Final = tuple(_SHORT)
"""The names of what is kept in this form."""

_ALL: Final = "*"
"""Under which value all moments of a selector stand: most have no `same`, and no other."""

_SEEN: Final = 4
"""Letters of a hash that interests remember, the first three bytes."""

_EVENTS: Final = ("counts", "lasts", "seen")

_WINDOW: Final = -12
"""Raw deflate, which may look back 4 KB: more would cost more to begin with than it saves."""


def write(kept: Mapping[str, Any]) -> bytes:
    """What is kept, by name; equal values make equal bytes."""
    body = {_SHORT[name]: value for name, whole in kept.items() if name not in _EVENTS and (value := _plain(whole))}
    if kept["attributes"]:
        body[_SHORT["attributes"]] = kept["attributes"]  # as they are: an empty text is a value
    marks = {moment[:2] for moments in kept["counts"].values() for moment in moments}
    marks |= {moment[:2] for values in kept["lasts"].values() for moments in values.values() for moment in moments}
    numbers = {mark: number for number, mark in enumerate(sorted(marks, reverse=True))}
    seconds = {(time // 1000, id[:_SEEN]): number for (time, id), number in numbers.items()}
    lasts = {keep: _numbered(values, numbers) for keep, values in kept["lasts"].items()}
    events: dict[str, Any] = {
        "counts": _numbered(kept["counts"], numbers),
        "lasts": {
            keep: values[_ALL] if values.keys() == {_ALL} else values for keep, values in lasts.items() if values
        },
        "seen": sum(1 << seconds[mark] for mark in kept["seen"] if mark in seconds),
    }
    body |= {_SHORT[name]: value for name, value in events.items() if value}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, _USUAL)
    packed = bytearray((FORMAT,))
    _list(packed, numbers)
    _list(packed, [mark for mark in kept["seen"] if mark not in seconds])
    return bytes(packed) + deflate.compress(text.encode()) + deflate.flush()


def read(raw: bytes) -> dict[str, Any]:
    """What is kept, by name."""
    marks, at = _listed(raw, 1, 5)
    alone, at = _listed(raw, at, 3)
    body = json.loads(zlib.decompressobj(_WINDOW, zdict=_USUAL).decompress(raw[at:]))
    kept = {name: _REBUILD.get(name, _same)(body[short]) for name, short in _SHORT.items() if short in body}
    kept["counts"] = _named(kept.get("counts", {}), marks)
    kept["lasts"] = {
        keep: _named({_ALL: values} if isinstance(values, list) else values, marks)
        for keep, values in kept.get("lasts", {}).items()
    }
    shared = kept.get("seen", 0)
    seen = {(time // 1000, id[:_SEEN]) for number, (time, id) in enumerate(marks) if shared >> number & 1}
    kept["seen"] = sorted(seen.union(alone), reverse=True)
    return kept


def _list(packed: bytearray, marks: Collection[Mark]) -> None:
    _number(packed, len(marks))
    before = None
    for time, id in marks:
        _number(packed, 2 * abs(time) + (time < 0) if before is None else before - time)
        packed += urlsafe_b64decode(id + "=" * (-len(id) % 4))
        before = time


def _listed(raw: bytes, at: int, size: int) -> tuple[list[Mark], int]:
    """So many events with so many bytes of hash, and where what stands behind them begins."""
    count, at = _read(raw, at)
    marks, time = list[Mark](), 0
    for number in range(count):
        span, at = _read(raw, at)
        time = time - span if number else (-1) ** (span % 2) * (span // 2)
        marks.append((time, urlsafe_b64encode(raw[at : at + size]).decode().rstrip("=")))
        at += size
    return marks, at


def _numbered(kept: Mapping[str, Sequence[Moment]], numbers: Mapping[Mark, int]) -> dict[str, list[Any]]:
    """Moments by the numbers of their events, with what else is known of each."""
    return {
        name: [[numbers[m[0], m[1]], *m[2:]] if len(m) > 2 else numbers[m[0], m[1]] for m in moments]
        for name, moments in kept.items()
        if moments
    }


def _named(kept: Mapping[str, Sequence[Any]], marks: Sequence[Mark]) -> dict[str, list[Moment]]:
    return {
        name: [marks[n] if isinstance(n, int) else (*marks[n[0]], *n[1:]) for n in numbers]
        for name, numbers in kept.items()
    }


def _number(packed: bytearray, number: int) -> None:
    while number >= 0x80:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)


def _read(raw: bytes, at: int) -> tuple[int, int]:
    shift = number = 0
    while True:
        byte = raw[at]
        number, shift, at = number | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return number, at


def _plain(value: Any) -> Any:
    cls = type(value)
    if cls is dict:
        return {k: plain for k, v in value.items() if (plain := _plain(v)) or plain == 0}
    if cls is list:
        return [row(v) for v in value] if value and type(value[0]) in ROWS else value
    return row(value) if cls in ROWS else value


def _same(value: Any) -> Any:
    return value


def _pairs(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) for k, v in values.items()}


_REBUILD: Final[Mapping[str, Any]] = {
    "consents": _pairs,
    "tags": _pairs,
    "dates": _pairs,
    "armed": lambda body: {name: {v: Armed(*values) for v, values in by.items()} for name, by in body.items()},
    "runs": lambda body: [Run(*values) for values in body],
    "recents": lambda body: {name: [Recent(*values) for values in rows] for name, rows in body.items()},
    "sends": lambda body: [Sent(*values) for values in body],
    "goals": lambda body: [Goal(*values) for values in body],
    "placed": lambda body: [Placed(*values) for values in body],
    "interests": _pairs,
    "watched": _pairs,
    "observed": _pairs,
}
