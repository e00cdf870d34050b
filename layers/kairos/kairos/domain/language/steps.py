"""What a campaign does, step by step."""

from typing import Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationInfo, field_validator, model_validator

from kairos.domain.language.conditions import Condition
from kairos.domain.language.scope import known, scope, wrong
from kairos.domain.language.selectors import OffsetText, SameSelector, moment, timed
from kairos.domain.language.values import (
    SPAN_PATTERN,
    Also,
    Channels,
    Duration,
    Model,
    ReferencePath,
    Text,
    Texts,
    TimeOfDay,
    Topic,
    with_references,
)  # fmt: skip

Bundle = dict[str, Any]
KINDS = ("send", "wait", "choose", "tag", "untag", "set", "coupon", "emit", "exit")


def _exit(value: Any) -> Any:
    return {"exit": True} if value == "exit" else value


def _kind(value: Any) -> str | None:
    return next((f"<{kind}>" for kind in KINDS if kind in value), None) if isinstance(value, dict) else None


class Step(Model):
    """What every step may have."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")] | None = None

    @field_validator("id")
    @classmethod
    def _is_unique(cls, name: str | None, info: ValidationInfo) -> str | None:
        if name in scope(info).ids:
            raise wrong(f"repeated step id {name!r}", "an id of its own")
        if name is not None:
            scope(info).ids.add(name)
        return name


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


_INLINE = {"type": "object", "not": {"required": ["steps"]}, "propertyNames": {"enum": ["when", "id", *KINDS]}}


def _branch(value: Any) -> Any:
    """A branch written with its one step inline gets a list of it."""
    if not isinstance(value, dict) or "steps" in value:
        return value
    step = {name: part for name, part in value.items() if name != "when"}
    return {"steps": [step] if step else [], **({"when": value["when"]} if "when" in value else {})}


class Branch(Model):
    when: Condition | None = None
    steps: "Steps"


class Choose(Step):
    choose: Annotated[list[Annotated[Branch, BeforeValidator(_branch), Also(_INLINE)]], Field(min_length=1)]

    @field_validator("choose")
    @classmethod
    def _can_reach_every_branch(cls, branches: list[Branch]) -> list[Branch]:
        for number, branch in enumerate(branches[:-1]):
            if branch.when is None:
                raise wrong("a branch after one that always holds", "the branch without when: last", path=(number + 1,))
        return branches

    def bundle(self) -> Bundle:
        return {"do": "choose"}


class AddTag(Step):
    tag: Texts

    def bundle(self) -> Bundle:
        return {"do": "tag", "tags": self.tag}


class Untag(Step):
    untag: Texts

    def bundle(self) -> Bundle:
        return {"do": "untag", "tags": self.untag}


Values = Annotated[dict[str, Any], BeforeValidator(with_references, json_schema_input_type=dict[str, Any])]


class Set(Step):
    set: Annotated[Values, Field(min_length=1)]

    def bundle(self) -> Bundle:
        return {"do": "set", "values": self.set}


class Offer(Model):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    amount: Annotated[float, Field(gt=0)] | None = None
    valid: Duration

    @model_validator(mode="after")
    def _is_worth_one_thing(self) -> "Offer":
        if (self.percent is None) == (self.amount is None):
            found = "neither percent nor amount" if self.percent is None else "both percent and amount"
            raise wrong(found, "one of them")
        return self


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number  # so that a mail says 15 %, not 15.0 %


class Coupon(Step):
    coupon: Offer

    def bundle(self) -> Bundle:
        offer = self.coupon
        worth = {name: _plain(part) for name in ("percent", "amount") if (part := getattr(offer, name)) is not None}
        return {"do": "coupon", "name": offer.name, **worth, "valid": offer.valid}


class Out(Model):
    type: Text
    detail: Values = Field(default_factory=dict)


class Emit(Step):
    emit: Out

    def bundle(self) -> Bundle:
        return {"do": "emit", "type": self.emit.type, "detail": self.emit.detail}


class Exit(Step):
    exit: Literal[True] | None = None

    def bundle(self) -> Bundle:
        return {"do": "exit"}


AnyStep = Annotated[
    Union[  # noqa: UP007 - a union of annotated members has no operator form before 3.14
        Annotated[Send, Tag("<send>")], Annotated[Wait, Tag("<wait>")], Annotated[Choose, Tag("<choose>")],
        Annotated[AddTag, Tag("<tag>")], Annotated[Untag, Tag("<untag>")], Annotated[Set, Tag("<set>")],
        Annotated[Coupon, Tag("<coupon>")], Annotated[Emit, Tag("<emit>")], Annotated[Exit, Tag("<exit>")],
    ],
    Discriminator(_kind, custom_error_type="kind", custom_error_message="step"),
    BeforeValidator(_exit),
    Also({"const": "exit"}),
]  # fmt: skip
Steps = Annotated[list[AnyStep], Field(min_length=1)]

for model in (On, Branch, Wait, Choose):
    model.model_rebuild()
