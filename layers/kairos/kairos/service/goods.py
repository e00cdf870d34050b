"""Updates of products: compared with what is known, and news of them told once."""

from typing import Final

from kairos.domain import products
from kairos.domain.definitions import Catalog
from kairos.domain.events import Event, Millis
from kairos.service.ports import Clock, Contended
from kairos.service.ports.goods import ProductStore

TRIES: Final = 5
KEPT: Final[Millis] = 400 * 86_400_000
"""How long a product is known of which nothing is heard."""


class Goods:
    """Remembers products, if any campaign waits for news of them."""

    def __init__(self, store: ProductStore, catalog: Catalog, clock: Clock) -> None:
        self._store, self._clock = store, clock
        waiting = [campaign.trigger.on.types for campaign in catalog.outside if campaign.trigger.on]
        self._wanted = any(type in types for types in waiting for type in (products.DROPPED, products.BACK))

    def __call__(self, event: Event) -> tuple[Event, ...]:
        """What an update is news by, the same however often it is heard. Raises Contended where others are always quicker."""
        product = products.id_of(event)
        if not (product and self._wanted):
            return ()
        for _ in range(TRIES):
            known, seen = self._store.read(product)
            now, news = products.hear(known, event)
            if now is None or self._store.write(product, now, seen=seen, kept=self._clock() + KEPT):
                return news
        raise Contended("others write what is known of the product")
