"""What starts a campaign: an event, an absence, or a date."""

from typing import Annotated, Any, Union

from pydantic import Discriminator, Field, Tag, model_validator

from kairos.domain.language.scope import wrong
from kairos.domain.language.selectors import OffsetText, SameSelector, Selector, moment
from kairos.domain.language.values import Duration, Model, ReferencePath, TimeOfDay

KINDS = ("event", "date")


def _kind(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    return "<absent>" if "absent" in value else next((f"<{kind}>" for kind in KINDS if kind in value), None)


class EventTrigger(Selector):
    """When a matching event of the customer arrives."""

    def bundle(self) -> dict[str, Any]:
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

    def bundle(self) -> dict[str, Any]:
        trigger = {"kind": "inaction", "on": self.selector(), "absent": self.absent.selector()}
        if self.absent.until is None:
            return {**trigger, "for": self.absent.for_}
        return {**trigger, "until": moment(self.absent.until, self.absent.offset, self.absent.at)}


class DateTrigger(Model):
    """At a moment that the customer's attributes name."""

    date: ReferencePath
    offset: OffsetText | None = None
    at: TimeOfDay | None = None
    yearly: bool = False

    def bundle(self) -> dict[str, Any]:
        return {"kind": "date", "date": moment(self.date, self.offset, self.at), "yearly": self.yearly}


Trigger = Annotated[
    Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
        Annotated[EventTrigger, Tag("<event>")],
        Annotated[InactionTrigger, Tag("<absent>")],
        Annotated[DateTrigger, Tag("<date>")],
    ],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="trigger"),
]
