"""Steps that are over at once: what they note, change or tell."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from kairos.domain import coupons
from kairos.domain.language.references import with_references
from kairos.domain.language.scope import scope, wrong
from kairos.domain.language.values import Duration, Model, Name, Number, Text, Texts, plain

Bundle = dict[str, Any]


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


class Score(Step):
    score: Number

    @field_validator("score")
    @classmethod
    def _changes_something(cls, points: float) -> float:
        if not points:
            raise wrong("0 points", "points to add or, below zero, to take away")
        return points

    def bundle(self) -> Bundle:
        return {"do": "score", "points": self.score}


def _pattern(text: str) -> str:
    drawn = sum(int(place[1]) for place in coupons.PLACES.finditer(text))
    written = coupons.PLACES.sub("", text)
    if (written and not coupons.CODE.fullmatch(written)) or len(written) + drawn > coupons.LONGEST:
        expected = f"letters, digits, - and _, and {{8}} for eight by chance; at most {coupons.LONGEST} in all"
        raise wrong(repr(text), expected)
    if not coupons.FEWEST <= drawn <= coupons.MOST:
        expected = f"{coupons.FEWEST} to {coupons.MOST} characters by chance, such as SUMMER-{{8}}"
        raise wrong(f"{drawn} characters by chance", expected, "fewer can be guessed" if drawn < coupons.FEWEST else "")
    return text


class Offer(Model):
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
    percent: Annotated[float, Field(gt=0, le=100)] | None = None
    amount: Annotated[float, Field(gt=0)] | None = None
    valid: Duration
    code: Annotated[str, AfterValidator(_pattern)] | None = None
    pool: Name | None = None

    @model_validator(mode="after")
    def _is_worth_one_thing(self) -> "Offer":
        if self.code is not None and self.pool is not None:
            raise wrong("both code and pool", "a pattern to make codes by, or a pool that has them")
        if (self.percent is None) == (self.amount is None):
            found = "neither percent nor amount" if self.percent is None else "both percent and amount"
            raise wrong(found, "one of them")
        return self


class Coupon(Step):
    coupon: Offer

    def bundle(self) -> Bundle:
        offer = self.coupon
        worth = {name: plain(part) for name in ("percent", "amount") if (part := getattr(offer, name)) is not None}
        source = {name: part for name in ("code", "pool") if (part := getattr(offer, name)) is not None}
        return {"do": "coupon", "name": offer.name, **worth, "valid": offer.valid, **source}


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
