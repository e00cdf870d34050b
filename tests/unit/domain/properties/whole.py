"""Definitions with every kind of trigger, condition, step and policy key."""

from typing import Any

from tests.unit.domain.shop import CART, DAY, HOUR, TOTAL, campaign, on, send, started

TOYS = {"properties": {"category": ["toys"]}}
POLICY: dict[str, Any] = {
    "timezone": "Europe/Copenhagen",
    "quiet_hours": [{"channels": ["sms"], "from": 21 * 3600, "to": 8 * 3600}],
    "frequency_caps": [
        {"at_most": 1, "per": DAY, "channels": ["sms"]},
        {"at_most": 4, "per": 7 * DAY},
        {"at_most": 2, "per": 7 * DAY, "same": "campaign"},
    ],
    "cooldown_groups": {"winback": {"campaigns": ["left", "lapsed"], "for": 2 * DAY}},
    "arbitration": {"keep": 1, "window": 0, "then": "requeue", "after": 4 * HOUR},
    "attributes": {"precedence": ["backend", "declared", "behaviour"], "indexed": ["region", "tier"]},
    "interest": {
        "category": {"path": "properties.category", "half_life": 2 * DAY, "events": {"page.viewed": 1, "cart.updated": 3}},
        "product": {"path": "properties.product_id", "half_life": 30 * DAY, "events": {"page.viewed": 1}},
        "owned": {"path": "properties.items.product_id", "half_life": None, "events": {"order.placed": 1}},
    },
    "scoring": [
        on("whitepaper.downloaded") | {"points": 20, "within": 3 * DAY, "at_most": 3},
        on("page.viewed", match=TOYS) | {"points": 5, "within": None, "at_most": 10},
        on("cart.updated") | {"points": -7, "within": DAY, "at_most": 10},
    ],
    "grades": [
        {"grade": "A", "when": {"attributes": {"employees": [{"numeric": [">=", 50]}]}, "source": None}},
        {"grade": "B", "when": {"did": on("order.placed") | {"within": 2 * DAY, "at_least": 2, "at_most": None}}},
    ],
    "segments": {
        "keen": {"any": [
            {"did": on("page.viewed", match=TOYS) | {"within": 2 * DAY, "at_least": 3, "at_most": None}},
            {"interest": {"dimension": "category", "values": ["toys"], "at_least": 2.5, "top": None}},
        ]},
        "idle": {"all": [
            {"did": on("page.viewed") | {"within": None, "at_least": 1, "at_most": None}},
            {"not": {"did": on("any") | {"within": DAY, "at_least": 1, "at_most": None}}},
        ]},
        "good": {"all": [{"score": {"at_least": 25, "at_most": None}}, {"not": {"grade": ["B"]}}]},
    },
}  # fmt: skip

SEGMENT = {"segment": "keen"}
AUDIENCE = {"any": [
    {"attributes": {"country": ["DK"], "tier": [{"anything-but": ["silver"]}]}, "source": None},
    {"attributes": {"region": [{"exists": True}]}, "source": "declared"},
    {"did": on("cart.updated", match=TOTAL) | {"within": 2 * DAY, "at_least": 1, "at_most": 2}},
    {"not": {"did": on("order.placed") | {"within": None, "at_least": 1, "at_most": None}}},
    {"interest": {"dimension": "category", "values": ["toys"], "at_least": 1.5, "top": 2}},
    {"score": {"at_least": 20, "at_most": 60}}, {"grade": ["A"]}, {"tagged": ["reader"]}, SEGMENT,
    {"in_campaign": "renewal"}, {"received": {"campaign": "left", "within": DAY}},
    {"local_time": {"from": 9 * 3600, "to": 17 * 3600, "days": ["mon", "wed"]}},
]}  # fmt: skip

