"""Values in few bytes, for tokens that stand in text messages; what was packed once is read by every later release."""

import json
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from typing import Final

Scalar = str | int | float | bool

_ID: Final = re.compile(r"[a-z2-7]{26}", re.ASCII)
_WORDS: Final = ("email", "sms", "push", "true", "false", "whatsapp")  # grow at the end only, as do the beginnings
_BEGINNINGS: Final = ("https://", "http://", "https://www.", "send.")

# A value begins with a byte: how many bytes of UTF-8 follow, or one of these.
_WORD, _BEGINNING = 200, 220  # … and its place in the list; after a beginning comes the rest, as a value of its own
_LONG: Final = 252  # two bytes of length and so many of UTF-8
_JSON: Final = 253  # no text: its JSON, as a value of its own
_ID_CODE: Final = 254  # sixteen bytes that are written as 26 letters and digits


class Garbled(ValueError):
    """Not what `pack` makes."""


def pack(values: Iterable[Scalar]) -> bytes:
    """The values, one after the other. Raises ValueError if one has more than 65,535 bytes."""
    return b"".join(_packed(value) for value in values)


def unpack(data: bytes) -> list[Scalar]:
    """What `pack` was given. Raises Garbled."""
    values, at = list[Scalar](), 0
    while at < len(data):
        value, at = _read(data, at)
        values.append(value)
    return values


def _packed(value: Scalar) -> bytes:
    if not isinstance(value, str):
        return bytes([_JSON]) + _packed(json.dumps(value))
    if value in _WORDS:
        return bytes([_WORD + _WORDS.index(value)])
    if _ID.fullmatch(value):
        sixteen = b32decode(value.upper() + "======")
        if _id(sixteen) == value:  # the last letter has bits to spare
            return bytes([_ID_CODE]) + sixteen
    known = max((text for text in _BEGINNINGS if value.startswith(text)), key=len, default="")
    if known:
        return bytes([_BEGINNING + _BEGINNINGS.index(known)]) + _packed(value.removeprefix(known))
    text = value.encode()
    if len(text) >= 1 << 16:
        raise ValueError("too long to be packed")
    head = bytes([len(text)]) if len(text) < _WORD else bytes([_LONG]) + len(text).to_bytes(2, "big")
    return head + text


def _read(data: bytes, at: int) -> tuple[Scalar, int]:
    """The value that begins there, and where the next one does."""
    code, at = _taken(data, at, 1)[0], at + 1
    if code == _ID_CODE:
        return _id(_taken(data, at, 16)), at + 16
    if code == _JSON or _BEGINNING <= code < _BEGINNING + len(_BEGINNINGS):
        rest, at = _read(data, at)
        if not isinstance(rest, str):
            raise Garbled("no text within")
        return (_scalar(rest) if code == _JSON else _BEGINNINGS[code - _BEGINNING] + rest), at
    if _WORD <= code < _WORD + len(_WORDS):
        return _WORDS[code - _WORD], at
    if code == _LONG:
        code, at = int.from_bytes(_taken(data, at, 2), "big"), at + 2
    elif code >= _WORD:
        raise Garbled("a code of a later release")
    try:
        return _taken(data, at, code).decode(), at + code
    except UnicodeDecodeError:
        raise Garbled("no text") from None


def _taken(data: bytes, at: int, size: int) -> bytes:
    if at + size > len(data):
        raise Garbled("cut off")
    return data[at : at + size]


def _scalar(text: str) -> Scalar:
    try:
        value = json.loads(text)
    except ValueError:
        raise Garbled("no JSON") from None
    if not isinstance(value, str | int | float | bool):
        raise Garbled("no scalar")
    return value


def _id(sixteen: bytes) -> str:
    return b32encode(sixteen).decode().rstrip("=").lower()
