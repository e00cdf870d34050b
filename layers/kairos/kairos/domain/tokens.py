"""Signed tokens in links: what they carry is readable, and nobody else can make one."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import MISSING, astuple, dataclass, fields
from typing import Any, Final, Literal, TypeVar

from kairos.domain import keyring, packing
from kairos.domain.events import Millis
from kairos.domain.packing import Scalar as Scalar

DAY: Final[Millis] = 24 * 60 * 60 * 1000
_MAC: Final = 16  # bytes of the HMAC that are kept: 128 bits
_HEAD: Final = 2 + 1 + 4  # key id, purpose, expiry in seconds


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Withdraws consent to a topic on a channel."""

    customer: str
    topic: str
    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class Link:
    """A tracked link to a page of the shop."""

    url: str
    customer: str
    message: str
    campaign: str
    step: str
    variant: str
    channel: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A YES or NO of the customer about themselves; the page that takes it repeats the words of the message."""

    attribute: str
    value: Scalar
    customer: str
    message: str
    campaign: str
    step: str
    variant: str
    channel: str
    label: str = ""
    question: str = ""
    locale: str = ""  # which they are in


@dataclass(frozen=True, slots=True)
class Confirm:
    """Proves that who reads a mail is who asked for a topic on a channel."""

    customer: str
    topic: str
    channel: str
    message: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """Shows and changes what a customer wants to get."""

    customer: str
    message: str


Payload = Unsubscribe | Link | Answer | Confirm | Preferences
Kind = TypeVar("Kind", bound=Payload)

_LETTERS: Final[Mapping[type, int]] = {Unsubscribe: ord("u"), Link: ord("l"), Answer: ord("a"),
                                         Confirm: ord("c"), Preferences: ord("p")}  # fmt: skip
LIFETIME: Final[Mapping[type[Payload], Millis]] = {
    Unsubscribe: 5 * 365 * DAY,  # an opt-out must work as long as anybody keeps the mail
    Link: 400 * DAY,
    Answer: 90 * DAY,
    Confirm: 30 * DAY,
    Preferences: 5 * 365 * DAY,
}


class InvalidToken(Exception):
    """Not a token of ours for this purpose, or one whose time is over; `why` says which."""

    def __init__(self, why: Literal["garbled", "forged", "purpose", "expired"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Keyring:
    """The key that signs, those that are good beside it, and the seed of derived codes (the key, if there is no other)."""

    current: bytes
    others: tuple[bytes, ...] = ()
    seed: bytes = b""

    @classmethod
    def parse(cls, secret: str) -> "Keyring":
        """From a secret, see `keyring.read`. An empty or short key is refused: ValueError."""
        ring = keyring.read(secret, shortest=keyring.SHORTEST)
        current, *others = (key.encode() for key in ring.accepted)
        return cls(current, tuple(others), ring.seed.encode())

    def derive(self, *parts: str) -> bytes:
        """32 bytes that nobody can guess without the seed, and always the same for the same parts."""
        return hmac.digest(self.seed or self.current, b"kairos.derive\x1f" + "\x1f".join(parts).encode(), "sha256")


def sign(payload: Payload, keys: Keyring, now: Millis, *, lifetime: Millis = 0) -> str:
    """A token for this payload, good for the lifetime of its kind or a shorter one."""
    expires = (now + min(lifetime or LIFETIME[type(payload)], LIFETIME[type(payload)])) // 1000
    head = _id(keys.current) + bytes([_LETTERS[type(payload)]]) + expires.to_bytes(4, "big")
    body = head + packing.pack(_values(payload))
    return urlsafe_b64encode(body + _mac(keys.current, body)).decode().rstrip("=")


def verify(token: str, *purposes: type[Kind], keys: Keyring, now: Millis) -> Kind:
    """What a token carries, if it is ours, for one of these purposes, and in time. Raises InvalidToken."""
    raw = _decode(token)
    body, mac = raw[:-_MAC], raw[-_MAC:]
    # all keys are tried whatever the id says, so that time tells nothing about them
    known = [hmac.compare_digest(_id(key) + _mac(key, body), body[:2] + mac) for key in _live(keys)]
    if not any(known):
        raise InvalidToken("forged")
    kind = next((purpose for purpose in purposes if _LETTERS[purpose] == body[2]), None)
    if kind is None:
        raise InvalidToken("purpose")
    if now >= int.from_bytes(body[3:_HEAD], "big") * 1000:
        raise InvalidToken("expired")
    try:
        values: list[Any] = packing.unpack(body[_HEAD:])
        return kind(*values)
    except (packing.Garbled, TypeError):  # signed by a newer release, which knows more fields or codes
        raise InvalidToken("garbled") from None


def _values(payload: Payload) -> list[Scalar]:
    """The fields, without the empty ones at the end that need not be said."""
    values = list(astuple(payload))
    needed = sum(field.default is MISSING for field in fields(payload))
    while len(values) > needed and values[-1] == "":
        values.pop()
    return values


def _decode(token: str) -> bytes:
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except ValueError:
        raise InvalidToken("garbled") from None
    # one spelling only: the decoder skips foreign characters and ignores spare bits
    if len(raw) < _HEAD + _MAC or urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise InvalidToken("garbled")
    return raw


def _live(keys: Keyring) -> list[bytes]:
    return [keys.current, *keys.others]


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"kairos.key\x1f" + key).digest()[:2]


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"kairos.token\x1f" + body, "sha256")[:_MAC]
