"""What the API answers."""

from typing import Any, Literal

from pydantic import Field

from kairos.catalog.api.bodies import Open


class Rejection(Open):
    """Why one event of a list was not taken."""

    index: int = Field(description="Its place in the list, from 0")
    id: str = Field(default="", description="Its id, if it has one")
    code: str = Field(description="For programs", examples=["bad_value"])
    message: str = Field(description="For people", examples=["must be a non-empty string"])
    field: str = Field(default="", description="Where, by its path", examples=["properties.items.0.price"])


class Warned(Open):
    """What of an event that was taken is otherwise than its contract says."""

    index: int
    message: str
    field: str


class Taken(Open):
    """How many events are queued, durably; and what was wrong with the others."""

    accepted: int
    rejected: list[Rejection]
    warnings: list[Warned] = Field(default=[], description="Only if there are any")
    id: str = Field(default="", description="The id of a single event, also one that was made for it")


class Success(Open):
    """The calls are queued, durably; those of a batch that were not understood are put aside with their reason."""

    success: Literal[True]
    rejected: list[Rejection] = Field(default=[], description="Only if there are any")


class Problem(Open):
    """An error as RFC 9457 has it, with `code` and `message` for clients of the Segment protocol."""

    type: Literal["about:blank"] = "about:blank"
    title: str
    status: int
    detail: str = ""
    code: str = Field(default="", description="For programs")
    message: str = Field(description="For people, as `detail`")
    field: str = Field(default="", description="The field that is wrong, by its path")
    accepted: int = Field(default=0, description="Of a list: how many were queued all the same")
    rejected: list[Rejection] = Field(
        default=[], description="Of a list: each event that was not taken; send again those that are `not_queued`"
    )


class Export(Open):
    """All that the table has of a customer: what they are, and the evidence and history behind it."""

    customer: dict[str, Any]
    profile: dict[str, Any] = Field(description="Each attribute by its source, with its time; addresses")
    consents: list[dict[str, Any]] = Field(description="Each word that was ever given, with its evidence")
    entries: list[dict[str, Any]] = Field(description="Campaigns that were entered, and by what")
    messages: list[dict[str, Any]] = Field(description="What was sent, when, why, and what became of it")
    events: list[dict[str, Any]] = Field(description="Events that campaigns wait with")
    identities: list[dict[str, Any]] = Field(description="Devices and ids that turned out to be theirs")
    archive: str


class Erased(Open):
    """Nothing of before counts any more; also for who was never known, as what was heard of them may be recorded."""

    erased: Literal[True]


class CustomerView(Open):
    """All that is known of a customer."""

    id: str
    attributes: dict[str, dict[str, Any]] = Field(
        description="By source (declared, backend, behaviour), and `merged` by their precedence"
    )
    addresses: dict[str, Any]
    consents: list[dict[str, Any]]
    suppressed: list[str] = Field(description="Channels whose address is closed: it bounced, complained or said STOP")
    segments: list[str]
    tags: list[str]
    campaigns: list[dict[str, Any]] = Field(description="Under way")
    score: Any = None
    grade: str | None = None
    interest: dict[str, dict[str, float]] = Field(description="By dimension and value, the strongest first")
    content: list[dict[str, Any]] = Field(description="Placed, to be asked for")
    counts: dict[str, int] = Field(description="What is kept for conditions, and how much of it")
