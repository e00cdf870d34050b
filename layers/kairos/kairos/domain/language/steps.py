"""What a campaign does, step by step."""

from typing import Annotated, Any, Union

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from kairos.domain.language.conditions import Condition
from kairos.domain.language.deeds import AddTag, Coupon, Emit, Exit, Score, Set, Step, Untag
from kairos.domain.language.references import ReferencePath
from kairos.domain.language.scope import known, scope, wrong
from kairos.domain.language.selectors import OffsetText, SameSelector, moment, timed
from kairos.domain.language.values import (
    SPAN_PATTERN,
    Also,
    Channels,
    Duration,
    Model,
    Name,
    Number,
    Slot,
    Text,
    TimeOfDay,
    Topic,
)  # fmt: skip

Bundle = dict[str, Any]
KINDS = (
    "send", "wait", "choose", "split", "tag", "untag", "set", "score", "coupon", "show", "emit", "exit",
)  # fmt: skip
INBOUND = ("show", "choose", "split")
"""All that can be done where nobody enters."""


def _exit(value: Any) -> Any:
    return {"exit": True} if value == "exit" else value


def _kind(value: Any) -> str | None:
    return next((f"<{kind}>" for kind in KINDS if kind in value), None) if isinstance(value, dict) else None


def _fitting(step: Any, info: ValidationInfo) -> Any:
    """Refuses what an inbound campaign cannot do."""
    kind = step.bundle()["do"]
    if scope(info).inbound and kind not in INBOUND:
        raise wrong(f"{kind} in an inbound campaign", f"{', '.join(INBOUND[:-1])} or {INBOUND[-1]}", "nobody enters it")
    return step


class Message(Model):
    channel: Channels
    template: Text
    topic: Topic | None = None
    expires: Duration | None = None

    @field_validator("template")
    @classmethod
    def _exists(cls, name: str, info: ValidationInfo) -> str:
        templates = scope(info).templates
        known("template", name, templates)
        for channel in info.data.get("channel", ()):
            if templates is not None and channel not in templates[name]:
                raise wrong(f"{name} has no template for {channel}", f"a file {name}.{channel}.…")
        return name

    @model_validator(mode="after")
    def _has_a_topic(self, info: ValidationInfo) -> "Message":
        if self.topic is None and scope(info).topic is None and info.context is not None:
            raise wrong("a send without a topic", "topic: here or of the campaign", "consent and caps go by topic")
        return self


class Send(Step):
    send: Message

    def bundle(self) -> Bundle:
        message = self.send
        return {"do": "send", "channel": message.channel, "template": message.template, "topic": message.topic,
                "expires": message.expires}  # fmt: skip


class Content(Model):
    """What to show in which slot, and for how long after."""

    slot: Slot | None = None
    template: Text
    for_: Duration | None = Field(alias="for", default=None)

    @field_validator("template")
    @classmethod
    def _exists(cls, name: str, info: ValidationInfo) -> str:
        templates = scope(info).templates
        if templates is not None and "show" not in templates[known("template", name, templates)]:
            raise wrong(f"{name} has no template to show", f"a file {name}.show.html or {name}.show.json")
        return name

    @model_validator(mode="after")
    def _has_a_place(self, info: ValidationInfo) -> "Content":
        if info.context is None:
            return self
        if scope(info).inbound and self.slot is not None:
            raise wrong("a slot", "no slot", "the trigger inbound: names it", ("slot",))
        if scope(info).inbound and self.for_ is not None:
            raise wrong("a time", "no for:", "what is inbound is decided anew each time", ("for",))
        if not scope(info).inbound and self.slot is None:
            raise wrong("a show without a slot", "slot: the place it is meant for", "only inbound campaigns have one")
        return self


class Show(Step):
    show: Content

    def bundle(self) -> Bundle:
        return {"do": "show", "slot": self.show.slot, "template": self.show.template, "for": self.show.for_}


class For(Model):
    for_: Duration = Field(alias="for")


class Clock(Model):
    until: TimeOfDay


class At(Model):
    until: ReferencePath
    offset: OffsetText | None = None
    at: TimeOfDay | None = None


class On(SameSelector):
    timeout: Duration
    else_: "Steps | None" = Field(alias="else", default=None)


def _wait(value: Any) -> Any:
    return value if isinstance(value, dict) else {"for": value}


