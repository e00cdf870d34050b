"""No faster than the account's sending rate, and no more than its quota of a day, shared between all workers that send."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kairos.service.ports import NotTaken, QuotaSpent

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

KNOWN_FOR: Final = 300.0
"""Seconds for which a quota is believed."""

LONGEST: Final = 5.0
"""Seconds that a worker waits at most. It holds a claim meanwhile, and ten messages: out of time, it would leave one in doubt."""

MARKETING: Final = 0.9
"""The share of a day's quota that marketing may use up: receipts and confirmations still have the rest."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What the account may send: a second (0: no limit), in 24 hours (0 or less: no limit), and what of that it has sent."""

    rate: float = 0.0
    a_day: float = 0.0
    sent: float = 0.0


def pace(
    quota: Callable[[], Quota], workers: int, *,
    elapsed: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
) -> Callable[[bool], None]:  # fmt: skip
    """Waits until one of `workers` may send again; it is told whether that is transactional, and raises QuotaSpent if only
    that may go, NotTaken if it is too long to wait. Each worker takes it that the others send as much as it does.
    """
    free = asked = elapsed()
    known: Quota | None = None
    sent = 0

    def wait(transactional: bool) -> None:
        nonlocal free, asked, known, sent
        now = elapsed()
        if known is None or now - asked > KNOWN_FOR:
            known, asked, sent = quota(), now, 0
        if not transactional and 0 < known.a_day * MARKETING <= known.sent + sent * workers:
            raise QuotaSpent("DailyQuota")
        if known.rate > 0 and free - now > LONGEST:
            raise NotTaken("Pace")
        sent += 1
        if known.rate <= 0:
            return
        if free > now:
            sleep(free - now)
        free = max(free, now) + workers / known.rate

    return wait


def ses_quota(client: "Callable[[], SESV2Client]") -> Callable[[], Quota]:
    """What SES allows this account; no limit if it does not say."""

    def quota() -> Quota:
        try:
            said = client().get_account().get("SendQuota", {})
        except Exception:  # keeping pace is a courtesy: SES throttles whoever goes without, and that is `not taken`
            return Quota()
        return Quota(said.get("MaxSendRate", 0.0), said.get("Max24HourSend", 0.0), said.get("SentLast24Hours", 0.0))

    return quota
