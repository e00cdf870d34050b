"""Coupon codes: unguessable, nobody else's, the same however often a message is rendered, and known again when handed in."""

import re
from base64 import b32encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from kairos.domain.effects import PutMessage
from kairos.domain.events import Event, Json, Millis, Ref
from kairos.domain.tokens import Keyring

PLACES: Final = re.compile(r"\{(\d{1,2})\}")
"""Where a pattern has so many characters by chance."""
FEWEST, MOST = 8, 32
"""Characters by chance in a code: forty bits are not found by trying, and each is looked up before it is given."""
LONGEST: Final = 64
CODE: Final = re.compile(r"[A-Za-z0-9_-]+")
REDEEMED: Final = "coupon.redeemed"
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another
_TOLD: Final = 10  # codes of one event


@dataclass(frozen=True, slots=True)
class Issued:
    """A code that is somebody's, and until when it is good."""

    code: str
    expires: Millis


def derive(coupon: Json, keys: Keyring, attempt: int = 0) -> str:
    """The code of a coupon by its pattern; a further attempt makes another one."""
    chance = keys.derive("coupon", coupon["id"], *([str(attempt)] if attempt else []))
    if not (pattern := coupon.get("code")):
        code = b32encode(chance[:10]).decode()[:12]  # 60 bits
        return "-".join((code[:4], code[4:8], code[8:]))
    letters = iter(_drawn(chance))
    return PLACES.sub(lambda place: "".join(next(letters) for _ in range(int(place[1]))), pattern)


def _drawn(chance: bytes) -> Iterator[str]:
    number = int.from_bytes(chance, "big")
    while number:
        number, digit = divmod(number, len(_LETTERS))
        yield _LETTERS[digit]


def ends(coupon: Json, now: Millis) -> Millis:
    """Until when it is good: from the message that first showed it, which may be the one of now."""
    return int(coupon.get("since", now) + coupon["valid"])


def first(coupon: Json) -> bool:
    """Whether no message has shown it yet: its time begins now."""
    return "since" not in coupon


def shown(coupon: Json, issued: Issued, zone: tzinfo = UTC) -> dict[str, Any]:
    """What a template sees: name, percent or amount, code, and the end in the customer's time."""
    expires = datetime.fromtimestamp(issued.expires / 1000, UTC).astimezone(zone)
    return _worth(coupon) | {"code": issued.code, "expires": expires}


def issue_event(put: PutMessage, coupon: Json, issued: Issued, customer: str, now: Millis) -> Event:
    """`coupon.issued`: by this the shop honours the code."""
    expires = datetime.fromtimestamp(issued.expires / 1000, UTC).isoformat(timespec="seconds")
    about: dict[str, Any] = {"message_id": put.id, "campaign": put.campaign, "key": put.key, "step": put.step,
                             "variant": put.variant, "channel": put.channel}  # fmt: skip
    return Event(
        id=f"{put.id}.coupon", type="coupon.issued", time=now, received=now, source="kairos", customer=Ref(id=customer),
        properties=about | _worth(coupon) | {"code": issued.code, "expires": expires}, own=True,
    )  # fmt: skip


def _worth(coupon: Json) -> dict[str, Any]:
    return {name: coupon[name] for name in ("name", "percent", "amount") if coupon.get(name) is not None}


def normal(code: str) -> str:
    """As codes are compared: people type them."""
    return code.strip().upper()


def handed_in(event: Event) -> tuple[str, ...]:
    """The codes that an event says were used: `coupon`, `coupons`, `discount_codes`, and of `coupon.redeemed` its `code`."""
    told = event.properties
    named = [told.get("coupon"), *_listed(told.get("coupons")), *_listed(told.get("discount_codes"))]
    if event.type == REDEEMED:
        named.append(told.get("code"))
    codes = (one.get("code") if isinstance(one, Mapping) else one for one in named)
    found = [
        normal(code)
        for code in codes
        if isinstance(code, str) and len(code) <= LONGEST and CODE.fullmatch(code.strip())
    ]
    return tuple(dict.fromkeys(found))[:_TOLD]


def _listed(value: Any) -> list[Any]:
    return list(value)[:_TOLD] if isinstance(value, list) else []
