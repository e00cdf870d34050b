"""No faster than the account's sending rate, shared between all workers that may send at once."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

KNOWN_FOR: Final = 300.0
"""Seconds for which a sending rate is believed."""


def pace(
    rate: Callable[[], float], workers: int, *,
    elapsed: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep,
) -> Callable[[], None]:  # fmt: skip
    """Waits until one of `workers` may send again at `rate` a second for all; 0 is no limit."""
    free = asked = elapsed()
    limit: float | None = None

    def wait() -> None:
        nonlocal free, asked, limit
        now = elapsed()
        if limit is None or now - asked > KNOWN_FOR:
            limit, asked = rate(), now
        if limit <= 0:
            return
        if free > now:
            sleep(free - now)
        free = max(free, now) + workers / limit

    return wait


def ses_rate(client: "Callable[[], SESV2Client]") -> Callable[[], float]:
    """Messages a second that SES allows this account; 0 if it does not say."""

    def rate() -> float:
        try:
            return client().get_account().get("SendQuota", {}).get("MaxSendRate", 0.0)
        except Exception:  # pacing is a courtesy: SES throttles whoever goes without, and that is `not taken`
            return 0.0

    return rate
