"""Definitions as they are written in the tables: campaigns and rules in the language itself, compiled as they deploy."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from ruamel.yaml import YAML

from kairos.domain.definitions import Catalog
from kairos.domain.language.campaign import Campaign
from kairos.domain.language.policy import Policy
from kairos.domain.link import link

POLICY: Final = """
  brand: {name: Nordlys, email: hello@nordlys.example}, timezone: UTC, locale: en, currency: DKK,
  topics: {offers: {consent: explicit}, news: {consent: double_opt_in}, tips: {consent: implied}, service: {transactional: true}}
"""
ABOUT: Final = frozenset(Campaign.model_fields) - {"trigger"} | {"policy", "beside"}
"""Keys beside the trigger: of the campaign, rules (`policy`), and other campaigns (`beside`)."""


def yaml(text: str) -> Any:
    """A mapping or a list as written in a row; the braces around a mapping are left out."""
    return YAML(typ="safe", pure=True).load(text if text.startswith("[") else "{" + text + "}")


def compiled(node: dict[str, Any]) -> Catalog:
    """The catalog of the campaign `hello`, whose trigger's keys stand among its own; without any it is `event: x`."""
    trigger = {key: node[key] for key in node if key not in ABOUT}
    rest = {key: value for key, value in node.items() if key in ABOUT}
    return catalog({"trigger": trigger or {"event": "x"}, **rest})


def catalog(node: Mapping[str, Any]) -> Catalog:
    """The catalog of `hello`, of what stands beside it, and of the rules; what is left out is of no account here."""
    rules = yaml(POLICY) | dict(node.get("policy") or {})
    others = {name: {"steps": ["exit"]} | other for name, other in (node.get("beside") or {}).items()}
    hello = {"steps": ["exit"]} | {key: value for key, value in node.items() if key not in ("policy", "beside")}
    compiled = {
        name: Campaign.model_validate({"status": "live", "topic": "offers"} | one).bundle() | {"event_paths": [""]}
        for name, one in {"hello": hello, **others}.items()
    }
    bundle = {"format": 1, "hash": "test", "policy": Policy.model_validate(rules).bundle(), "campaigns": compiled}
    return link(bundle)


@lru_cache(maxsize=1)
def nothing() -> Catalog:
    """A shop before its first campaign."""
    return link({"format": 1, "hash": "none", "policy": Policy.model_validate(yaml(POLICY)).bundle(), "campaigns": {}})
