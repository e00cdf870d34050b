"""Who of a batch was forgotten, also of those whom nobody reads: what was heard of them is not archived either."""

from collections.abc import Callable

from kairos.domain.erasure import FRESH, outlives
from kairos.domain.events import Event
from kairos.domain.sources.queued import Unfiled
from kairos.service import trouble
from kairos.service.batch import Batch
from kairos.service.commit import Commit


class LookBack:
    """Reads those of whom no definition hears, where what is told of them is late, or of messages that they had."""

    def __init__(self, commit: Commit, whose: Callable[[Event], str]) -> None:
        self._commit, self._whose = commit, whose

    def __call__(self, batch: Batch) -> None:
        asked: dict[str, list[str]] = {}
        known = batch.heard.keys() | batch.there | {""}
        for item, event in batch.events:
            if (event.own or batch.now - event.received > FRESH) and (who := self._whose(event)) not in known:
                asked.setdefault(who, []).append(item)
        for item, unfiled in batch.unfiled:
            if batch.now - unfiled.time > FRESH and unfiled.customer not in known:
                asked.setdefault(unfiled.customer, []).append(item)
        try:
            found = self._commit.read(asked.keys(), (), consistent=False)
        except Exception as error:  # the items come again; what is decided of them meanwhile will be decided alike
            trouble.note("look back", error)
            batch.failed.update(item for items in asked.values() for item in items)
            return
        batch.erased |= {who: customer.state for who, customer in found.items() if customer.state.erased}


def erased(batch: Batch, unfiled: Unfiled) -> bool:
    """The same for what was decided of somebody, and is archived late."""
    state = batch.erased.get(unfiled.customer)
    return state is not None and unfiled.time <= state.erased


def gone(batch: Batch, event: Event, whose: Callable[[Event], str]) -> bool:
    """Whether it is of somebody who was forgotten since: nobody keeps it."""
    state = batch.erased.get(whose(event)) if batch.erased else None
    return state is not None and not outlives(event, state)
