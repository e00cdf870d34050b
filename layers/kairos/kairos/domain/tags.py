"""What travels with a message through a provider and comes back with its feedback."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

NAMES: Final = ("message", "customer", "campaign", "step", "variant")
LONGEST: Final = 256
"""SES takes no longer value."""


def write(*, message: str, customer: str, campaign: str = "", step: str = "", variant: str = "") -> dict[str, str]:
    """Tags of letters, digits, `-` and `_`, which is all that SES allows; the message's id stays readable."""
    packed = {"customer": customer, "campaign": campaign, "step": step, "variant": variant}
    values = {"message": message} | {name: _pack(value) for name, value in packed.items() if value}
    return {name: value for name, value in values.items() if len(value) <= LONGEST}


def read(tags: Mapping[str, str]) -> dict[str, str]:
    """What `write` was given; nothing where the tags are somebody else's."""
    if not tags.get("message"):
        return {}
    told = {name: _unpack(tags[name]) for name in NAMES[1:] if name in tags}
    return {"message": tags["message"]} | {name: value for name, value in told.items() if value}


def _pack(value: str) -> str:
    return urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _unpack(value: str) -> str:
    try:
        return urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
