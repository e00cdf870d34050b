"""A cell's text as the value that it stands for."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from kairos.domain.sources.bounds import LARGEST_NUMBER, LEAST_NUMBER

_TRUE: Final = ("true", "yes", "y", "1", "on", "ja", "oui", "si", "sí")
_FALSE: Final = ("false", "no", "n", "0", "off", "nein", "nej", "non")


@dataclass(frozen=True, slots=True)
class Kind:
    """How texts are read, and what is expected of them."""

    name: str
    read: Callable[[str], Any] = field(compare=False)  # its name says all of it
    expected: str = ""

    def __call__(self, text: str) -> Any:
        """The value. Raises ValueError, which says what was expected and not what was found."""
        try:
            return self.read(text)
        except (ValueError, OverflowError, RecursionError) as error:
            raise ValueError(f"must be {self.expected}") from error


def _number(text: str) -> int | float:
    if re.fullmatch(r"[-+]?[0-9]+", text, re.ASCII):
        if not LEAST_NUMBER <= int(text) <= LARGEST_NUMBER:
            raise ValueError(text)
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", text, re.ASCII) and abs(float(text)) < 1e308:
        return float(text)
    raise ValueError(text)


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word not in (*_TRUE, *_FALSE):
        raise ValueError(text)
    return word in _TRUE


def _list(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,|]", text) if part.strip()]


def _json(text: str) -> Any:
    def refuse(name: str) -> Any:
        raise ValueError(name)

    return json.loads(text, parse_constant=refuse)


def _formed(form: str) -> Callable[[str], str]:
    """A day where the form has no time of day, else a moment; without a zone it is UTC."""
    timed = bool(re.search(r"%[HIMSfpXcT]", form))

    def read(text: str) -> str:
        moment = datetime.strptime(text, form)  # noqa: DTZ007  # a zone, where one is written, is in the form
        return moment.isoformat() if timed else moment.date().isoformat()

    return read


KINDS: Final[Mapping[str, Kind]] = {
    one.name: one
    for one in (
        Kind("text", str),
        Kind("number", _number, "a number such as 12.5"),
        Kind("boolean", _boolean, "yes or no"),
        Kind("date", lambda text: date.fromisoformat(text).isoformat(), "a day such as 1990-05-31"),
        Kind("list", _list),
        Kind("json", _json, "JSON"),
    )
}


def kind(text: str) -> Kind:
    """`number`, `date(%d.%m.%Y)`. Raises ValueError, which says what there is."""
    if (formed := re.fullmatch(r"date\((.*%.*)\)", text)) is not None:
        return Kind(text, _formed(formed[1]), f"as {formed[1]} has it, such as {_sample(formed[1])}")
    if text not in KINDS:
        raise ValueError(f"{text!r} is no kind of value: {', '.join(KINDS)}, or date(FORMAT) such as date(%d.%m.%Y)")
    return KINDS[text]


def _sample(form: str) -> str:
    return datetime(1990, 5, 31, 14, 30).strftime(form)  # noqa: DTZ001  # only an example of how it is written
