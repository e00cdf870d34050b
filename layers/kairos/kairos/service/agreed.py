"""Events held against the contracts of their types, wherever they come in."""

import logging
from dataclasses import dataclass, field
from typing import Final

from kairos.domain.contracts import Breach, Mode
from kairos.domain.events import Event, Json
from kairos.domain.sources import canonical
from kairos.domain.sources.parts import BadEvent
from kairos.service import rejected, strict_json
from kairos.service.metrics import Tally
from kairos.service.ports.contracts import Contracts

_LOG: Final = logging.getLogger(__name__)


class OffContract(BadEvent):
    """It was understood, and is not as agreed: put aside, to be corrected and replayed."""

    def __init__(self, event: Event, breach: Breach) -> None:
        super().__init__("contract", breach.message, breach.field)
        self.event = event

    def aside(self) -> Json:
        """For the rejected queue: the event as it can be replayed, with the reason around it."""
        body = strict_json.written({"kairos": "event", "event": canonical.to_dict(self.event)})
        return rejected.not_understood(self, body)


class Nothing:
    """The port Contracts where nothing was agreed."""

    def breach(self, event: Event) -> None:
        """None, whatever it is."""


@dataclass(slots=True)
class Agreed:
    """Counts what is otherwise than agreed, and says of each rule once in a worker's life that it was not kept."""

    contracts: Contracts = field(default_factory=Nothing)
    tally: Tally = field(default_factory=Tally)
    _said: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, event: Event) -> Breach | None:
        """What is wrong with an event that is taken all the same. Raises OffContract for one that is not."""
        breach = self.contracts.breach(event)
        if breach is None:
            return None
        if (event.type, breach.rule) not in self._said:
            self._said.add((event.type, breach.rule))
            _LOG.warning("contract of %s not kept: %s", event.type, breach.rule)
        if breach.mode is Mode.REJECT:
            self.tally.count("ContractRejected", event.type)
            raise OffContract(event, breach)
        self.tally.count("ContractWarned", event.type)
        return breach
