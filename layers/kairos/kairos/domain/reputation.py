"""When a sender's reputation is in danger: the shares at which SES itself begins to look, some way before it does.

SES reviews accounts above 5 % bounces or 0.1 % complaints and pauses them above 10 % or 0.5 %:
https://docs.aws.amazon.com/ses/latest/dg/reputationdashboardmessages.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kairos.domain.events import Millis

HOUR: Final[Millis] = 3_600_000
WINDOWS: Final = (24, 7 * 24)
"""Hours that are looked at, the current one included: a day, so that a large sender is stopped early, and a week, so that a
small one is stopped at all."""

BOUNCED: Final = 0.04
COMPLAINED: Final = 0.0008
LEAST_BOUNCED: Final = 5
LEAST_COMPLAINED: Final = 3
"""A share of few is chance: one complaint among a thousand mails says nothing yet."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What became of a channel's messages in one hour (since 1970)."""

    hour: int
    sent: int = 0
    bounced: int = 0
    complained: int = 0


def hour_of(time: Millis) -> int:
    return time // HOUR


def danger(hours: Iterable[Hour], now: Millis) -> str:
    """`bounces` or `complaints` where their share of what was sent is too large in one of the windows; else nothing."""
    known = list(hours)
    for window in WINDOWS:
        inside = [one for one in known if hour_of(now) - window < one.hour <= hour_of(now)]
        sent, bounced, complained = (
            sum(getattr(one, of) for one in inside) for of in ("sent", "bounced", "complained")
        )
        if complained >= max(LEAST_COMPLAINED, COMPLAINED * sent):
            return "complaints"
        if bounced >= max(LEAST_BOUNCED, BOUNCED * sent):
            return "bounces"
    return ""
