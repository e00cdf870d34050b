"""Coupon codes, as the services need them kept."""

from collections.abc import Collection, Mapping
from typing import Protocol

from kairos.domain.coupons import Issued
from kairos.domain.effects import PutMessage
from kairos.domain.events import Json, Millis


class PoolEmpty(Exception):
    """The shop's codes are used up; `pool` names them."""

    def __init__(self, pool: str) -> None:
        super().__init__(pool)
        self.pool = pool


class CouponStore(Protocol):
    """Which code is whose."""

    def issue(self, put: PutMessage, now: Millis) -> Issued:
        """The code of a message's coupon: the same for one coupon, another for each other; its end moves only if another
        message is the first to show it. Raises PoolEmpty, Unavailable, Contended.
        """


class ShownCodes(Protocol):
    """What each code was shown by."""

    def shown_by(self, codes: Collection[str]) -> Mapping[str, Json]:
        """Of codes in their normal form, those that are ours: name, campaign, step, variant, channel, message_id."""
