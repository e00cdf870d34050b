"""Coupon codes: unguessable, and the same however often a message is rendered."""

from base64 import b32encode
from datetime import UTC, datetime
from typing import Any

from kairos.domain.events import Json, Millis
from kairos.domain.tokens import Keyring


def issue(coupon: Json, keys: Keyring, now: Millis) -> dict[str, Any]:
    """What a template sees: name, percent or amount, the code, and until when it is good: from now on, or from `since`."""
    code = b32encode(keys.derive("coupon", coupon["id"])[:10]).decode()[:12]  # 60 bits
    expires = datetime.fromtimestamp((coupon.get("since", now) + coupon["valid"]) / 1000, UTC)
    kept = {name: coupon[name] for name in ("name", "percent", "amount") if coupon.get(name) is not None}
    return kept | {"code": "-".join((code[:4], code[4:8], code[8:])), "expires": expires}
