"""The form in which a state is stored: each event it remembers once, all as JSON, deflated over a dictionary of usual words.

`#` and `@` are the events that counts and last moments remember, the newest first: how long before the one in front of it
each was (the first: since 1970), and their hashes in a row; elsewhere an event is its number among them. `%` and `&` are in
the same way those that only interests remember, by the second.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, count, pairwise
from operator import sub
from typing import Any, Final

from kairos.domain.events import Millis
from kairos.domain.journey import ROWS, Armed, Goal, Moment, Placed, Recent, Run, Sent, row

FORMAT: Final = 2
"""The form this code writes; it reads this one and refuses newer ones."""

Mark = tuple[Millis, str]
"""An event: when, and the short hash of its id."""

_USUAL: Final = b"".join((
    b'America/Australia/SydneyAsia/TokyoEurope/London"locale":"en-GB""de-DE""da-DK""sv-SE""credit_used_percent":1"employees":',
    b'"rank":"gold"},"behaviour":{"declared":{"likes_"prefers_"score","reads":"subscription_renews_on":"contract_ends":"20',
    b'"$":{"":{"id":"","name":"","percent":10,"since":17,"valid":43200000},"a":{"backend":{"birthday":"19-1"company":"',
    b'","country":"US","country":"GB","country":"SE","country":"DE","country":"DK","drives":false,"drives":true,"region":"',
    b'","tier":"gold","timezone":"America/New_York","timezone":"Europe/Berlin","timezone":"Europe/Copenhagen"}},"b":17',
    b'00000,"c":{"game/push":["granted",17"news/email":["granted",17],"news/email":["proven",17"service/email":["withdrawn",17',
    b'"offers/email":["granted",17],"offers/push":["granted",17"offers/sms":["granted",17]},"d":{"email":["push":["sms":["',
    b'00000]},"e":{"abandoned-cart":[["","order-confirmation":[["","contact-thanks":[["white-paper":[["welcome":[["',
    b'",17,1,1],["",17,1,1,true]],"lapsed":[["birthday":[["","g":[["abandoned-cart","cart-","birthday","20-0T09:00",17',
    b'","white-paper","]],"h":10,"i":{"abandoned-cart":{"":[17,17,"-1",0,{"properties":{"cart_id":"",true]}},"i":{"unpaid":{"',
    b'"j":{"category":[14,{"":1677721,"":"owned":[0,{"":16777216,"":16777216}],"product":[68,{"":2"":3}]},',
    b'"k":{"":[4,5,6,7,8,9,10,11,12,13,14],"":[0,1,2,3,4,5,6,7,8,9,10],"":[2,3],"":[1,2],"":[0],"":[1],"":[0,1]},"l":{"":[[0',
    b'"":{"*":[0,1],"-":[0,1]},"":[1,2],"":[[2,0.0]],"":[0],"":[0,1]},"m":"","n":17"o":17,"p":10"q":{"lapsed":17},"r":[["',
    b'abandoned-cart","cart-","wait-1",17,17,false,"",{"properties":{"order_id":"","product_id":"","cart_id":"',
    b'"}}]],"s":[[17,"","email","service","order-confirmation"],[17,"","email","news","welcome"],[17,"","push","offers","',
    b'abandoned-cart"],[17,"","sms","offers","email","offers","abandoned-cart"]],"t":{"":[false,17"vip":[true,17',
    b'"u":[["","home-banner","send.","show.",17,"v":{"w":["0",17],"w":"-1","w":["1",17"w":"01","w":"0","w":"1"},"x":{"email":["',
    b'"]},"y":{"birthday":["20-1-0-2",18"birthday":["",17,"2026-1"2026-0"2027-0"]},"z":"","n":17',
))  # fmt: skip
"""What many states have in common, the usual last; of another dictionary it is another format."""

_SHORT: Final[Mapping[str, str]] = {
    "born": "b", "newest": "n", "names": "m", "attributes": "a", "consents": "c", "addresses": "d", "suppressed": "x",
    "tags": "t", "counts": "k", "lasts": "l", "armed": "i", "dates": "y", "runs": "r", "recents": "e", "sends": "s",
    "goals": "g", "window": "w", "interests": "j", "seen": "h", "forgotten": "f", "points": "p", "watched": "v",
    "looked": "o", "lapses": "q", "placed": "u", "indexed": "z", "coupons": "$", "observed": "+",
}  # fmt: skip
_LONG: Final = {short: name for name, short in _SHORT.items()}
KEPT: Final = tuple(_SHORT)
"""The names of what is kept in this form."""

_ALL: Final = "*"
"""Under which value all moments of a selector stand: most have no `same`, and no other."""

_COUNTED, _SEEN = 7, 4
"""Letters of the hashes of events, five bytes and three."""

_WINDOW: Final = -12
"""Raw deflate, which may look back 4 KB: more would cost more to begin with than it saves."""


def write(kept: Mapping[str, Any]) -> bytes:
    """What is kept, by name; equal values make equal bytes."""
    body = {_SHORT[name]: value for name, whole in kept.items() if whole and (value := _FORMS.get(name, _plain)(whole))}
    numbers = _numbers(kept["counts"], *kept["lasts"].values())
    if counts := _numbered(kept["counts"], numbers):
        body[_SHORT["counts"]] = counts
    if lasts := {keep: shown for keep, values in kept["lasts"].items() if (shown := _numbered(values, numbers))}:
        body[_SHORT["lasts"]] = {keep: v[_ALL] if v.keys() == {_ALL} else v for keep, v in lasts.items()}
    if numbers:
        body["#"], body["@"] = _spans(numbers), "".join([id for _, id in numbers])
    if seen := kept["seen"]:
        shared = {(time // 1000, id[:_SEEN]): number for (time, id), number in numbers.items()}
        alone = [mark for mark in seen if mark not in shared]
        body[_SHORT["seen"]] = sum(1 << shared[mark] for mark in seen if mark in shared)
        body["%"], body["&"] = _spans(alone), "".join([id for _, id in alone])
    deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, _USUAL)
    return b"".join((bytes((FORMAT,)), deflate.compress(_json(body).encode()), deflate.flush()))


def read(raw: bytes) -> dict[str, Any]:
    """What is kept, by name."""
    body = json.loads(zlib.decompressobj(_WINDOW, zdict=_USUAL).decompress(raw[1:]))
    marks = _marks(body.pop("#", ()), body.pop("@", ""), _COUNTED)
    alone = _marks(body.pop("%", ()), body.pop("&", ""), _SEEN)
    kept = {_LONG[short]: _REBUILD.get(short, _same)(value) for short, value in body.items()}
    kept["counts"] = _named(kept.get("counts", {}), marks)
    kept["lasts"] = {
        keep: _named({_ALL: values} if isinstance(values, list) else values, marks)
        for keep, values in kept.get("lasts", {}).items()
    }
    if (shared := kept.get("seen")) is not None:
        seen = {(time // 1000, id[:_SEEN]) for number, (time, id) in enumerate(marks) if shared >> number & 1}
        kept["seen"] = sorted(seen.union(alone), reverse=True)
    return kept


def _numbers(*many: Mapping[str, Sequence[Moment]]) -> dict[Mark, int]:
    """Each event once, the newest first."""
    marks = {moment[:2] for kept in many for moments in kept.values() for moment in moments}
    return dict(zip(sorted(marks, reverse=True), count(), strict=False))


def _spans(marks: Iterable[Mark]) -> list[Millis]:
    times = [time for time, _ in marks]
    return times[:1] + [later - earlier for later, earlier in pairwise(times)]


def _marks(spans: Sequence[Millis], ids: str, width: int) -> list[Mark]:
    return [
        (time, ids[at : at + width]) for time, at in zip(accumulate(spans, sub), range(0, len(ids), width), strict=True)
    ]


def _numbered(kept: Mapping[str, Sequence[Moment]], numbers: Mapping[Mark, int]) -> dict[str, list[Any]]:
    """Moments by the numbers of their events, with what else is known of each."""
    return {
        name: [numbers[m] if len(m) == 2 else [numbers[m[:2]], *m[2:]] for m in moments]
        for name, moments in kept.items()
        if moments
    }


def _named(kept: Mapping[str, Sequence[Any]], marks: Sequence[Mark]) -> dict[str, list[Moment]]:
    return {
        name: [marks[n] if isinstance(n, int) else (*marks[n[0]], *n[1:]) for n in numbers]
        for name, numbers in kept.items()
    }


def _plain(value: Any) -> Any:
    cls = type(value)
    if cls is dict:
        return {k: plain for k, v in value.items() if (plain := _plain(v)) or plain == 0}
    if cls is list:
        return [row(v) for v in value] if value and type(value[0]) in ROWS else value
    return row(value) if cls in ROWS else value


def _nothing(value: Any) -> None:
    """What stands elsewhere."""


def _turned(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Attributes by source rather than sources by attribute, or back: most are told by one. An empty text is a value."""
    turned: dict[str, dict[str, Any]] = {}
    for outer, by in values.items():
        for inner, value in by.items():
            turned.setdefault(inner, {})[outer] = value
    return turned


