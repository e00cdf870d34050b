"""What is watched of a customer: an attribute, the score or the grade, and when it begins to be as described."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kairos.domain.language.references import STANDING, attribute_path
from kairos.domain.language.scope import nearby, wrong
from kairos.domain.language.selectors import check_leaf, plain_values
from kairos.domain.language.values import Model, Number


def _watched(text: Any) -> list[str]:
    if isinstance(text, str) and text in STANDING:
        return [text]
    try:
        return attribute_path(text)
    except ValueError as error:
        names = ("attributes", *STANDING)
        first, _, rest = str(text).partition(".")
        raise wrong(
            repr(text), "attributes.…, score or grade", nearby(first, names, "." + rest if rest else "")
        ) from error


StandingPath = Annotated[list[str], BeforeValidator(_watched, json_schema_input_type=str)]


def _listed(leaf: Any) -> Any:
    if not isinstance(leaf, list):
        raise wrong(repr(leaf), f"a list such as [{leaf}]", "the leaves of a pattern are lists")
    return leaf


Leaf = Annotated[list[Any], BeforeValidator(_listed, json_schema_input_type=list[Any]), AfterValidator(check_leaf), AfterValidator(plain_values),
                 Field(min_length=1)]  # fmt: skip


class ChangeTrigger(Model):
    """When a value of the customer begins to match, or to lie within thresholds."""

    change: StandingPath
    from_: Leaf | None = Field(alias="from", default=None)
    to: Leaf | None = None
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _says_when_in_one_way(self) -> "ChangeTrigger":
        bounded = self.at_least is not None or self.at_most is not None
        if bounded and (self.to is not None or self.from_ is not None):
            raise wrong("from or to beside at_least or at_most", "patterns, or thresholds")
        if bounded and self.change == ["grade"]:
            raise wrong("a threshold of the grade", "to: [A]", "a grade is no number")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise wrong(f"at_most {self.at_most} below at_least {self.at_least}", "a range that can hold")
        return self

    def bundle(self) -> dict[str, Any]:
        when = {"from": self.from_, "to": self.to, "at_least": self.at_least, "at_most": self.at_most}
        return {"kind": "change", "of": self.change, **when}
