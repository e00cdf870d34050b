"""Coupon codes in memory."""

from dataclasses import dataclass, field

from kairos.domain.coupons import Issued, ends
from kairos.domain.effects import PutMessage
from kairos.domain.events import Millis
from kairos.service.ports.coupons import PoolEmpty
from tests.fakes import World


@dataclass
class FakeCodes:
    """Codes by coupon; `left` says how many there still are."""

    world: World
    left: int = 1_000_000
    given: dict[str, Issued] = field(default_factory=dict)

    def issue(self, put: PutMessage, now: Millis) -> Issued:
        return self.world.call(lambda: self._issue(put, now))

    def _issue(self, put: PutMessage, now: Millis) -> Issued:
        coupon = put.coupon or {}
        if coupon["id"] not in self.given:
            if not self.left:
                raise PoolEmpty(coupon["name"])
            self.left -= 1
            self.given[coupon["id"]] = Issued(f"CODE-{len(self.given) + 1}", ends(coupon, now))
        return self.given[coupon["id"]]
