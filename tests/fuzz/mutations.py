"""Ways to break a request: its JSON node by node, its text, its bytes, its headers."""

import copy
import gzip
import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from tests.fuzz.seeds import Seed

HOSTILE: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1.5, -0.0, 2**53, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**40, 1e308, 5e-324,
    "", " ", "0", "-1", "null", "\x00", "\n", "\x7f", "\ufeff", "\uffff", "\ufffe", "\ud800", "a\udfffb", "é" * 300, "😀" * 200,
    "x" * 257, "x" * 513, "x" * 5_000, "{{ 7 * 7 }}", "{% for x in y %}", "<script>alert(1)</script>", "__proto__", "../../etc/passwd",
    "' OR 1=1 --", "\r\nBcc: eve@web.example", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    "2026-05-04T07:59:60Z", "2026-05-04", "20260504T075900", "2026-W18-1", "24:00", "Mars/Olympus", "../UTC", "da-DK", "x-klingon",
    "message.sent", "kairos.customer", "aws.ses", "S#1", "C#ada", "anonymous:d1", "address:x", "nobody@", "@shop.example", "a@b@c.example",
    "+45", "++4520", "٤٥", [], {}, [[]], [{}], {"": {}}, {"$or": []}, [None] * 20, {"id": {"id": "ada"}}, ["ada"], {"exists": True},
)  # fmt: skip
NAMES: Final = (
    "", " ", "id", "type", "time", "customer", "properties", "context", "consents", "traits", "userId", "anonymousId", "email",
    "phone", "push", "specversion", "data", "data_base64", "batch", "event", "kairos", "messageId", "timestamp", "sentAt", "total",
    "items", "__class__", "constructor", "a.b", "a\nb", "\ud800", "x" * 300, "x-kairos-mode", "detail-type", "timezone", "locale",
)  # fmt: skip
TOKENS: Final = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    "9" * 400,
    "01",
    "+1",
    ".5",
    "'a'",
    "undefined",
    "\\u0000",
    '"\\ud83d"',
)
HEADERS: Final = (
    ("content-type", "text/plain"), ("content-type", "application/x-www-form-urlencoded"), ("content-type", ""),
    ("content-type", "application/cloudevents+json"), ("content-type", "application/cloudevents-batch+json; charset=utf-16"),
    ("content-encoding", "gzip"), ("content-encoding", "br"), ("content-encoding", "identity"), ("content-encoding", "gzip, gzip"),
    ("ce-specversion", "1.0"), ("ce-specversion", "0.3"), ("ce-id", "%F0%9F"), ("ce-type", "message.sent"), ("ce-time", "soon"),
    ("idempotency-key", "k-1"), ("idempotency-key", "x" * 2_000), ("accept-language", "\x00,,;q=x"), ("x-retry-count", "NaN"),
)  # fmt: skip

Path = tuple[str | int, ...]


def broken(seed: Seed, chance: Random) -> tuple[Seed, bytes]:
    """The seed, and its body as bytes, after some of these; sometimes after none."""
    value, headers = seed.body, list(seed.headers)
    if isinstance(value, bytes):
        raw = value
    else:
        value = copy.deepcopy(value)
        for _ in range(chance.choice((0, 1, 1, 2, 3, 6))):
            value = chance.choice(_NODES)(value, chance)
        raw = _spelled(value, chance)
    if chance.random() < 0.25:
        raw = chance.choice(_BYTES)(raw, chance)
    if chance.random() < 0.2:
        headers.append(chance.choice(HEADERS))
    path = seed.path
    if chance.random() < 0.03 and seed.method != "BUS":
        path = chance.choice(
            ("/v1/events", "/v1/batch", "/v1/t", "/v1/customers/%F0%9F", "/v1/customers/" + "x" * 300, "/l/\x00")
        )
    return Seed(seed.method, path, tuple(headers), value), raw


def _places(value: Any, at: Path = ()) -> list[Path]:
    found = [at]
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        found += _places(each, (*at, name))
    return found


