"""A line of the table as what the queue takes of one customer, or why it is nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kairos.adapters import forms
from kairos.domain.events import Json
from kairos.domain.sources import customers, parts
from kairos.domain.sources.parts import BadEvent
from local.importing.columns import EVIDENCE, BadColumns, Target
from local.importing.table import Row

GRANTED: Final = (
    "granted",
    "yes",
    "y",
    "true",
    "1",
    "x",
    "on",
    "ja",
    "oui",
    "si",
    "sí",
    "subscribed",
    "opted in",
    "opt-in",
)
WITHDRAWN: Final = (
    "withdrawn", "no", "n", "false", "0", "off", "nein", "nej", "non", "unsubscribed", "opted out", "opt-out",
)  # fmt: skip


class BadLine(ValueError):
    """It says nothing that can be taken; `column` is the header of the cell that is wrong, if it is one."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(f"{column}: {message}" if column else message)
        self.message, self.column = message, column


@dataclass(frozen=True, slots=True)
class Words:
    """What cells of consent columns say."""

    granted: frozenset[str] = frozenset(GRANTED)
    withdrawn: frozenset[str] = frozenset(WITHDRAWN)
    nothing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """Makes customers of lines."""

    name: str  # whence a consent comes, where no column says so
    file: str  # digest of the file: with the line's number it is the id of what it says
    header: Sequence[str]
    columns: Mapping[int, Target]
    always: Sequence[tuple[Target, str]] = ()
    words: Words = field(default_factory=Words)
    as_of: str = ""  # when all of it was so, where no column says so
    country: str = ""  # of numbers without their country
    clear: bool = False  # an empty cell takes the value away
    began: str = field(default="", compare=False)  # when a line is told, where neither a column nor `as_of` says so

    def check(self) -> None:
        """Whether lines of these columns can name somebody, and say when they agreed. Raises BadColumns."""
        named = {one.name for one in self._targets}
        if not named & {"id", "email", "phone"}:
            raise BadColumns("no column says who it is: map one to id, email or phone")
        asked = [one for one in self._targets if (said := one.consent) and not said[2]]
        for one in asked:
            if not named & {"time", "consent.time", f"{one.name}.time"} and not self.as_of:
                raise BadColumns(
                    f"when was {one.name} given? Map a column to {one.name}.time or consent.time, or say --as-of: "
                    "as of now it would overrule everybody who has unsubscribed since"
                )

    @property
    def _targets(self) -> list[Target]:
        return [*self.columns.values(), *(one for one, _ in self.always)]

    def __call__(self, row: Row) -> dict[str, Any]:
        """The customer that a line is. Raises BadLine."""
        if row.broken:
            raise BadLine(row.broken)
        cells = {one.name: (one, text, "") for one, text in self.always}
        for place, one in self.columns.items():
            text = row.cells[place].strip()
            if text or one.name not in cells:
                cells[one.name] = (one, text, self.header[place])
        said = {name: self._read(one, text, head) for name, (one, text, head) in cells.items() if text}
        heads = {name: head for name, (_, _, head) in cells.items()}
        gone = {name for name, (_, text, _) in cells.items() if not text} if self.clear else frozenset[str]()
        person = self._person(said, heads, gone) | {"id": f"import:{self.file[:16]}:{row.line}"}
        try:
            next(customers.page({"customers": [person]}, 0))  # which of them is wrong is so at any time
        except BadEvent as bad:
            raise BadLine(bad.message, _column(bad.field.removeprefix("customers.0."), heads)) from bad
        return person

    def _read(self, one: Target, text: str, head: str) -> Any:
        try:
            return one.kind(text)
        except ValueError as error:
            raise BadLine(str(error), head or one.name) from error

    def _person(self, said: Json, heads: Mapping[str, str], gone: frozenset[str] | set[str]) -> dict[str, Any]:
        attributes = {name.removeprefix("attributes."): said.get(name)
                      for name in (*said, *gone) if name.startswith("attributes.")}  # fmt: skip
        addresses = self._addresses(said, heads) | {
            name: None for name in gone if name in ("email", "phone", "whatsapp")
        }
        consents = [self._consent(*one.consent[:2], said, heads) for one in self._targets
                    if one.consent and not one.consent[2] and _word(said, one)]  # fmt: skip
        when = said.get("time") or self.as_of or self.began
        return {
            "customer": _who(said, addresses),
            **({"time": str(when)} if when else {}),
            **({"attributes": attributes} if attributes else {}),
            **({"addresses": addresses} if addresses else {}),
            **({"consents": found} if (found := [each for each in consents if each]) else {}),
        }

    def _addresses(self, said: Json, heads: Mapping[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        country = str(said.get("country") or _code(said.get("attributes.country")) or self.country)
        try:
            if "email" in said:
                found["email"] = forms.email(said["email"], "email")
            for kind in ("phone", "whatsapp"):
                if kind in said:
                    found[kind] = forms.phone(said[kind], kind, country)
        except BadEvent as bad:
            raise BadLine(bad.message, heads.get(bad.field) or bad.field) from bad
        tokens = [{"token": said[f"push.{platform}"], "platform": platform} for platform in ("fcm", "apns")
                  if f"push.{platform}" in said]  # fmt: skip
        return found | ({"push": tokens} if tokens else {})

    def _consent(self, topic: str, channel: str, said: Json, heads: Mapping[str, str]) -> dict[str, Any] | None:
        name = f"consent.{topic}.{channel}"
        word = str(said[name]).casefold()
        if word in self.words.nothing:
            return None
        head = heads.get(name) or name
        if word not in self.words.granted | self.words.withdrawn:
            raise BadLine("must be granted or withdrawn, or a word that stands for one (yes, no, subscribed, …)", head)
        evidence = {what: said.get(f"{name}.{what}") or said.get(f"consent.{what}") for what in EVIDENCE}
        if word in self.words.granted and not (evidence["time"] or said.get("time") or self.as_of):
            raise BadLine("must say when it was given", head)
        evidence["source"] = evidence["source"] or f"import of {self.name}"
        state = "granted" if word in self.words.granted else "withdrawn"
        told = {what: str(value) for what, value in evidence.items() if value}
        try:
            if "time" in told:
                parts.moment(told["time"], "time")
        except BadEvent as bad:
            raise BadLine(bad.message, heads.get(f"{name}.time") or heads.get("consent.time") or head) from bad
        return {"topic": topic, "channel": channel, "state": state, **told}


def _word(said: Json, one: Target) -> bool:
    return bool(said.get(one.name))


def _code(value: Any) -> str:
    """A country, where it is written as a code."""
    return value if isinstance(value, str) and len(value) == 2 and value.isalpha() else ""


def _who(said: Json, addresses: Mapping[str, Any]) -> Any:
    """The id; without one whoever has that address."""
    if said.get("id"):
        return str(said["id"])
    for kind in ("email", "phone"):
        if addresses.get(kind):
            return {kind: addresses[kind]}
    raise BadLine("names nobody: it has no id, no e-mail address and no phone number")


def _column(field: str, heads: Mapping[str, str]) -> str:
    """Which cell a field of the customer comes from."""
    if field.startswith("customer"):
        return heads.get("id") or heads.get("email") or heads.get("phone") or ""
    if field.startswith("addresses.push"):
        return heads.get("push.fcm") or heads.get("push.apns") or ""
    name = ".".join(field.split(".")[:2]) if field.startswith("attributes.") else field.removeprefix("addresses.")
    return heads.get(name) or name
