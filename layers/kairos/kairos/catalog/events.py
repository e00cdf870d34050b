"""All of the folder `events/` that the functions load: names of another protocol, contracts, and the API with them as a document."""

import json
from pathlib import Path
from typing import Any

from kairos.catalog.api.document import document
from kairos.catalog.contracts import read_contracts
from kairos.catalog.mapping import read_mapping
from kairos.catalog.problems import InvalidEvents, Problem


def problems(events: Path) -> list[Problem]:
    """All that is wrong with the folder."""
    return [*read_mapping(events).problems, *read_contracts(events).problems]


def write_events(events: Path, out: Path) -> None:
    """Writes `mapping.json`, `contracts.json` and `openapi.json` beside the bundle of the campaigns. Raises InvalidEvents."""
    names, agreed = read_mapping(events), read_contracts(events)
    if names.mapping is None or names.problems or agreed.problems:
        raise InvalidEvents([*names.problems, *agreed.problems])
    out.mkdir(parents=True, exist_ok=True)
    files = {"mapping": names.mapping.bundle(), "contracts": agreed.schemas, "openapi": document(agreed.schemas)}
    for file, compiled in files.items():
        (out / f"{file}.json").write_text(_canonical(compiled), "utf-8")


def _canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
