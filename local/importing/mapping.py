"""A mapping file: what the columns are, what is so on every line, which words mean yes."""

from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kairos.catalog import source
from local.importing.columns import BadColumns
from local.importing.people import GRANTED, WITHDRAWN, Words

_STRICT: Final = ConfigDict(extra="forbid", strict=True)


class Meanings(BaseModel):
    """Words of consent columns beside the usual ones."""

    model_config = _STRICT

    granted: list[str] = []
    withdrawn: list[str] = []
    nothing: list[str] = Field([], description="Says neither, as *pending* and *cleaned*")


class Mapping(BaseModel):
    """The file as a whole."""

    model_config = _STRICT

    columns: dict[str, str] = {}
    always: dict[str, str] = {}
    others: Literal["attributes", "left_out"] = "attributes"
    words: Meanings = Meanings()

    def meanings(self) -> Words:
        """The usual words and these; what the file says of a usual one stands."""
        mine = {name: frozenset(word.casefold() for word in said) for name, said in self.words}
        said = mine["granted"] | mine["withdrawn"] | mine["nothing"]
        return Words(
            mine["granted"] | (set(GRANTED) - said), mine["withdrawn"] | (set(WITHDRAWN) - said), mine["nothing"]
        )


def read(path: Path | None) -> Mapping:
    """The mapping of a file; without one nothing is mapped but by headers and options. Raises BadColumns."""
    if path is None:
        return Mapping()
    found = source.read(path, str(path))
    if found.problems:
        raise BadColumns("\n".join(map(str, found.problems)))
    try:
        return Mapping.model_validate(found.data)
    except ValidationError as error:
        raise BadColumns("\n".join(str(_problem(found, flaw)) for flaw in error.errors())) from error


def _problem(found: source.Source, flaw: Any) -> Any:
    return found.problem(flaw["loc"], str(flaw["msg"]), hint="a mapping has columns, always, others and words")