def _heard(values: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """A word, when it was said, and when it was received, if not at once."""
    return {name: said[:2] if said[1] == said[2] else said for name, said in values.items()}


def _received(values: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {name: tuple(said) if len(said) > 2 else (*said, said[1]) for name, said in values.items()}


def _shown(values: Mapping[str, tuple[str | None, Millis]]) -> dict[str, Any]:
    """What a watch shows, and when time may change that, if it may."""
    return {keep: [shown, alarm] if alarm else shown for keep, (shown, alarm) in values.items()}


def _watched(values: Mapping[str, Any]) -> dict[str, Any]:
    return {keep: tuple(shown) if isinstance(shown, list) else (shown, 0) for keep, shown in values.items()}


def _same(value: Any) -> Any:
    return value


def _pairs(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) for k, v in values.items()}


_FORMS: Final[Mapping[str, Any]] = {
    "attributes": _turned, "consents": _heard, "addresses": _heard, "watched": _shown,
    "counts": _nothing, "lasts": _nothing, "seen": _nothing,
}  # fmt: skip
_NAMED: Final[Mapping[str, Any]] = {
    "attributes": _turned,
    "consents": _received,
    "addresses": _received,
    "tags": _pairs,
    "dates": _pairs,
    "armed": lambda body: {name: {v: Armed(*values) for v, values in by.items()} for name, by in body.items()},
    "runs": lambda body: [Run(*values) for values in body],
    "recents": lambda body: {name: [Recent(*values) for values in rows] for name, rows in body.items()},
    "sends": lambda body: [Sent(*values) for values in body],
    "goals": lambda body: [Goal(*values) for values in body],
    "placed": lambda body: [Placed(*values) for values in body],
    "interests": _pairs,
    "watched": _watched,
    "observed": _pairs,
}
_REBUILD: Final = {_SHORT[name]: rebuild for name, rebuild in _NAMED.items()}
_json: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
