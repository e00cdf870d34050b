"""Who an event is about, and addresses as keyed hashes."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from kairos.domain.events import Ref

DEVICE: Final = "anonymous:"
"""How the ids of those begin who are known by a device only."""

ADDRESS: Final = "address:"
"""How the ids of those begin who are known by an address only."""

NAMED_BY: Final = ("email", "sms")
"""The channels by whose addresses events may name somebody."""

AddressHash = Callable[[str, str], str]
"""Channel and address into what stands for it outside of the profile."""


TESTER = "\x1ftest"
"""Whom messages are about that are sent to try them out. No sender can name it (ids have no control characters), so nothing
that is heard of it was done by a customer: it is known nowhere."""


def short_hash(text: str, size: int = 5) -> str:
    """`size` bytes of SHA-256 as URL-safe text: small enough for a state, wide enough among one customer's events."""
    return _short(hashlib.sha256(text.encode()).digest(), size)


def keyed(key: bytes) -> AddressHash:
    """12 bytes of HMAC-SHA-256 (RFC 2104): who reads the table cannot try out all phone numbers without the key.

    Letter case and surrounding blanks do not count.
    """

    def address_hash(channel: str, value: str) -> str:
        return _short(hmac.digest(key, f"{channel}\x1f{value.strip().casefold()}".encode(), "sha256"), 12)

    return address_hash


def device_id(anonymous_id: str) -> str:
    """The customer that a device is until it is identified."""
    return DEVICE + anonymous_id


def customer_id(ref: Ref, address_hash: AddressHash) -> str | None:
    """The customer an event belongs to: the id as it is, else the device's, else the address's; None if it names nobody."""
    if ref.id:
        return ref.id
    if ref.anonymous_id:
        return device_id(ref.anonymous_id)
    if ref.email:
        return ADDRESS + address_hash("email", ref.email)
    if ref.phone:
        return ADDRESS + address_hash("sms", ref.phone)
    return None


def known_by(address: str) -> str | None:
    """The customer that somebody is at whose address (`channel#hash`) nobody is known; None where events name nobody by it."""
    channel, _, hashed = address.partition("#")
    return ADDRESS + hashed if channel in NAMED_BY else None


def is_stray(id: str) -> bool:
    """Whether it is nobody's id, but that of a device or address whose owner is not known."""
    return id.startswith((DEVICE, ADDRESS))


def push_address(token: Mapping[str, Any]) -> str:
    """Of a device's push token what feedback names it by: its endpoint at SNS, where it has one."""
    return str(token.get("arn") or token["token"])


def _short(digest: bytes, size: int) -> str:
    return urlsafe_b64encode(digest[:size]).decode().rstrip("=")
