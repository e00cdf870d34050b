"""The scalars of the language: durations, shares, times of day, names, and lists that may be one value."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from kairos.domain.language.scope import known, scope, wrong

UNITS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
LONGEST: Final = 100 * 365 * UNITS["d"]
_SPAN: Final = re.compile(r"(?=\d)" + "".join(rf"(?:(?P<{unit}>\d+){unit})?" for unit in UNITS), re.ASCII)
_YEARS: Final = re.compile(r"(?P<y>\d+)y", re.ASCII)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)
_LANGUAGE: Final = re.compile(r"([a-z]{2,3})?", re.ASCII)
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)
SPANS: Final = "a duration such as 60m, 1h, 1d12h or 2w"


class Model(BaseModel):
    """A mapping of the language: only the keys it names, and no value turned into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, validate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _note_allowed_keys(cls, data: Any, info: ValidationInfo) -> Any:
        """Remembers which keys belong here, for the message about one that does not."""
        if isinstance(data, dict):
            names = [field.alias or name for name, field in cls.model_fields.items()]
            scope(info).allowed.setdefault(id(data), []).extend(names)
        return data


@dataclass(frozen=True, slots=True, eq=False)  # hashed as it is, which typing asks of what annotates
class Also:
    """Tells the JSON Schema of a second way to write a value; `{}` inside stands for the first."""

    schema: JsonSchemaValue

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        first = handler(core)
        also = {name: first if part == {} else part for name, part in self.schema.items()}
        return {"anyOf": [first, also]}


def parts_of_span(text: Any) -> dict[str, int]:
    """The numbers of a duration by unit."""
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise wrong(repr(text), SPANS)
    return {unit: int(number or 0) for unit, number in match.groupdict().items()}


def _duration(text: Any) -> int:
    span = sum(number * UNITS[unit] for unit, number in parts_of_span(text).items())
    if span > LONGEST:
        raise wrong(repr(text), "a duration of at most 100 years")
    return span


def _positive(text: Any) -> int:
    span = _duration(text)
    if not span:
        raise wrong(repr(text), "a duration above zero")
    return span


def _long_duration(text: Any) -> int:
    years = _YEARS.fullmatch(text) if isinstance(text, str) else None
    if not years:
        return _positive(text)
    if len(years["y"]) > 3 or not 0 < (span := int(years["y"]) * 365 * UNITS["d"]) <= LONGEST:
        raise wrong(repr(text), "a duration above zero, of at most 100 years")
    return span


def _time_of_day(text: Any) -> int:
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise wrong(repr(text), 'a time of day such as "09:00"')
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + seconds


def not_empty(start: int, end: int, hint: str) -> None:
    """Refuses hours that end as they begin: nothing is within them."""
    if start == end:
        raise wrong("from and to at the same time", "hours in which some time passes", hint, ("to",))


def _share(text: Any) -> float:
    match = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if match is None or float(match[1]) > 100:
        raise wrong(repr(text), "a share such as 10%, from 0% to 100%")
    return float(match[1]) / 100


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _in_languages(value: Any) -> Any:
    texts = {"": value} if isinstance(value, str) else value
    for language, text in texts.items() if isinstance(texts, dict) and texts else [("", value)]:
        if not _LANGUAGE.fullmatch(language) or not isinstance(text, str) or not text:
            found = repr(text) if _LANGUAGE.fullmatch(language) else repr(language)
            raise wrong(found, "a text, or one for each language, such as {da: Tilbud, en: Offers}")
    return texts


def _color(text: Any) -> Any:
    if not isinstance(text, str) or not _COLOR.fullmatch(text):
        raise wrong(repr(text), 'a colour such as "#17625a"', "in quotes: # begins a comment" if text is None else "")
    return text.lower()


def plain(number: float) -> float:
    """A whole number without a point, so that a mail says 15 %, not 15.0 %."""
    return int(number) if float(number).is_integer() else number


def _no_reference(text: str) -> str:
    if "{{" in text:
        raise wrong("a reference", "plain text", "references are for key, set, emit, and what an audience compares")
    return text


def _name(text: Any) -> Any:
    if not isinstance(text, str) or not _NAME.fullmatch(text):
        raise wrong(repr(text), "letters, digits, hyphens and underscores, such as home-banner")
    return text


SPAN_PATTERN: Final = r"^(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"
_SPAN_TEXT = Annotated[str, Field(pattern=SPAN_PATTERN, examples=["60m", "1d12h", "2w"])]
_YEAR_TEXT = Annotated[str, Field(pattern=r"^(\d+y|(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?)$", examples=["400d", "3y"])]
_NAME_TEXT = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", examples=["home-banner"])]
_COLOR_TEXT = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", examples=["#17625a"])]
_TIME_TEXT = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$", examples=["09:00"])]

Duration = Annotated[int, BeforeValidator(_positive, json_schema_input_type=_SPAN_TEXT)]
DurationOrNone = Annotated[int, BeforeValidator(_duration, json_schema_input_type=_SPAN_TEXT)]
LongDuration = Annotated[int, BeforeValidator(_long_duration, json_schema_input_type=_YEAR_TEXT)]
TimeOfDay = Annotated[int, BeforeValidator(_time_of_day, json_schema_input_type=_TIME_TEXT)]
Share = Annotated[
    float, BeforeValidator(_share, json_schema_input_type=Annotated[str, Field(pattern=r"^\d+(\.\d+)?%$")])
]
Color = Annotated[str, BeforeValidator(_color, json_schema_input_type=_COLOR_TEXT)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
InLanguages = Annotated[dict[str, str], BeforeValidator(_in_languages, json_schema_input_type=str | dict[str, str])]
"""A text, or one for each language by its code."""
Number = Annotated[float, AfterValidator(plain)]
Name = Annotated[str, BeforeValidator(_name, json_schema_input_type=_NAME_TEXT)]
Slot = Name
Text = Annotated[str, Field(min_length=1), AfterValidator(_no_reference)]
Texts = Annotated[list[Text], BeforeValidator(_listed, json_schema_input_type=str | list[str]), Field(min_length=1)]
Channel = Literal["email", "sms", "push", "whatsapp"]
Channels = Annotated[
    list[Channel], BeforeValidator(_listed, json_schema_input_type=Channel | list[Channel]), Field(min_length=1)
]


def _known_grade(name: str, info: ValidationInfo) -> str:
    return known("grade", name, scope(info).grades)


def _known_topic(name: str, info: ValidationInfo) -> str:
    return known("topic", name, scope(info).topics)


def _known_segment(name: str, info: ValidationInfo) -> str:
    return known("segment", name, scope(info).segments)


def _known_campaign(name: str, info: ValidationInfo) -> str:
    return known("campaign", name, scope(info).campaigns)


Topic = Annotated[str, AfterValidator(_known_topic)]
Segment = Annotated[str, AfterValidator(_known_segment)]
CampaignName = Annotated[str, AfterValidator(_known_campaign)]
Grade = Annotated[str, AfterValidator(_known_grade)]
Grades = Annotated[
    list[Grade], BeforeValidator(_listed, json_schema_input_type=Grade | list[Grade]), Field(min_length=1)
]