def _wait_kind(value: Any) -> str | None:
    if "until" in value:
        return "<clock>" if timed(value["until"]) else "<at>"
    return "<event>" if "event" in value else "<for>" if "for" in value else None


class Wait(Step):
    wait: Annotated[
        Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
            Annotated[For, Tag("<for>")], Annotated[Clock, Tag("<clock>")], Annotated[At, Tag("<at>")],
            Annotated[On, Tag("<event>")],
        ],
        Discriminator(_wait_kind, custom_error_type="kind", custom_error_message="wait"),
        BeforeValidator(_wait),
        Also({"type": "string", "pattern": SPAN_PATTERN}),
    ]  # fmt: skip

    def bundle(self) -> Bundle:
        if isinstance(self.wait, For):
            return {"do": "wait", "for": self.wait.for_}
        if isinstance(self.wait, Clock):
            return {"do": "wait", "until": {"at": self.wait.until}}
        if isinstance(self.wait, At):
            return {"do": "wait", "until": moment(self.wait.until, self.wait.offset, self.wait.at)}
        return {"do": "wait", "on": self.wait.selector(), "timeout": self.wait.timeout}


def _inline(*about: str) -> Also:
    return Also({"type": "object", "not": {"required": ["steps"]}, "propertyNames": {"enum": [*about, "id", *KINDS]}})


def _branch(value: Any, info: ValidationInfo, *about: str) -> Any:
    """A branch written with its one step inline gets a list of it."""
    if not isinstance(value, dict) or "steps" in value:
        return value
    step = {name: part for name, part in value.items() if name not in about}
    if not step:
        raise wrong("a branch without a step", "one step, or steps: with several")
    scope(info).allowed[id(value)] = [*about, "id", *(name for name in step if name in KINDS)]
    return {name: part for name, part in value.items() if name in about} | {"steps": [step]}


def _of_choose(value: Any, info: ValidationInfo) -> Any:
    return _branch(value, info, "when")


def _of_split(value: Any, info: ValidationInfo) -> Any:
    return _branch(value, info, "name", "weight")


class Branch(Model):
    when: Condition | None = None
    steps: "Steps"


class Choose(Step):
    choose: Annotated[list[Annotated[Branch, BeforeValidator(_of_choose), _inline("when")]], Field(min_length=1)]

    @field_validator("choose")
    @classmethod
    def _can_reach_every_branch(cls, branches: list[Branch]) -> list[Branch]:
        for number, branch in enumerate(branches[:-1]):
            if branch.when is None:
                raise wrong("a branch after one that always holds", "the branch without when: last", path=(number + 1,))
        return branches

    def bundle(self) -> Bundle:
        return {"do": "choose"}


class Variant(Model):
    """One way of several, by chance that stays with the customer."""

    name: Name
    weight: Annotated[Number, Field(gt=0)]
    steps: "Steps"


class Split(Step):
    split: Annotated[
        list[Annotated[Variant, BeforeValidator(_of_split), _inline("name", "weight")]], Field(min_length=1)
    ]

    @field_validator("split")
    @classmethod
    def _names_each_once(cls, variants: list[Variant]) -> list[Variant]:
        names = [variant.name for variant in variants]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise wrong(f"repeated variant {name!r}", "a name of its own", path=(number, "name"))
        return variants

    def bundle(self) -> Bundle:
        return {"do": "split"}


AnyStep = Annotated[
    Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
        Annotated[Send, Tag("<send>")], Annotated[Wait, Tag("<wait>")], Annotated[Choose, Tag("<choose>")],
        Annotated[Split, Tag("<split>")], Annotated[AddTag, Tag("<tag>")], Annotated[Untag, Tag("<untag>")],
        Annotated[Set, Tag("<set>")], Annotated[Score, Tag("<score>")], Annotated[Coupon, Tag("<coupon>")],
        Annotated[Show, Tag("<show>")], Annotated[Emit, Tag("<emit>")], Annotated[Exit, Tag("<exit>")],
    ],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="step"),
    BeforeValidator(_exit),
    AfterValidator(_fitting),
    Also({"const": "exit"}),
]  # fmt: skip
Steps = Annotated[list[AnyStep], Field(min_length=1)]

for model in (On, Branch, Wait, Choose, Variant, Split):
    model.model_rebuild()
