"""policy.yaml."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from kairos.domain.language.conditions import Condition
from kairos.domain.language.scope import wrong
from kairos.domain.language.values import (
    CampaignName,
    Channel,
    Duration,
    DurationOrNone,
    LongDuration,
    Model,
    Text,
    TimeOfDay,
    Topic,
)  # fmt: skip

DAY = 86_400_000
Source = Literal["backend", "declared", "behaviour"]
PRECEDENCE: list[Source] = ["backend", "declared", "behaviour"]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise wrong(f"unknown time zone {name!r}", "a name such as Europe/Copenhagen") from error
    return name


class Brand(Model):
    """Who is speaking."""

    name: Text
    email: Text
    sms: str = ""
    postal_address: str = ""
    website: str = ""


class TopicRule(Model):
    """Whether a topic needs consent, and which."""

    consent: Literal["explicit", "double_opt_in", "implied"] = "explicit"
    transactional: bool = False


class QuietHours(Model):
    channels: Annotated[list[Channel], Field(min_length=1)]
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay

    def bundle(self) -> dict[str, Any]:
        return {"channels": self.channels, "from": self.from_, "to": self.to}


class Cap(Model):
    """At most so many messages in a sliding window."""

    at_most: Annotated[int, Field(ge=1, le=100)]
    per: Duration
    channels: Annotated[list[Channel], Field(min_length=1)] | None = None
    topics: Annotated[list[Topic], Field(min_length=1)] | None = None
    same: Literal["campaign", "topic"] | None = None


class Group(Model):
    campaigns: Annotated[list[CampaignName], Field(min_length=1)]
    for_: Duration = Field(alias="for")


class Arbitration(Model):
    """Who speaks when several could."""

    keep: Annotated[int, Field(ge=1)] = 1
    window: DurationOrNone = 0
    then: Literal["drop", "requeue"] = "drop"
    after: Duration = 4 * 3_600_000


class Attributes(Model):
    precedence: list[Source] = Field(default_factory=PRECEDENCE.copy)
    indexed: list[Text] = Field(default_factory=list)

    @field_validator("precedence")
    @classmethod
    def _names_each_source_once(cls, sources: list[Source]) -> list[Source]:
        if sorted(sources) != ["backend", "behaviour", "declared"]:
            raise wrong(", ".join(sources) or "nothing", "backend, declared and behaviour, each once")
        return sources


class Retention(Model):
    keys: LongDuration = 400 * DAY
    decisions: LongDuration = 90 * DAY
    profiles: LongDuration = 3 * 365 * DAY


class Providers(Model):
    sms: Literal["sns", "end_user_messaging"] = "sns"
    push: Literal["sns", "end_user_messaging"] = "sns"


Published = Literal["campaign.entered", "message.sent", "message.refused", "goal.reached"]


class Policy(Model):
    """What holds for every campaign."""

    brand: Brand
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    topics: dict[str, TopicRule] = Field(default_factory=dict)
    quiet_hours: list[QuietHours] = Field(default_factory=list)
    frequency_caps: list[Cap] = Field(default_factory=list)
    cooldown_groups: dict[str, Group] = Field(default_factory=dict)
    arbitration: Arbitration = Arbitration()
    attributes: Attributes = Attributes()
    segments: dict[str, Condition] = Field(default_factory=dict)
    retention: Retention = Retention()
    providers: Providers = Providers()
    publish: list[Published] = Field(default_factory=list)

    @model_validator(mode="after")
    def _no_segment_needs_itself(self, info: ValidationInfo) -> "Policy":
        needs = {name: _segments_in(part.bundle()) for name, part in self.segments.items()}
        for name in needs:
            reached, front = set[str](), set(needs[name])
            while front:
                reached |= front
                front = {further for one in front for further in needs.get(one, ())} - reached
            if name in reached:
                raise wrong(f"segment {name!r} needs itself", "segments without a circle", path=("segments", name))
        return self

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it."""
        plain = ("brand", "topics", "frequency_caps", "arbitration", "attributes", "retention", "providers")
        return {
            "timezone": self.timezone,
            "locale": self.locale,
            "currency": self.currency,
            **self.model_dump(include=set(plain)),
            "quiet_hours": [hours.bundle() for hours in self.quiet_hours],
            "cooldown_groups": {
                name: {"campaigns": group.campaigns, "for": group.for_} for name, group in self.cooldown_groups.items()
            },
            "segments": {name: part.bundle() for name, part in self.segments.items()},
            "publish": self.publish,
        }


def _segments_in(node: Any) -> set[str]:
    if isinstance(node, list):
        return {name for part in node for name in _segments_in(part)}
    if not isinstance(node, dict):
        return set()
    if "segment" in node:
        return {node["segment"]}
    return {name for key in ("all", "any", "not") if key in node for name in _segments_in(node[key])}
