"""What starts a campaign."""

from typing import Annotated, Any, Final, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from kairos.domain.events import OWN_TYPES
from kairos.domain.language.changes import ChangeTrigger
from kairos.domain.language.clocks import ScheduleText, ZoneOrCustomer
from kairos.domain.language.references import ReferencePath
from kairos.domain.language.scope import wrong
from kairos.domain.language.selectors import EventPattern, OffsetText, SameSelector, Selector, moment
from kairos.domain.language.values import Duration, Model, Segment, Slot, Texts, TimeOfDay

KINDS: Final = ("event", "inactive", "date", "change", "segment", "external", "schedule", "inbound")
EVENTLESS: Final = ("inactive", "date", "change", "segment", "schedule")
"""Kinds that bring no event, so that nothing in such a campaign may refer to one."""
Bundle = dict[str, Any]


def kind_of(value: Any) -> str | None:
    """The kind that a trigger is written as, whether or not it is right."""
    if not isinstance(value, dict):
        return None
    return "absent" if "absent" in value else next((kind for kind in KINDS if kind in value), None)


def _tag(value: Any) -> str | None:
    kind = kind_of(value)
    return f"<{kind}>" if kind else None


class EventTrigger(Selector):
    """When a matching event of the customer arrives."""

    def bundle(self) -> Bundle:
        return {"kind": "event", "on": self.selector()}


class Absent(SameSelector):
    """What must not follow, and for how long or until when."""

    for_: Duration | None = Field(alias="for", default=None)
    until: ReferencePath | None = None
    offset: OffsetText | None = None
    at: TimeOfDay | None = None

    @model_validator(mode="after")
    def _has_one_end(self) -> "Absent":
        if (self.for_ is None) == (self.until is None):
            found = "neither for nor until" if self.until is None else "both for and until"
            raise wrong(found, "one of them: for: 1h, or until: event.properties.due_on")
        if self.until is None and (self.offset or self.at is not None):
            raise wrong("offset or at without until", "until: event.properties.x beside them")
        return self


class InactionTrigger(Selector):
    """So long after the last matching event, unless the absent event came."""

    absent: Absent

    def bundle(self) -> Bundle:
        trigger = {"kind": "inaction", "on": self.selector(), "absent": self.absent.selector()}
        if self.absent.until is None:
            return {**trigger, "for": self.absent.for_}
        return {**trigger, "until": moment(self.absent.until, self.absent.offset, self.absent.at)}


class InactivityTrigger(Model):
    """So long after the last sign of life, once per lapse."""

    inactive: Duration
    of: Texts = Field(default_factory=lambda: ["any"])

    def bundle(self) -> Bundle:
        return {"kind": "inactivity", "for": self.inactive, "of": self.of}


class DateTrigger(Model):
    """At a moment that the customer's attributes name."""

    date: ReferencePath
    offset: OffsetText | None = None
    at: TimeOfDay | None = None
    yearly: bool = False

    def bundle(self) -> Bundle:
        return {"kind": "date", "date": moment(self.date, self.offset, self.at), "yearly": self.yearly}


class Crossing(Model):
    enters: Segment | None = None
    leaves: Segment | None = None

    @model_validator(mode="after")
    def _goes_one_way(self) -> "Crossing":
        if (self.enters is None) == (self.leaves is None):
            raise wrong("neither enters nor leaves" if self.enters is None else "both enters and leaves", "one of them")
        return self


def _way(value: Any) -> Any:
    if isinstance(value, str):
        raise wrong(repr(value), "enters: or leaves:", f"such as {{enters: {value}}}")
    return value


class SegmentTrigger(Model):
    """When somebody comes to a segment, or leaves it."""

    segment: Annotated[Crossing, BeforeValidator(_way, json_schema_input_type=Crossing)]

    def bundle(self) -> Bundle:
        enters = self.segment.enters is not None
        name = self.segment.enters if enters else self.segment.leaves
        return {"kind": "segment", "segment": name, "on": "enters" if enters else "leaves"}


class ExternalTrigger(Model):
    """An event about no customer, for each customer of the audience."""

    external: Texts
    match: EventPattern | None = None

    @field_validator("external")
    @classmethod
    def _is_about_no_customer(cls, types: list[str]) -> list[str]:
        if "any" in types:
            raise wrong("'any'", "the types of the events that are meant")
        for number, type in enumerate(types):
            if type in OWN_TYPES:
                raise wrong(f"{type} without a customer", f"event: {type}", "it always has one", (number,))
        return types

    def bundle(self) -> Bundle:
        return {"kind": "external", "on": {"event": self.external, "match": self.match, "same": None}}


class ScheduleTrigger(Model):
    """At times of a calendar, for each customer of the audience."""

    schedule: ScheduleText
    timezone: ZoneOrCustomer | None = None

    def bundle(self) -> Bundle:
        return {"kind": "schedule", "cron": None, "at": None, **self.schedule, "timezone": self.timezone}


class InboundTrigger(Model):
    """When a slot is asked for."""

    inbound: Slot

    def bundle(self) -> Bundle:
        return {"kind": "inbound", "slot": self.inbound}


Trigger = Annotated[
    Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
        Annotated[EventTrigger, Tag("<event>")], Annotated[InactionTrigger, Tag("<absent>")],
        Annotated[InactivityTrigger, Tag("<inactive>")], Annotated[DateTrigger, Tag("<date>")],
        Annotated[ChangeTrigger, Tag("<change>")], Annotated[SegmentTrigger, Tag("<segment>")],
        Annotated[ExternalTrigger, Tag("<external>")], Annotated[ScheduleTrigger, Tag("<schedule>")],
        Annotated[InboundTrigger, Tag("<inbound>")],
    ],
    Discriminator(_tag, custom_error_type="kind", custom_error_message="trigger"),
]  # fmt: skip
