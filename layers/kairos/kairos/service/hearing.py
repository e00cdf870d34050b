"""What lies on the queues that `evaluate` reads: understood, and held against its contract if nobody has done so before."""

from collections.abc import Mapping
from typing import Any

from kairos.domain.events import Event, Millis
from kairos.domain.sources import queued
from kairos.domain.sources.queued import Understood
from kairos.domain.sources.segment import Segment
from kairos.domain.sources.shopify import Shopify
from kairos.service import strict_json
from kairos.service.agreed import Agreed


class Hearing:
    """Understands messages; without `agreed` nothing was agreed of any."""

    def __init__(
        self, segment: Segment | None = None, agreed: Agreed | None = None, shop: Shopify | None = None
    ) -> None:  # fmt: skip
        self._segment, self._agreed, self._shop = segment or Segment(), agreed, shop or Shopify()

    def __call__(self, text: str, received: Millis) -> tuple[Understood, ...]:
        """All that a message says; what came by the bus was received when it was queued. Raises BadEvent."""
        body = strict_json.read_queued(text)
        heard = queued.read(body, received, self._segment, self._shop)
        if self._agreed and not _checked(body):
            for said in heard:
                if isinstance(said, Event):
                    self._agreed(said)
        return heard


def _checked(body: Any) -> bool:
    """Whether it comes from a door of ours, which has looked at it already, or from who replays it all the same."""
    return isinstance(body, Mapping) and body.get("kairos") == "event"