def _with(value: Any, at: Path, change: Callable[[Any], Any]) -> Any:
    if not at:
        return change(value)
    inner = value
    for name in at[:-1]:
        inner = inner[name]
    inner[at[-1]] = change(inner[at[-1]])
    return value


def _replace(value: Any, chance: Random) -> Any:
    return _with(value, chance.choice(_places(value)), lambda _: copy.deepcopy(chance.choice(HOSTILE)))


def _remove(value: Any, chance: Random) -> Any:
    at = chance.choice(_places(value))
    if not at:
        return value
    return _with(value, at[:-1], lambda holder: _without(holder, at[-1]))


def _without(holder: Any, name: str | int) -> Any:
    if isinstance(holder, dict):
        return {key: each for key, each in holder.items() if key != name}
    return [each for index, each in enumerate(holder) if index != name]


def _add(value: Any, chance: Random) -> Any:
    name, new = chance.choice(NAMES), copy.deepcopy(chance.choice(HOSTILE))
    change: Callable[[Any], Any] = lambda each: (  # noqa: E731  # it closes over what was drawn
        {**each, name: new} if isinstance(each, dict) else [*each, new] if isinstance(each, list) else each
    )
    return _with(value, chance.choice(_places(value)), change)


def _repeat(value: Any, chance: Random) -> Any:
    times = chance.choice((2, 3, 12, 40))
    return _with(
        value, chance.choice(_places(value)), lambda each: each * times if isinstance(each, list) else [each] * times
    )


def _wrap(value: Any, chance: Random) -> Any:
    def deep(each: Any) -> Any:
        for _ in range(chance.choice((1, 2, 31, 40, 200))):
            each = [each] if chance.random() < 0.5 else {chance.choice(NAMES): each}
        return each

    return _with(value, chance.choice(_places(value)), deep)


def _swap(value: Any, chance: Random) -> Any:
    places = _places(value)
    other: Any = value
    for name in chance.choice(places):
        other = other[name]
    other = copy.deepcopy(other)
    return _with(value, chance.choice(places), lambda _: other)


_NODES: Final = (_replace, _replace, _replace, _remove, _remove, _add, _repeat, _wrap, _swap)


def _spelled(value: Any, chance: Random) -> bytes:
    """As JSON; half characters can only be escaped."""
    text = json.dumps(value, separators=chance.choice(((",", ":"), (", ", ": "), (" ,\n", "\t: "))))
    return text.encode()


def _token(raw: bytes, chance: Random) -> bytes:
    """One value's text in place of another's."""
    at = raw.find(b":", chance.randrange(len(raw) + 1))
    end = min((found for mark in (b",", b"}", b"]") if (found := raw.find(mark, at)) > 0), default=len(raw))
    return raw[: at + 1] + chance.choice(TOKENS).encode() + raw[end:] if at >= 0 else raw


def _twice(raw: bytes, chance: Random) -> bytes:
    """The first names of an object once more."""
    at = raw.find(b"{", chance.randrange(len(raw) + 1))
    end = raw.find(b",", at)
    return raw[: at + 1] + raw[at + 1 : end + 1] + raw[at + 1 :] if 0 <= at < end else raw


def _flip(raw: bytes, chance: Random) -> bytes:
    made = bytearray(raw or b"x")
    for _ in range(chance.choice((1, 1, 2, 8))):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def _cut(raw: bytes, chance: Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _grow(raw: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return (
        raw[:at]
        + chance.choice((b"\x00", b"[" * 2_000, b"\xef\xbb\xbf", b"\xff", b'{"a":' * 500, b" " * 5_000, b"//"))
        + raw[at:]
    )


def _zip(raw: bytes, chance: Random) -> bytes:
    zipped = gzip.compress(raw, mtime=0)
    return chance.choice(
        (zipped, zipped[:-4], zipped + b"more", zipped * 2, gzip.compress(b"[" + b"1," * 600_000 + b"1]", mtime=0))
    )


def _recode(raw: bytes, chance: Random) -> bytes:
    return raw.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-8-sig", "utf-32")))


_BYTES: Final = (_token, _token, _twice, _twice, _flip, _cut, _grow, _zip, _recode)
