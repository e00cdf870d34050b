"""What matching one event against one pattern costs, beside merely parsing the event."""

import timeit
from collections.abc import Callable
from typing import Any

import orjson

from kairos.domain.pattern import compile_pattern

EVENT: dict[str, Any] = {
    "id": "01JD3Z7Q2N8V5W6X9YB4C1E0FG", "type": "cart.updated", "source": "shop",
    "customer": {"id": "customer-4711", "anonymous_id": "device-0815"},
    "properties": {
        "cart_id": "cart-1842", "total": 74.5, "currency": "DKK", "category": "toys",
        "cart_url": "https://nordlys.example/cart/cart-1842",
        "items": [
            {"product_id": "toys-004", "name": "Oak kite", "quantity": 1, "price": 34.5},
            {"product_id": "home-011", "name": "Storm lantern", "quantity": 2, "price": 20},
        ],
    },
    "context": {"timezone": "Europe/Copenhagen", "locale": "da-DK", "ip": "203.0.113.7"},
}  # fmt: skip
PATTERNS: dict[str, dict[str, Any]] = {
    "one value": {"type": ["cart.updated"]},
    "a number in a range": {"properties": {"total": [{"numeric": [">", 0]}]}},
    "three fields": {"type": ["cart.updated"], "properties": {"category": ["toys"], "currency": ["DKK", "SEK"]}},
    "no match": {"properties": {"category": ["garden", "kitchen"]}},
    "anything but, absent": {"properties": {"currency": [{"anything-but": "EUR"}], "coupon": [{"exists": False}]}},
    "wildcard and prefix": {"properties": {"cart_url": [{"wildcard": "*/cart/*"}], "cart_id": [{"prefix": "cart"}]}},
    "$or": {"$or": [{"properties": {"category": ["garden"]}}, {"properties": {"total": [{"numeric": [">", 50]}]}}]},
    "within an array": {"properties": {"items": {"product_id": ["home-011"], "quantity": [2]}}},
}


def rate(call: Callable[[], object], times: int = 20_000) -> float:
    """Calls a second, the best of five."""
    return times / min(timeit.repeat(call, number=times, repeat=5))


def main() -> None:
    raw = orjson.dumps(EVENT)
    parse = rate(lambda: orjson.loads(raw))
    print(f"{'pattern':<24} {'matches/s':>12} {'× orjson.loads':>15}")
    print(f"{f'orjson.loads, {len(raw)} bytes':<24} {parse:>12,.0f} {1.0:>15.2f}")
    for name, pattern in PATTERNS.items():
        matcher = compile_pattern(pattern)
        found = rate(lambda matcher=matcher: matcher(EVENT))  # type: ignore[misc] # bound now, called now
        print(f"{name:<24} {found:>12,.0f} {found / parse:>15.2f}")


if __name__ == "__main__":
    main()
