"""Who an event is about, and addresses as hashes."""

import hashlib
from base64 import urlsafe_b64encode

from kairos.domain.events import Ref

DEVICE = "anonymous:"
"""How the ids of those begin who are known by a device only."""


def short_hash(text: str, size: int = 5) -> str:
    """`size` bytes of SHA-256 as URL-safe text: small enough for a state, wide enough among one customer's events."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:size]).decode().rstrip("=")


def address_hash(channel: str, value: str) -> str:
    """What stands for an address outside of the profile; letter case and surrounding blanks do not count."""
    return short_hash(f"{channel}\x1f{value.strip().casefold()}", 12)


def customer_id(ref: Ref) -> str | None:
    """The customer an event belongs to: the id as it is, else the device's, else the address's; None if it names nobody."""
    if ref.id:
        return ref.id
    if ref.anonymous_id:
        return DEVICE + ref.anonymous_id
    if ref.email:
        return "address:" + address_hash("email", ref.email)
    if ref.phone:
        return "address:" + address_hash("sms", ref.phone)
    return None
