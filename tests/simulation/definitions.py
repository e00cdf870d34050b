"""Definitions of a small shop, in the versions that are deployed one after the other while it runs."""

from dataclasses import replace
from functools import cache
from typing import Any, Final

from kairos.domain.definitions import Catalog
from kairos.domain.link import link
from tests.unit.domain.shop import CART, DAY, HOUR, POLICY, campaign, on, send, started

RULES: Final[dict[str, Any]] = POLICY | {
    "timezone": "Europe/Copenhagen",
    "quiet_hours": [{"channels": ["sms"], "from": 21 * 3600, "to": 8 * 3600}],
    "frequency_caps": [
        {"at_most": 1, "per": DAY, "channels": ["sms"]},
        {"at_most": 3, "per": 7 * DAY},
        {"at_most": 2, "per": 7 * DAY, "same": "campaign"},
    ],
    "cooldown_groups": {"winback": {"campaigns": ["cart", "lapsed"], "for": 2 * DAY}},
    "arbitration": {"keep": 1, "window": 0, "then": "requeue", "after": 4 * HOUR},
    "attributes": {"precedence": ["backend", "declared", "behaviour"], "indexed": ["region"]},
    "interest": {
        "category": {"path": "properties.category", "half_life": 2 * DAY, "events": {"page.viewed": 1, "cart.updated": 3}}
    },
    "scoring": [on("paper.downloaded") | {"points": 20, "within": 3 * DAY, "at_most": 3}],
    "segments": {"keen": {"did": on("page.viewed") | {"within": 2 * DAY, "at_least": 3, "at_most": None}}},
}  # fmt: skip

_READER = {"tagged": ["reader"]}
POINTS: Final = 3
"""Of whoever enters `reading`."""

CAMPAIGNS: Final[dict[str, dict[str, Any]]] = {
    "welcome": campaign(
        started("signup"), send("hello", "sms", "email"),
        {"id": "wait-1", "do": "wait", "on": on("page.viewed"), "timeout": DAY}, send("tips", topic="news"),
        goal={"on": on("order.placed"), "within": 3 * DAY, "value": "properties.total"},
    ),
    "receipt": campaign(
        started("order.placed"), send("receipt", topic="service"), topic="service",
        key=[{"ref": ["event", "properties", "order"]}],
    ),
    "cart": CART | {"priority": 80, "goal": {"on": on("order.placed"), "within": 3 * DAY, "value": "properties.total"}},
    "reading": campaign(
        started("paper.downloaded"), {"id": "tag-1", "do": "tag", "tags": ["reader"]},
        {"id": "score-1", "do": "score", "points": POINTS}, {"id": "set-1", "do": "set", "values": {"level": 1}},
        {"id": "wait-1", "do": "wait", "for": DAY},
        {"id": "coupon-1", "do": "coupon", "name": "c", "percent": 5, "valid": DAY}, send("series"),
        {"id": "emit-1", "do": "emit", "type": "lead.qualified", "detail": {"score": {"ref": ["score"]}}},
        key=[{"ref": ["event", "properties", "paper"]}],
    ),
    "birthday": campaign(
        {"kind": "date", "date": {"path": ["attributes", "birthday"], "at": 9 * 3600}, "yearly": True},
        send("cake", "sms", "email"), priority=70,
    ),
    "lapsed": campaign(
        {"kind": "inactivity", "for": 2 * DAY, "of": ["page.viewed", "cart.updated"]}, send("back"), expires=2 * DAY
    ),
    "keen": campaign(
        {"kind": "segment", "segment": "keen", "on": "enters"},
        {"id": "show-1", "do": "show", "slot": "home", "template": "hero", "for": None}, send("keen"), cooldown=3 * DAY,
    ),
    "nearby": campaign(
        started("shop.entered"), send("nearby", topic="service"), topic="service",
        audience={"attributes": {"region": ["north"]}, "source": None},
    ),
    "broken": campaign(started("page.broken"), send("broken")),
    "frost": campaign(
        {"kind": "external", "on": on("frost.warned")}, send("tyres", "sms", "email"), priority=90,
        audience={"attributes": {"region": [{"ref": ["event", "properties", "region"]}]}, "source": None},
    ),
    "weekly": campaign(
        {"kind": "schedule", "cron": "30 7 * * ? *", "at": None, "timezone": None}, send("weekly", topic="news"),
        audience=_READER, priority=10,
    ),
    "trial": campaign(
        started("trial.started"), send("start"), {"id": "wait-1", "do": "wait", "for": 6 * HOUR},
        {"id": "split-1", "do": "split", "branches": [
            {"name": "a", "weight": 1, "steps": [send("a")]}, {"name": "b", "weight": 1, "steps": [send("b", "sms")]}]},
        holdout=0.3, exit=[on("trial.ended")], cooldown=DAY,
    ),
}  # fmt: skip


def _later() -> dict[str, dict[str, Any]]:
    """The cart's second mail is gone, the trial rests, the welcome has another text, and readers are thanked at once."""
    cart = {**CAMPAIGNS["cart"], "steps": CAMPAIGNS["cart"]["steps"][:1]}
    welcome = {**CAMPAIGNS["welcome"], "steps": [send("hello", "sms", "email"), send("bye")]}
    thanks = campaign(started("paper.downloaded"), send("thanks", topic="service"), topic="service")
    trial = {**CAMPAIGNS["trial"], "status": "paused"}
    return {**CAMPAIGNS, "cart": cart, "welcome": welcome, "trial": trial, "thanks": thanks}


def _last() -> dict[str, dict[str, Any]]:
    """The reading series is deleted, and lapsing takes a day longer."""
    lapsed = {**CAMPAIGNS["lapsed"], "trigger": CAMPAIGNS["lapsed"]["trigger"] | {"for": 3 * DAY}}
    return {name: c for name, c in {**_later(), "lapsed": lapsed}.items() if name != "reading"}


@cache
def catalogs() -> tuple[Catalog, ...]:
    """All versions, oldest first; what is counted is asked of the table, like after a cold start."""
    versions = (CAMPAIGNS, _later(), _last())
    return tuple(
        link({"format": 1, "hash": f"v{number}", "policy": RULES, "campaigns": campaigns})
        for number, campaigns in enumerate(versions, 1)
    )


def counting(catalog: Catalog, since: dict[str, int]) -> Catalog:
    """The catalog, knowing since when each kept thing is counted."""
    return replace(catalog).with_since(since)
