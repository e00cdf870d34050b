"""What the columns of a file are: by their headers, by `--map COLUMN=TARGET`, by a mapping file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kairos.domain.sources.customers import CHANNELS, one_of
from local.importing.values import KINDS, Kind, kind

LEFT_OUT: Final = "-"
EVIDENCE: Final = ("time", "source", "wording", "proof")
PUSH: Final = ("push.fcm", "push.apns")
PLAIN: Final = ("id", "email", "phone", "whatsapp", "time", "country", *PUSH)
TARGETS: Final = (
    f"{', '.join(PLAIN)}, attributes.NAME, consent.TOPIC.CHANNEL, consent.TOPIC.CHANNEL.time (source, wording, proof), "
    f"consent.time (source, wording, proof) of all of a line, or {LEFT_OUT} to leave it out"
)
OURS: Final = ("kairos_line", "kairos_column", "kairos_reason")
"""What the report of bad lines puts before them: so it can be corrected and imported as it is."""

_CALLED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("id", "customer_id", "customerid", "user_id", "userid", "external_id"), "id"),
    **dict.fromkeys(("email", "e_mail", "email_address", "e_mail_address", "mail"), "email"),
    **dict.fromkeys(("phone", "phone_number", "mobile", "mobile_number", "mobile_phone", "cell_phone"), "phone"),
    "whatsapp": "whatsapp",
    "time": "time",
    **dict.fromkeys(OURS, LEFT_OUT),
}
"""What columns are usually called; every other one is an attribute of its name."""


class BadColumns(ValueError):
    """The columns do not make customers; the text says which one, and what can be done."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a column is, and how its texts are read."""

    name: str
    kind: Kind = field(default_factory=lambda: KINDS["text"])

    @property
    def attribute(self) -> str:
        """The attribute that it is, or nothing."""
        return self.name.removeprefix("attributes.") if self.name.startswith("attributes.") else ""

    @property
    def consent(self) -> tuple[str, str, str] | None:
        """Topic, channel and what of it (nothing: the word itself); without topic and channel it is of all of a line."""
        if not self.name.startswith("consent."):
            return None
        parts = self.name.split(".")[1:]
        if parts[-1] in EVIDENCE:
            return (".".join(parts[:-2]), parts[-2], parts[-1]) if len(parts) > 1 else ("", "", parts[-1])
        return ".".join(parts[:-1]), parts[-1], ""


def target(text: str, topics: Sequence[str]) -> Target:
    """`attributes.birthday:date(%d.%m.%Y)` and the like. Raises BadColumns."""
    name, _, how = text.strip().partition(":")
    try:
        found = Target(name.strip(), kind(how.strip()) if how else KINDS["text"])
    except ValueError as error:
        raise BadColumns(str(error)) from error
    if found.name in (*PLAIN, LEFT_OUT) or found.attribute:
        return found
    if found.consent is None:
        raise BadColumns(f"{name!r} is nothing that a column can be: {TARGETS}")
    topic, channel, what = found.consent
    if not topic and not (what and name.count(".") == 1):
        raise BadColumns(f"{name!r} must be consent.TOPIC.CHANNEL")
    if topic and topic not in topics:
        raise BadColumns(f"{name!r}: the topic {one_of(topic, topics)}")
    if channel and channel not in CHANNELS:
        raise BadColumns(f"{name!r}: the channel {one_of(channel, CHANNELS)}")
    return found


def columns(
    header: Sequence[str], named: Mapping[str, str], topics: Sequence[str], *, others: bool = True
) -> dict[int, Target]:
    """What each column is, by its place; `others`: those that nobody named are attributes. Raises BadColumns."""
    heads = [head.strip() for head in header]
    for head in named:
        if head not in heads:
            raise BadColumns(f"there is no column {head!r}: {one_of(head, heads)}")
    if twice := next((head for head in heads if head and heads.count(head) > 1), ""):
        raise BadColumns(f"there are two columns {twice!r}")
    found: dict[int, Target] = {}
    for place, head in enumerate(heads):
        told = named.get(head) or _by_header(head, others)
        try:
            each = target(told, topics)
        except BadColumns as error:
            raise BadColumns(f"column {head!r}: {error}") from error
        if each.name == LEFT_OUT:
            continue
        if same := next((heads[at] for at, one in found.items() if one.name == each.name), None):
            raise BadColumns(f"the columns {same!r} and {head!r} are both {each.name}")
        found[place] = each
    return found


def _by_header(head: str, others: bool) -> str:
    if head.startswith(("attributes.", "consent.", "push.")):
        return head
    name = re.sub(r"\W+", "_", head.lower()).strip("_")
    return _CALLED.get(name) or (f"attributes.{name}" if others and name else LEFT_OUT)
