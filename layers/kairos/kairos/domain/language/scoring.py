"""Lead score and fit grade, as the policy defines them."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator

from kairos.domain import moments
from kairos.domain.language.conditions import Condition
from kairos.domain.language.scope import wrong
from kairos.domain.language.selectors import Selector
from kairos.domain.language.values import Duration, Model, Number, Text


class Rule(Selector):
    """What an event is worth to the score, for how long, and how many of them count."""

    points: Number
    within: Duration | None = None
    at_most: Annotated[int, Field(ge=1, le=100)] = 10

    @field_validator("points")
    @classmethod
    def _are_worth_something(cls, points: float) -> float:
        if not points:
            raise wrong("0 points", "points to add or, below zero, to take away")
        return points

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it."""
        counted = {"event": self.event, "match": self.match, "within": self.within}
        return {**counted, "points": self.points, "at_most": self.at_most}


class Graded(Model):
    """A grade, and who has it."""

    grade: Text
    when: Condition


def _day(text: Any) -> date:
    try:
        return date.fromisoformat(text) if isinstance(text, str) and len(text) == 10 else date.fromisoformat("")
    except ValueError as error:
        raise wrong(repr(text), "a date such as 2026-01-01") from error


Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")])]


def beginning(day: date, timezone: str) -> int:
    """When a day begins in a time zone, in milliseconds."""
    return moments.instant(day, 0, moments.zone(timezone, timezone))
