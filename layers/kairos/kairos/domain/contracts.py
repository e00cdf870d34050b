"""What was agreed of an event's properties, type by type, and what happens where they are otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

MODE: Final = "x-kairos-mode"
"""The key of a JSON Schema in `events/schemas/` that says it; without it, `warn`."""


class Mode(StrEnum):
    """How seriously a contract is taken."""

    OFF = "off"  # written down, not looked at
    WARN = "warn"  # the event is taken; whoever sent it is told, and it is counted
    REJECT = "reject"  # the event is put aside with its reason, to be corrected and replayed


@dataclass(frozen=True, slots=True)
class Contract:
    """One type's."""

    mode: Mode
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Breach:
    """The first thing that is otherwise than agreed; it holds no value of the event's."""

    mode: Mode
    field: str  # properties.items.0.price
    message: str
    rule: str  # of the schema: properties/items/items/properties/price/minimum


def contracts(compiled: Mapping[str, Any]) -> dict[str, Contract]:
    """Those to be looked at, by event type: of `contracts.json`, `{type: schema}`."""
    found = {type: Contract(Mode(schema.get(MODE, Mode.WARN)), schema) for type, schema in compiled.items()}
    return {type: contract for type, contract in found.items() if contract.mode is not Mode.OFF}
