"""How strongly somebody is interested: the condition, and what the policy makes of events."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from kairos.domain.language.references import EventPath, with_references
from kairos.domain.language.scope import known, scope, wrong
from kairos.domain.language.values import Duration, Model, Number, Text

WORDS = ("at_least", "top")


def _values(value: Any, info: ValidationInfo) -> Any:
    found = with_references(value if isinstance(value, list) else [value], info)
    for number, part in enumerate(found):
        if isinstance(part, dict) and "ref" not in part:
            within = "parts" in part
            raise wrong(
                "a reference within a text" if within else "a mapping",
                "the reference alone" if within else "texts",
                path=(number,),
            )
        if isinstance(part, bool | float | list) or part in (None, ""):
            raise wrong(f"{type(part).__name__} {part!r}" if part else "nothing", "texts", path=(number,))
    return [str(part) if isinstance(part, int) else part for part in found]


InterestValues = Annotated[
    list[Any], BeforeValidator(_values, json_schema_input_type=str | list[str]), Field(min_length=1)
]


class Interest(Model):
    """Beside `at_least` and `top` stands one dimension of the policy with the values that are meant."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, InterestValues] = Field(init=False)

    at_least: Annotated[Number, Field(gt=0)] = 0.1
    top: Annotated[int, Field(ge=1, le=50)] | None = None

    @model_validator(mode="after")
    def _is_of_one_dimension(self, info: ValidationInfo) -> "Interest":
        for name in self.__pydantic_extra__:
            try:
                known("interest", name, scope(info).dimensions)
            except ValueError as error:
                about = getattr(error, "context", {})
                raise wrong(about["found"], about["expected"], about["hint"], (name,)) from error
        if len(self.__pydantic_extra__) != 1:
            raise wrong(
                ", ".join(self.__pydantic_extra__) or "no dimension",
                "one dimension of the policy's interest:, with its values",
            )
        return self

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it."""
        ((dimension, values),) = self.__pydantic_extra__.items()
        return {"dimension": dimension, "values": values, "at_least": self.at_least, "top": self.top}


class Dimension(Model):
    """What an interest is in, which events show it and how strongly, and how fast it fades."""

    path: EventPath
    half_life: Duration | None = None
    events: Annotated[dict[Text, Annotated[Number, Field(gt=0)]], Field(min_length=1)]

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it."""
        return {"path": self.path, "half_life": self.half_life, "events": self.events}
