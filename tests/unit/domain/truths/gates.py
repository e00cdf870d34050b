"""The gates as the language names them, in their order: before an entry, before a send, and how a message ended."""

from typing import Final

ENTRY: Final = (
    "paused",
    "expired",
    "not_in_audience",
    "history_unknown",
    "duplicate",
    "cooldown",
    "in_campaign",
    "holdout",
)
SEND: Final = (
    "paused",
    "exited",
    "expired",
    "suppressed",
    "no_consent",
    "no_address",
    "frequency_cap",
    "quiet_hours",
    "window",
    "outranked",
    "holdout",
)
AFTER: Final = ("sent", "in_doubt", "failed_template", "failed_provider", "undeliverable")
GATES: Final = tuple(dict.fromkeys((*ENTRY, *SEND, *AFTER)))
