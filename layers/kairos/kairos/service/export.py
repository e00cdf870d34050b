"""All that the table has of one person, in one readable document."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from kairos.domain.events import Json, Millis

_TIMES: Final = frozenset(
    {
        "time", "received", "since", "entered", "expires", "claimed", "settled", "due", "delivered", "opened", "clicked",
        "bounced", "complained", "delayed", "rejected",
    }
)  # fmt: skip
"""Under which names a number is a moment."""

_LEAST: Final[Millis] = 100_000_000_000
"""A number below it is a span, or 1973."""


class ExportStore(Protocol):
    """One customer's items."""

    def items(self, customer: str) -> Iterator[tuple[str, Json]]:
        """What each is, and what it says: profile, entries, messages, events, consents, identities."""


def document(view: Json, store: ExportStore, customer: str) -> dict[str, Any]:
    """The customer as they are, with the evidence and history behind it, also of the ids they had; moments in ISO 8601."""
    told: dict[str, Any] = {"customer": view, "profile": {}}
    told |= {kind: [] for kind in ("consents", "entries", "messages", "events", "identities")}
    waiting, seen = [customer], {customer}
    while waiting:
        who = waiting.pop()
        for kind, what in store.items(who):
            if kind == "profile":
                told["profile"] = readable(what) if who == customer else told["profile"]
            else:
                told[kind].append(readable(what))
            if kind == "identities" and what["id"] not in seen:
                seen.add(what["id"])
                waiting.append(what["id"])
    return told


def readable(value: Any, name: str = "") -> Any:
    """With moments that people can read."""
    if isinstance(value, Mapping):
        return {key: readable(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [readable(each, name) for each in value]
    if name in _TIMES and isinstance(value, int) and value > _LEAST:
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
