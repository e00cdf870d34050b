"""Customers, entries and messages as tests need them."""

from dataclasses import replace
from typing import Any

from kairos.domain.effects import PutEntry, PutMessage
from kairos.domain.state import Customer, Profile, State

NOW = 1_780_000_000_000
HOUR = 3_600_000


def state(**fields: Any) -> State:
    return replace(State(catalog="c1", born=NOW), **fields)


def after(customer: Customer, *, profile: Profile | None = None, **fields: Any) -> Customer:
    return replace(customer, state=replace(customer.state, **fields), profile=profile or customer.profile)


def entry(key: str = "cart-1", **fields: Any) -> PutEntry:
    given: dict[str, Any] = {
        "campaign": "abandoned-cart", "key": key, "entered": NOW, "since": NOW, "trigger": "e1", "control": False,
        "event": {"properties": {"cart_id": key}}, "snapshot": None, "expires": NOW + 400 * 24 * HOUR,
    }  # fmt: skip
    return PutEntry(**{**given, **fields})


def message(id: str = "m1", key: str = "cart-1", **fields: Any) -> PutMessage:
    given: dict[str, Any] = {
        "id": id, "campaign": "abandoned-cart", "key": key, "step": "send.reminder", "channel": "email",
        "channels": ("sms",), "topic": "offers", "template": "reminder", "transactional": False, "since": NOW,
        "trigger": "e1", "same": {"order": "h1"}, "expires": NOW + 6 * HOUR, "due": NOW + HOUR // 4, "guard": 0,
        "catalog": "c1", "coupon": {"name": "comeback", "percent": 15},
    }  # fmt: skip
    return PutMessage(**{**given, **fields})
