"""policy.yaml."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from kairos.domain.language.brand import host, mailbox, site
from kairos.domain.language.clocks import Zone
from kairos.domain.language.conditions import Condition
from kairos.domain.language.interest import WORDS, Dimension
from kairos.domain.language.scope import wrong
from kairos.domain.language.scoring import Day, Graded, Rule, beginning
from kairos.domain.language.values import (
    CampaignName,
    Channel,
    Color,
    Duration,
    DurationOrNone,
    InLanguages,
    Language,
    LongDuration,
    Model,
    Name,
    Text,
    TimeOfDay,
    Topic,
    not_empty,
)  # fmt: skip

DAY = 86_400_000
Source = Literal["backend", "declared", "behaviour"]
PRECEDENCE: list[Source] = ["backend", "declared", "behaviour"]


class Brand(Model):
    """Who is speaking."""

    name: Text
    email: Annotated[Text, AfterValidator(mailbox)]
    reply_to: Annotated[str, AfterValidator(mailbox)] = ""
    sms: str = ""
    postal_address: str = ""
    website: Annotated[str, AfterValidator(site)] = ""
    hosts: list[Annotated[str, AfterValidator(host)]] = Field(default_factory=list)
    color: Color | Literal[""] = ""
    logo: str = ""


class TopicRule(Model):
    """Whether a topic needs consent, and which."""

    consent: Literal["explicit", "double_opt_in", "implied"] = "explicit"
    transactional: bool = False
    title: InLanguages = Field(default_factory=dict)  # as pages call it
    description: InLanguages = Field(default_factory=dict)


class QuietHours(Model):
    channels: Annotated[list[Channel], Field(min_length=1)]
    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay

    @model_validator(mode="after")
    def _are_not_empty(self) -> "QuietHours":
        not_empty(self.from_, self.to, "to silence a channel, pause its campaigns")
        return self

    def bundle(self) -> dict[str, Any]:
        return {"channels": self.channels, "from": self.from_, "to": self.to}


class Cap(Model):
    """At most so many messages in a sliding window."""

    at_most: Annotated[int, Field(ge=0, le=100)]
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


def _no_word(name: str) -> str:
    if name in WORDS:
        raise wrong(
            f"an interest called {name!r}",
            f"another name than {' and '.join(WORDS)}",
            "those are words of the condition",
        )
    return name


DimensionName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$"), AfterValidator(_no_word)]
Published = Literal["campaign.entered", "message.sent", "message.refused", "goal.reached", "coupon.issued"]


class Policy(Model):
    """What holds for every campaign."""

    brand: Brand
    timezone: Zone = "UTC"
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] = "en"
    languages: Annotated[list[Language], Field(min_length=1)] | None = None  # of its messages
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    topics: dict[Name, TopicRule] = Field(default_factory=dict)
    quiet_hours: list[QuietHours] = Field(default_factory=list)
    frequency_caps: list[Cap] = Field(default_factory=list)
    cooldown_groups: dict[str, Group] = Field(default_factory=dict)
    arbitration: Arbitration = Arbitration()
    attributes: Attributes = Attributes()
    interest: dict[DimensionName, Dimension] = Field(default_factory=dict)
    scoring: list[Rule] = Field(default_factory=list)
    grades: list[Graded] = Field(default_factory=list)
    segments: dict[str, Condition] = Field(default_factory=dict)
    retention: Retention = Retention()
    providers: Providers = Providers()
    publish: list[Published] = Field(default_factory=list)
    history: Day | None = None

    @model_validator(mode="after")
    def _nothing_needs_itself(self, info: ValidationInfo) -> "Policy":
        needs = {("segment", name): _needs_of(part.bundle()) for name, part in self.segments.items()}
        needs[GRADES] = {need for rule in self.grades for need in _needs_of(rule.when.bundle())}
        for what in needs:
            reached, front = set[Need](), set(needs[what])
            while front:
                reached |= front
                front = {further for one in front for further in needs.get(one, ())} - reached
            if what in reached and what == GRADES:
                raise wrong("a grade needs the grade", "grades without a circle", path=("grades",))
            if what in reached:
                name = what[1]
                raise wrong(f"segment {name!r} needs itself", "segments without a circle", path=("segments", name))
        return self

    def bundle(self) -> dict[str, Any]:
        """As the bundle has it."""
        plain = ("brand", "topics", "frequency_caps", "arbitration", "attributes", "retention", "providers")
        return {
            "timezone": self.timezone,
            "locale": self.locale,
            "currency": self.currency,
            **self.model_dump(include=set(plain), exclude={"topics": {"__all__": {"title", "description"}}}),
            "quiet_hours": [hours.bundle() for hours in self.quiet_hours],
            "cooldown_groups": {
                name: {"campaigns": group.campaigns, "for": group.for_} for name, group in self.cooldown_groups.items()
            },
            "interest": {name: dimension.bundle() for name, dimension in self.interest.items()},
            "scoring": [rule.bundle() for rule in self.scoring],
            "grades": [{"grade": rule.grade, "when": rule.when.bundle()} for rule in self.grades],
            "history": beginning(self.history, self.timezone) if self.history else None,
            "segments": {name: part.bundle() for name, part in self.segments.items()},
            "publish": self.publish,
        }


Need = tuple[str, str]
GRADES: Need = ("grade", "")


def _needs_of(node: Any) -> set[Need]:
    """The segments, and the grade, that a condition asks for."""
    if isinstance(node, list):
        return {need for part in node for need in _needs_of(part)}
    if not isinstance(node, dict):
        return set()
    if "segment" in node:
        return {("segment", node["segment"])}
    if "grade" in node:
        return {GRADES}
    return {need for key in ("all", "any", "not") if key in node for need in _needs_of(node[key])}
