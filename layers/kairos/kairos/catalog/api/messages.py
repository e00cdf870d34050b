"""What clients of the Segment protocol send: https://segment.com/docs/connections/spec/."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from kairos.catalog.api.bodies import Email, Id, Moment, Number, Object, Open, Text, one_of
from kairos.domain.sources import bounds


class Camel(Open):
    """Fields are written as the protocol has them."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel)


class Traits(Open):
    """What is true of somebody: attributes, but for the addresses, which null takes away."""

    email: Email | Literal[""] | None = None
    phone: Text | Literal[""] | None = None


class Context(Open):
    """The circumstances: locale, timezone, page, campaign, device and the like."""

    traits: Traits | None = None
    device: dict[str, Any] | None = Field(None, description="`type` and `token` of one that can be pushed to")


class Said(Camel):
    """What every call may carry."""

    message_id: Id | Number | None = Field(None, description="The same over all tries: counts once")
    user_id: Id | Number | None = Field(None, description="The shop's own id of a customer")
    anonymous_id: Id | Number | None = Field(None, description="The device's; at least one of the two is there")
    timestamp: Moment | None = Field(None, description="When it happened")
    original_timestamp: Moment | None = Field(None, description="The same, by the client's own clock")
    sent_at: Moment | None = Field(
        None, description="When it was sent, by the client's clock, which is corrected by it"
    )
    context: Context | None = None
    write_key: str | None = Field(None, description="The key, for senders that have no headers")


class Message(Said):
    """A call about somebody."""

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, json_schema_extra=one_of("userId", "anonymousId")
    )


class Identify(Message):
    """Who somebody is, and what is true of them: traits are declared attributes; unites a device with a customer."""

    traits: Traits | None = None


class Track(Message):
    """Something happened. The names of the e-commerce specification become those of campaigns, see `events/mapping/segment.yaml`."""

    event: Text
    properties: Object | None = None


class Page(Message):
    """A page, or the screen of an app, was looked at."""

    name: str | None = None
    category: str | None = None
    properties: Object | None = None


class Group(Message):
    """Whom somebody belongs to; kept as the attribute `group`."""

    group_id: Id | Number
    traits: Object | None = None


class Alias(Said):
    """Two ids are one customer."""

    user_id: Id | Number
    previous_id: Id | Number


class IdentifyOf(Identify):
    """In a batch."""

    type: Literal["identify"]


class TrackOf(Track):
    """In a batch."""

    type: Literal["track"]


class PageOf(Page):
    """In a batch."""

    type: Literal["page", "screen"]


class GroupOf(Group):
    """In a batch."""

    type: Literal["group"]


class AliasOf(Alias):
    """In a batch."""

    type: Literal["alias"]


class Batch(Camel):
    """Many calls at once; what is said here of context and sending is of each of them."""

    batch: Annotated[
        list[IdentifyOf | TrackOf | PageOf | GroupOf | AliasOf], Field(description=f"At most {bounds.MOST_EVENTS}")
    ]
    sent_at: Moment | None = None
    context: Context | None = None
    write_key: str | None = None
