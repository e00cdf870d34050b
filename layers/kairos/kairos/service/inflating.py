"""Bodies from strangers, inflated where they are compressed, and never beyond the largest one that is taken."""

import zlib
from collections.abc import Mapping
from typing import Final

from kairos.domain.sources.parts import BadEvent

LARGEST: Final = 1024 * 1024
"""Bytes of a request's body, as it comes and inflated."""
_MEMBERS: Final = 8
"""Gzips one after the other are one, says RFC 1952; of fifty thousand empty ones each would have the rest copied."""
_GZIP: Final = b"\x1f\x8b"


def plain(headers: Mapping[str, str], body: bytes) -> bytes:
    """The body, inflated if it is gzip, whatever its type is said to be. Raises BadEvent: too_large, bad_gzip, encoding."""
    if len(body) > LARGEST:
        raise _too_large()
    if body[:2] == _GZIP:  # no JSON begins so, and not every client says that it has compressed
        return _inflated(body)
    lower = {name.lower(): value for name, value in headers.items()}
    encoding = lower.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity", "gzip", "utf-8"):
        raise BadEvent("encoding", "must be gzip or none", "Content-Encoding")
    return body


def _inflated(body: bytes) -> bytes:
    told = bytearray()
    for _ in range(_MEMBERS):
        inflate = zlib.decompressobj(wbits=31)
        try:
            told += inflate.decompress(body, LARGEST + 1 - len(told))
        except zlib.error as error:
            raise BadEvent("bad_gzip", "must be gzip, whole and undamaged") from error
        if len(told) > LARGEST:
            raise _too_large()
        if not inflate.eof:
            raise BadEvent("bad_gzip", "must be gzip, whole and undamaged")
        body = inflate.unused_data
        if not body.strip(b"\0"):
            return bytes(told)
    raise BadEvent("bad_gzip", "must be one gzip, with nothing behind it")


def _too_large() -> BadEvent:
    return BadEvent("too_large", f"must have at most {LARGEST} bytes")
