"""Contracts by JSON Schema, each compiled when the first event of its type comes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kairos.domain.contracts import Breach, Contract
from kairos.domain.events import Event
from kairos.domain.sources.bounds import dotted

if TYPE_CHECKING:
    import jsonschema_rs


class SchemaContracts:
    """The port Contracts."""

    def __init__(self, agreed: Mapping[str, Contract]) -> None:
        self._agreed = agreed
        self._compiled: dict[str, jsonschema_rs.Validator] = {}

    def breach(self, event: Event) -> Breach | None:
        contract = self._agreed.get(event.type)
        if contract is None:
            return None
        validator = self._compiled.get(event.type)
        if validator is None:
            validator = self._compiled[event.type] = compiled(contract.schema)
        if validator.is_valid(event.properties):
            return None
        error = next(iter(validator.iter_errors(event.properties)))
        field, message = told(error)
        return Breach(contract.mode, field, message, "/".join(map(str, error.schema_path)))


def compiled(schema: Mapping[str, Any]) -> "jsonschema_rs.Validator":
    """Checks formats, too; asks no network for a `$ref`, and patterns take linear time. Raises jsonschema_rs.ValidationError."""
    import jsonschema_rs  # fifteen megabytes, which a worker without a contract need not wait for

    patterns = jsonschema_rs.RegexOptions()
    return jsonschema_rs.validator_for(
        dict(schema), validate_formats=True, offline=True, mask="it", pattern_options=patterns
    )


def told(error: Any, below: str = "properties") -> tuple[str, str]:
    """The field that is wrong, and how, without its value."""
    path = tuple(error.instance_path)
    missing = getattr(error.kind, "property", None)
    if missing is not None:
        return dotted((*path, missing), below), "is required"
    unexpected = getattr(error.kind, "unexpected", None)
    if unexpected:
        return dotted((*path, min(unexpected)), below), "is not known in this place"
    return dotted(path, below), error.message.removeprefix("the value ").removeprefix("it ")
