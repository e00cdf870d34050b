"""What is sent to the API. `tests/unit/catalog/test_api.py` holds the models against the code that reads the requests."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints, WithJsonSchema
from pydantic.config import JsonDict

from kairos.domain.events import OWN_TYPES
from kairos.domain.sources import bounds, cloudevents, own, parts

PRINTABLE: Final = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
"""Not empty, not blank, and without control characters: what `parts.text` takes."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=own.LONGEST_ID, pattern=PRINTABLE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=parts.TEXT, pattern=PRINTABLE)]
Number = Annotated[int, Field(ge=bounds.LEAST_NUMBER, le=bounds.LARGEST_NUMBER)]
Moment = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date-time", "description": "ISO 8601; without a zone it is UTC"})
]
Email = Annotated[str, WithJsonSchema({"type": "string", "format": "email", "maxLength": parts.TEXT})]
Phone = Annotated[
    str,
    StringConstraints(min_length=1, max_length=parts.TEXT, pattern=parts.PHONE),
    Field(description="With its country, such as +45 20 12 34 56"),
]
Name = Annotated[str, StringConstraints(max_length=bounds.LONGEST_NAME)]
Long = Annotated[str, StringConstraints(max_length=bounds.LONGEST_TEXT)]
Real = Annotated[float, Field(ge=bounds.LEAST_NUMBER, le=bounds.LARGEST_NUMBER)]


class Value(RootModel[Long | Real | bool | list["Value"] | dict[Name, "Value"] | None]):
    """Whatever the sender likes. An event as a whole has bounds, too: of its depth, its values, its size."""


Object = Annotated[
    dict[Name, Value],
    Field(description=f"At most {bounds.DEPTH} deep and {bounds.MOST_VALUES} values, with the rest of the event"),
]


def one_of(*names: str) -> JsonDict:
    """At least one of these fields is there, and is not null."""
    return {"anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


class Open(BaseModel):
    """Further fields are ignored."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Value]


class Closed(BaseModel):
    """Further fields are errors."""

    model_config = ConfigDict(extra="forbid")


class Consent(Open):
    """One word of a customer on one topic and channel, with its evidence. Only from servers."""

    topic: Text
    channel: Text
    state: Literal["granted", "withdrawn"]
    time: Moment | None = Field(None, description="When it was said; without it, the event's time")
    source: Text | None = Field(None, description="Where it was said, such as a form's name")
    wording: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=PRINTABLE)] | None = Field(
        None, description="What the customer agreed to, word for word"
    )
    proof: Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=PRINTABLE)] | None = Field(
        None, description="What proves it; a double opt-in counts with it only"
    )


class Who(Open):
    """Whom an event is about; at least one of these."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=one_of("id", "anonymous_id", "email", "phone"),
    )

    id: Id | Number | None = Field(default=None, description="The shop's own id of a customer")
    anonymous_id: Text | None = Field(default=None, description="The id of a device whose owner is not known")
    email: Email | None = Field(default=None)
    phone: Phone | None = Field(default=None)


class Event(Open):
    """One event in the project's own form; without a customer it is an external event."""

    type: Annotated[
        str,
        StringConstraints(min_length=1, max_length=parts.TEXT, pattern=PRINTABLE),
        Field(json_schema_extra={"not": {"enum": sorted(OWN_TYPES)}}, examples=["cart.updated"]),
    ]
    id: Id | Number | None = Field(
        None, description="The same event twice counts once; without it the event is one of a kind"
    )
    time: Moment | None = Field(None, description="When it happened; without it, now. The future is not believed")
    source: Text | None = None
    customer: Id | Who | None = Field(None, description="The customer's id, or more of who it is")
    properties: Object | None = Field(
        None, description="What happened. Each type may have its contract, see `x-contracts`"
    )
    context: Object | None = Field(
        None, description="Under which circumstances: timezone, locale, page, ip and the like"
    )
    consents: list[Consent] | None = Field(None, description="Words of consent; from servers only")


class CloudEvent(Open):
    """A CloudEvent 1.0; its id is `source id`. Data in the project's own form is taken as that, other data is properties.

    Instead of `data` there may be `data_base64`, a JSON object in base64.
    """

    specversion: Literal["1.0"]
    id: Annotated[str, StringConstraints(min_length=1, max_length=own.LONGEST_ID - parts.TEXT - 1, pattern=PRINTABLE)]
    source: Text
    type: Annotated[
        str,
        StringConstraints(min_length=1, max_length=parts.TEXT, pattern=PRINTABLE),
        Field(json_schema_extra={"not": {"enum": sorted(OWN_TYPES)}}),
    ]
    time: Moment | None = None
    subject: Id | None = Field(None, description="The customer's id, if the data names nobody")
    datacontenttype: Annotated[str, StringConstraints(pattern=cloudevents.JSON)] | None = Field(
        None, description="JSON of whatever kind", examples=["application/json"]
    )
    data: Object | None = None


class Push(Open):
    """One device."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=PRINTABLE)]
    platform: Literal["fcm", "apns", "sns"]
    arn: Text | None = Field(None, description="The SNS endpoint, where SNS is the provider")


class Addresses(Closed):
    """How somebody is reached; null takes an address away."""

    email: Email | None = None
    phone: Phone | None = None
    whatsapp: Phone | None = None
    push: list[Push] | None = None


class CustomerChange(Closed):
    """What a backend says of a customer, merged into what is known; null takes away."""

    attributes: Object | None = None
    addresses: Addresses | None = None
    consents: list[Consent] | None = None
