"""All of the folder `events/` that the functions load: names of another protocol, contracts, and the API with them as a document."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from kairos.catalog.api.document import document
from kairos.catalog.contracts import read_contracts
from kairos.catalog.mapping import read_mapping
from kairos.catalog.problems import InvalidEvents, Problem
from kairos.catalog.shops import read_shopify


def problems(events: Path, topics: Collection[str] | None = None) -> list[Problem]:
    """All that is wrong with the folder; `topics` are those of the policy, if it is known."""
    return [*read_mapping(events).problems, *read_shopify(events, topics)[1], *read_contracts(events).problems]


def write_events(events: Path, out: Path, topics: Collection[str] | None = None) -> None:
    """Writes `mapping.json`, `shopify.json`, `contracts.json` and `openapi.json` beside the bundle of the campaigns. Raises InvalidEvents."""
    names, agreed, (shopify, wrong) = read_mapping(events), read_contracts(events), read_shopify(events, topics)
    if names.mapping is None or names.problems or wrong or agreed.problems:
        raise InvalidEvents([*names.problems, *wrong, *agreed.problems])
    out.mkdir(parents=True, exist_ok=True)
    files = {
        "mapping": names.mapping.bundle(), "shopify": shopify, "contracts": agreed.schemas,
        "openapi": document(agreed.schemas),
    }  # fmt: skip
    for file, compiled in files.items():
        (out / f"{file}.json").write_text(_canonical(compiled), "utf-8")


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
