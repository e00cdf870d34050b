"""events/mapping/*.yaml: what another protocol calls things, and what campaigns call them."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from kairos.domain.events import OWN_TYPES
from kairos.domain.language.scope import wrong
from kairos.domain.language.values import Model, Text, Texts


def _foreign(type: str) -> str:
    if type in OWN_TYPES:
        raise wrong(repr(type), "a type that others than Kairos may use")
    return type


def _typed(rule: Any) -> Any:
    return {"type": rule} if isinstance(rule, str) else rule


Type = Annotated[Text, AfterValidator(_foreign)]
Fields = dict[Text, Texts]


class Call(Model):
    """What becomes of the events of one name."""

    type: Type
    properties: Fields = Field(default_factory=dict)
    items: Texts = Field(default_factory=list)
    item: bool = False
    total: bool = False
    traits: Fields = Field(default_factory=dict)
    set: dict[Text, str | int | float | bool] = Field(default_factory=dict)


Rule = Annotated[Call, BeforeValidator(_typed, json_schema_input_type=Type | Call)]


class Mapping(Model):
    """The file of one protocol."""

    product: Fields = Field(default_factory=dict)
    item: Texts = Field(default_factory=list)
    order: Fields = Field(default_factory=dict)
    numbers: Texts = Field(default_factory=list)
    traits: Fields = Field(default_factory=dict)
    group: Fields = Field(default_factory=dict)
    events: dict[Text, Rule] = Field(default_factory=dict)

    def bundle(self) -> dict[str, Any]:
        """As the functions load it."""
        return self.model_dump(exclude_defaults=True) | {
            "item": self.item,
            "numbers": self.numbers,
            "events": {name: rule.model_dump(exclude_defaults=True) for name, rule in self.events.items()},
        }
