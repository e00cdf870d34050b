"""Codes that customers hand in: the event that says so learns which message showed them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from kairos.domain import coupons
from kairos.domain.definitions import Catalog
from kairos.domain.events import Event, Json
from kairos.domain.sources.queued import Understood
from kairos.service import trouble
from kairos.service.ports.coupons import ShownCodes

PROPERTY: Final = "redeemed"
"""Where an event has it: `{name, campaign, step, variant?, channel, message_id}`."""


class Redeem:
    """Asks for the codes of a batch at once, and only where somebody would want to know."""

    def __init__(self, store: ShownCodes, catalog: Catalog) -> None:
        self._store, self._catalog = store, catalog

    def __call__(self, understood: Sequence[tuple[str, Understood]]) -> tuple[list[tuple[str, Understood]], set[str]]:
        """What was understood, each event with the message that showed its code; and the items that must come again."""
        codes = {code for _, said in understood for code in self._asks(said)}
        try:
            shown = self._store.shown_by(codes) if codes else {}
        except Exception as error:  # what has no code goes on
            trouble.note("coupons", error)
            lost = {item for item, said in understood if self._asks(said)}
            return [one for one in understood if one[0] not in lost], lost
        return [(item, self._told(said, shown)) for item, said in understood], set()

    def _asks(self, said: Understood) -> tuple[str, ...]:
        """The codes that have to be looked up: of a redemption, and of an event that a definition listens to."""
        if not (isinstance(said, Event) and self._catalog.coupons) or said.own:
            return ()
        wanted = said.type == coupons.REDEEMED or self._catalog.hears(said.type)
        return coupons.handed_in(said) if wanted else ()

    def _told(self, said: Understood, shown: Mapping[str, Json]) -> Understood:
        """Of several codes, the first that is ours."""
        ours = next((shown[code] for code in self._asks(said) if code in shown), None)
        if ours is None or not isinstance(said, Event):
            return said
        return replace(said, properties={**said.properties, PROPERTY: ours})
