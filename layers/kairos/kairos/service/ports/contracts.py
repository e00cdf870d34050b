"""The port of contracts."""

from typing import Protocol

from kairos.domain.contracts import Breach
from kairos.domain.events import Event


class Contracts(Protocol):
    """What was agreed of events."""

    def breach(self, event: Event) -> Breach | None:
        """The first thing in which it is otherwise; None also where nothing was agreed."""
