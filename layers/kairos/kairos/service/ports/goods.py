"""What remembering goods needs of the world."""

from typing import Protocol

from kairos.domain.events import Millis
from kairos.domain.products import Known


class ProductStore(Protocol):
    """What is known of products."""

    def read(self, product: str) -> tuple[Known | None, int]:
        """What is known, and its version; 0 if nothing is."""

    def write(self, product: str, now: Known, *, seen: int, kept: Millis) -> bool:
        """If nobody has written since that version; it is remembered until `kept`."""
