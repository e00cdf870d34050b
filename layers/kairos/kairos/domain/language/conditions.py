"""Audiences and segments: conditions, nested freely."""

from typing import Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from kairos.domain.language.interest import Interest
from kairos.domain.language.scope import eventless, scope, wrong
from kairos.domain.language.selectors import ReferringEventPattern, ReferringPattern, Selector
from kairos.domain.language.values import (
    Also,
    CampaignName,
    Duration,
    Grades,
    Model,
    Number,
    Segment,
    Texts,
    TimeOfDay,
    not_empty,
)  # fmt: skip

Bundle = dict[str, Any]
KINDS = (
    "all", "any", "not", "attributes", "declared", "backend", "behaviour", "event", "did", "did_not", "interest",
    "score", "grade", "tagged", "segment", "in_campaign", "received", "local_time",
)  # fmt: skip


def _bare_list(value: Any) -> Any:
    return {"all": value} if isinstance(value, list) else value


def _kind(value: Any) -> str | None:
    return next((f"<{key}>" for key in value if key in KINDS), None) if isinstance(value, dict) else None


class All(Model):
    all: Annotated[list["Condition"], Field(min_length=1)]

    def bundle(self) -> Bundle:
        return {"all": [part.bundle() for part in self.all]}


class AnyOf(Model):
    any: Annotated[list["Condition"], Field(min_length=1)]

    def bundle(self) -> Bundle:
        return {"any": [part.bundle() for part in self.any]}


class Not(Model):
    not_: "Condition" = Field(alias="not")

    def bundle(self) -> Bundle:
        return {"not": self.not_.bundle()}


class Attributes(Model):
    attributes: ReferringPattern

    def bundle(self) -> Bundle:
        return {"attributes": self.attributes, "source": None}


class Declared(Model):
    declared: ReferringPattern

    def bundle(self) -> Bundle:
        return {"attributes": self.declared, "source": "declared"}


class Backend(Model):
    backend: ReferringPattern

    def bundle(self) -> Bundle:
        return {"attributes": self.backend, "source": "backend"}


class Behaviour(Model):
    behaviour: ReferringPattern

    def bundle(self) -> Bundle:
        return {"attributes": self.behaviour, "source": "behaviour"}


class EventIs(Model):
    event: ReferringEventPattern

    @field_validator("event")
    @classmethod
    def _there_is_an_event(cls, pattern: Bundle, info: ValidationInfo) -> Bundle:
        if why := eventless(scope(info)):
            raise wrong("the condition event", "a condition on the customer", why)
        return pattern

    def bundle(self) -> Bundle:
        return {"event": self.event}


class Times(Model):
    at_least: Annotated[int, Field(ge=0, le=100)] = 1
    at_most: Annotated[int, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> "Times":
        if self.at_most is not None and self.at_most < self.at_least:
            raise wrong(f"at_most {self.at_most} below at_least {self.at_least}", "a range that can hold")
        return self


class Counted(Selector):
    """How often the customer did something."""

    within: Duration | None = None
    times: Times = Times()

    def did(self) -> Bundle:
        counted = {"event": self.event, "match": self.match, "within": self.within}
        return {"did": counted | {"at_least": self.times.at_least, "at_most": self.times.at_most}}


class Did(Model):
    did: Counted

    def bundle(self) -> Bundle:
        return self.did.did()


class DidNot(Model):
    did_not: Counted

    def bundle(self) -> Bundle:
        return {"not": self.did_not.did()}


class InterestIs(Model):
    interest: Interest

    def bundle(self) -> Bundle:
        return {"interest": self.interest.bundle()}


class Points(Model):
    at_least: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> "Points":
        if self.at_least is None and self.at_most is None:
            raise wrong("neither at_least nor at_most", "one of them, or both")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise wrong(f"at_most {self.at_most} below at_least {self.at_least}", "a range that can hold")
        return self


def _bounds(value: Any) -> Any:
    if isinstance(value, int | float):
        raise wrong(repr(value), "at_least: or at_most:", f"such as {{at_least: {value}}}")
    return value


class ScoreIs(Model):
    score: Annotated[Points, BeforeValidator(_bounds, json_schema_input_type=Points)]

    def bundle(self) -> Bundle:
        return {"score": {"at_least": self.score.at_least, "at_most": self.score.at_most}}


class GradeIs(Model):
    grade: Grades

    def bundle(self) -> Bundle:
        return {"grade": self.grade}


class Tagged(Model):
    tagged: Texts

    def bundle(self) -> Bundle:
        return {"tagged": self.tagged}


class InSegment(Model):
    segment: Segment

    def bundle(self) -> Bundle:
        return {"segment": self.segment}


class InCampaign(Model):
    in_campaign: CampaignName

    def bundle(self) -> Bundle:
        return {"in_campaign": self.in_campaign}


class History(Model):
    campaign: CampaignName
    within: Duration | None = None


class Received(Model):
    received: History

    def bundle(self) -> Bundle:
        return {"received": {"campaign": self.received.campaign, "within": self.received.within}}


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Hours(Model):
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay
    days: Annotated[list[Day], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_not_empty(self) -> "Hours":
        not_empty(self.from_, self.to, 'without an hour: from: "00:00", to: "23:59:59"')
        return self


class LocalTime(Model):
    local_time: Hours

    @field_validator("local_time")
    @classmethod
    def _is_not_a_segment(cls, hours: Hours, info: ValidationInfo) -> Hours:
        if scope(info).in_segment:
            raise wrong(
                "the condition local_time", "a condition on the customer", "segments and grades know no time of day"
            )
        return hours

    def bundle(self) -> Bundle:
        return {"local_time": {"from": self.local_time.from_, "to": self.local_time.to, "days": self.local_time.days}}


Condition = Annotated[
    Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
        Annotated[All, Tag("<all>")], Annotated[AnyOf, Tag("<any>")], Annotated[Not, Tag("<not>")],
        Annotated[Attributes, Tag("<attributes>")], Annotated[Declared, Tag("<declared>")],
        Annotated[Backend, Tag("<backend>")], Annotated[Behaviour, Tag("<behaviour>")],
        Annotated[EventIs, Tag("<event>")], Annotated[Did, Tag("<did>")], Annotated[DidNot, Tag("<did_not>")],
        Annotated[InterestIs, Tag("<interest>")], Annotated[ScoreIs, Tag("<score>")],
        Annotated[GradeIs, Tag("<grade>")], Annotated[Tagged, Tag("<tagged>")], Annotated[InSegment, Tag("<segment>")],
        Annotated[InCampaign, Tag("<in_campaign>")], Annotated[Received, Tag("<received>")],
        Annotated[LocalTime, Tag("<local_time>")],
    ],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="condition"),
    BeforeValidator(_bare_list),
    Also({"type": "array", "minItems": 1, "items": {}}),
]  # fmt: skip

for model in (All, AnyOf, Not):
    model.model_rebuild()