BY_TIME: dict[str, dict[str, Any]] = {
    "left": CART | {
        "audience": AUDIENCE, "goal": {"on": on("order.placed"), "within": 3 * DAY, "value": "properties.total"},
        "steps": [
            send("reminder", "sms", "email"), {"id": "wait-1", "do": "wait", "on": on("page.viewed"), "timeout": HOUR},
            {"id": "set-1", "do": "set", "values": {"level": 2}}, send("offer"),
        ],
    },
    "no_show": campaign(
        {"kind": "inaction", "on": on("booking.created"), "absent": on("booking.attended", same="properties.booking"),
         "until": {"path": ["event", "properties", "starts_at"], "offset": {"days": 1}, "at": 10 * 3600}},
        send("missed", topic="service"), {"id": "tag-1", "do": "tag", "tags": ["absent"]},
        audience={"event": {"properties": {"booking": [{"exists": True}]}}}, key=[{"ref": ["event", "properties", "booking"]}],
        exit=[on("order.placed", same="properties.booking")],
    ),
    "lapsed": campaign(
        {"kind": "inactivity", "for": 2 * DAY, "of": ["page.viewed", "order.placed"]}, send(), expires=2 * DAY,
        audience={"not": {"segment": "good"}},
    ),
    "silent": campaign({"kind": "inactivity", "for": DAY, "of": ["any"]}, send(topic="tips"), expires=5 * DAY),
    "birthday": campaign(
        {"kind": "date", "date": {"path": ["attributes", "birthday"], "at": 9 * 3600}, "yearly": True}, send(topic="tips"),
        expires=5 * DAY,
    ),
    "renewal": campaign(
        {"kind": "date", "date": {"path": ["attributes", "renewal"], "offset": {"days": -2}}, "yearly": False},
        {"id": "wait-1", "do": "wait", "for": HOUR}, send(topic="news"), expires=5 * DAY,
    ),
    "frost": campaign(
        {"kind": "external", "on": on("frost.warned")}, send(),
        audience={"any": [{"attributes": {"region": [{"ref": ["event", "properties", "region"]}]}, "source": None}, {"segment": "idle"}]},
    ),
    "weekly": campaign(
        {"kind": "schedule", "cron": "0 9 ? * MON *", "at": None, "timezone": None}, send(),
        audience={"all": [{"segment": "keen"}, {"tagged": ["reader", "absent"]}]},
    ),
    "new_book": campaign(
        {"kind": "external", "on": on("book.published")}, send(),
        audience={"interest": {"dimension": "product", "values": [{"ref": ["event", "properties", "id"]}], "at_least": 0.5, "top": 3}},
    ),
    "by_tier": campaign(
        {"kind": "external", "on": on("tier.offer")}, send(), audience={"attributes": {"tier": ["gold"]}, "source": None}
    ),
}  # fmt: skip
"""Whatever starts these starts at a wake-up: a moment passes, or an audience is called."""

BY_EVENT: dict[str, dict[str, Any]] = {
    "reading": campaign(
        started("whitepaper.downloaded"), {"id": "tag-1", "do": "tag", "tags": ["reader"]},
        {"id": "score-1", "do": "score", "points": 3}, {"id": "set-1", "do": "set", "values": {"level": 1}},
        send("thanks", topic="service"), audience=None, exit=[on("order.placed")],
    ),
    "climbing": campaign(
        {"kind": "change", "of": ["attributes", "tier"], "from": None, "to": ["gold"], "at_least": None, "at_most": None},
        {"id": "show-1", "do": "show", "slot": "home", "template": "vip", "for": None},
    ),
    "scoring": campaign(
        {"kind": "change", "of": ["score"], "from": None, "to": None, "at_least": 25, "at_most": None},
        {"id": "emit-1", "do": "emit", "type": "lead.qualified", "detail": {"score": {"ref": ["score"]}}},
    ),
    "graded": campaign(
        {"kind": "change", "of": ["grade"], "from": None, "to": ["B"], "at_least": None, "at_most": None}, send()
    ),
    "keen_now": campaign(
        {"kind": "segment", "segment": "keen", "on": "enters"},
        {"id": "split-1", "do": "split", "branches": [
            {"name": "a", "weight": 1, "steps": [send("a")]}, {"name": "b", "weight": 1, "steps": [send("b", "sms")]}]},
        cooldown=DAY,
    ),
    "no_longer": campaign(
        {"kind": "segment", "segment": "keen", "on": "leaves"}, {"id": "untag-1", "do": "untag", "tags": ["reader"]}
    ),
    "idle_now": campaign({"kind": "segment", "segment": "idle", "on": "enters"}, send(), expires=2 * DAY),
    "coupon": campaign(
        started("cart.updated"), {"id": "coupon-1", "do": "coupon", "name": "c", "percent": 5, "valid": DAY},
        {"id": "choose-1", "do": "choose", "branches": [
            {"when": SEGMENT, "steps": [send("keen")]}, {"when": None, "steps": [{"id": "exit-1", "do": "exit"}]}]},
        key=[{"ref": ["event", "properties", "cart_id"]}], holdout=0.5,
    ),
    "banner": campaign(
        {"kind": "inbound", "slot": "home"}, {"id": "show-1", "do": "show", "slot": None, "template": "x", "for": None},
        cooldown=DAY,
    ),
}  # fmt: skip
"""What happens starts these at once, on the facts known at that time."""
